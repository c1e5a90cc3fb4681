//! Edits of a Cargo.toml, which preserve comments and order.

use toml_edit::{Array, InlineTable, Item, Table, TableLike, Value};

use crate::manifest::{Manifest, package_of};

/// A package to depend on.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) package: String,
    pub(crate) place: Place,
}

/// The source of a package.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A folder.
    Path(String),
    /// The registry, with the accepted versions.
    Registry(String),
}

impl Source {
    fn dependency(&self, key: &str) -> InlineTable {
        let mut dependency = InlineTable::new();
        if self.package != key {
            dependency.insert("package", self.package.as_str().into());
        }
        match &self.place {
            Place::Path(path) => dependency.insert("path", path.as_str().into()),
            Place::Registry(version) => dependency.insert("version", version.as_str().into()),
        };
        dependency
    }
}

impl Manifest {
    /// Adds a module: an optional dependency, and a feature with the same name that enables those in
    /// `required` and is on by default.
    pub(crate) fn link(&mut self, name: &str, source: &Source, required: &[String]) {
        let mut dependency = source.dependency(name);
        if self.shared().is_some() {
            let shared = table(table(self.document.as_table_mut(), "workspace"), "dependencies");
            shared.insert(name, Item::Value(dependency.into()));
            dependency = InlineTable::from_iter([("workspace", true)]);
        }
        dependency.insert("optional", true.into());
        let root = self.document.as_table_mut();
        table(root, "dependencies").insert(name, Item::Value(dependency.into()));
        let features = table(root, "features");
        let default = features.entry("default").or_insert(Item::Value(Array::new().into()));
        if let Some(default) = default.as_array_mut() {
            push(default, name);
        }
        let parts = [format!("dep:{name}")].into_iter().chain(required.iter().cloned());
        features.insert(name, Item::Value(parts.collect::<Array>().into()));
    }

    /// Adds a member to the workspace and to its default members, unless an entry covers it.
    pub(crate) fn add_member(&mut self, folder: &str) {
        let workspace = table(self.document.as_table_mut(), "workspace");
        workspace.entry("members").or_insert(Item::Value(Array::new().into()));
        for list in ["members", "default-members"] {
            if let Some(members) = workspace.get_mut(list).and_then(Item::as_array_mut)
                && !members.iter().filter_map(Value::as_str).any(|entry| covers(entry, folder))
            {
                push(members, folder);
            }
        }
    }

    /// Replaces the source of each shared dependency for which `path` returns a path.
    pub(crate) fn set_paths<E>(
        &mut self,
        path: impl Fn(&str) -> Result<Option<String>, E>,
    ) -> Result<(), E> {
        let shared = table(table(self.document.as_table_mut(), "workspace"), "dependencies");
        for (key, dependency) in shared.iter_mut() {
            let package = package_of(key.get(), dependency).to_owned();
            if let Some(path) = path(&package)? {
                let place = Place::Path(path);
                let source = Source { package, place }.dependency(key.get());
                *dependency = Item::Value(source.into());
            }
        }
        Ok(())
    }
}

/// The table with that key, created if it is missing.
fn table<'a>(parent: &'a mut dyn TableLike, key: &str) -> &'a mut dyn TableLike {
    let item = parent.entry(key).or_insert(Item::Table(Table::new()));
    item.as_table_like_mut().expect("Cargo has tables there")
}

/// Adds an entry to a list, on a line of its own if the others are.
fn push(list: &mut Array, entry: &str) {
    let mut value = Value::from(entry);
    if let Some(last) = list.iter().last() {
        let has_own_line = last.decor().prefix().and_then(|text| text.as_str());
        if let Some(prefix) = has_own_line.filter(|prefix| prefix.contains('\n')) {
            let prefix = &prefix[prefix.rfind('\n').unwrap_or(0)..];
            *value.decor_mut() = toml_edit::Decor::new(prefix, "");
            list.push_formatted(value);
            return;
        }
    }
    list.push(value);
}

/// Returns `true` if an entry of the members covers a folder: `modules/*` covers `modules/news`.
fn covers(entry: &str, folder: &str) -> bool {
    match entry.strip_suffix("/*") {
        Some(parent) => folder.rsplit_once('/').is_some_and(|(above, _)| above == parent),
        None => entry == folder,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Place, Source};
    use crate::manifest::Manifest;

    fn edited(text: &str, edit: impl FnOnce(&mut Manifest)) -> String {
        let mut manifest = Manifest::parse(Path::new("Cargo.toml"), text.to_owned()).unwrap();
        edit(&mut manifest);
        manifest.document.to_string()
    }

    fn news() -> Source {
        Source { package: "news".into(), place: Place::Path("modules/news".into()) }
    }

    #[test]
    fn a_module_of_a_workspace_is_a_shared_dependency_and_a_feature() {
        let text = "\
[workspace]
members = [\"modules/*\"] # all of them

[features]
default = [\"accounts\"]
accounts = [\"dep:accounts\"]

# What it needs.
[dependencies]
host.workspace = true # the engine

[workspace.dependencies]
# The engine.
host = { package = \"installed-apps\", version = \"1\" }

[profile.dev]
debug = false
";
        let expected = "\
[workspace]
members = [\"modules/*\"] # all of them

[features]
default = [\"accounts\", \"news\"]
accounts = [\"dep:accounts\"]
news = [\"dep:news\", \"accounts\"]

# What it needs.
[dependencies]
host.workspace = true # the engine
news = { workspace = true, optional = true }

[workspace.dependencies]
# The engine.
host = { package = \"installed-apps\", version = \"1\" }
news = { path = \"modules/news\" }

[profile.dev]
debug = false
";
        let edit = |manifest: &mut Manifest| {
            manifest.link("news", &news(), &["accounts".to_owned()]);
            manifest.add_member("modules/news");
        };
        assert_eq!(edited(text, edit), expected);
    }

    #[test]
    fn a_module_of_a_package_alone_is_its_own_dependency() {
        let source =
            Source { package: "some-blog".into(), place: Place::Registry("1.2".to_owned()) };
        let text = "[dependencies]\nhost = { package = \"installed-apps\", version = \"1\" }\n";
        let expected = format!(
            "{text}blog = {{ package = \"some-blog\", version = \"1.2\", optional = true }}\n\n\
             [features]\ndefault = [\"blog\"]\nblog = [\"dep:blog\"]\n"
        );
        assert_eq!(edited(text, |manifest| manifest.link("blog", &source, &[])), expected);
    }

    #[test]
    fn a_member_is_added_to_lists_that_do_not_cover_it() {
        let text = "[workspace]\nmembers = [\n    \"host\", # here\n    \"modules/home\",\n]\n\
                    default-members = [\".\", \"modules/home\"]\n";
        let expected = "[workspace]\nmembers = [\n    \"host\", # here\n    \"modules/home\",\n    \
                        \"modules/news\",\n]\n\
                        default-members = [\".\", \"modules/home\", \"modules/news\"]\n";
        assert_eq!(edited(text, |manifest| manifest.add_member("modules/news")), expected);
        assert_eq!(edited(expected, |manifest| manifest.add_member("modules/news")), expected);
    }

    #[test]
    fn a_path_takes_the_place_of_a_version() {
        let text = "[workspace.dependencies]\n# The engine.\n\
                    host = { package = \"installed-apps\", version = \"1\" }\nrocket = \"0.5\"\n";
        let expected = "[workspace.dependencies]\n# The engine.\n\
                        host = { package = \"installed-apps\", path = \"../engine/host\" }\n\
                        rocket = \"0.5\"\n";
        let of_engine = |package: &str| -> Result<_, ()> {
            Ok((package == "installed-apps").then(|| "../engine/host".to_owned()))
        };
        let edit = |manifest: &mut Manifest| manifest.set_paths(of_engine).unwrap();
        assert_eq!(edited(text, edit), expected);
    }
}
