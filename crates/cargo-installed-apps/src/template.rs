//! The folder `template/`, which is a site with one module.

use std::borrow::Cow;
use std::path::PathBuf;

use rust_embed::Embed;

use crate::names::{crate_name, pascal_case, title_case};
use crate::placeholders::{Placeholders, SUFFIX};

#[derive(Embed)]
#[folder = "template"]
struct Template;

/// The file for `cargo generate`, which is not part of a site.
const FOR_CARGO_GENERATE: &str = "cargo-generate.toml";

/// The folder of the module in the template.
const MODULE: &str = "modules/{{module_name}}/";

/// A file of a new site or module: its path and its text.
pub(crate) type File = (PathBuf, String);

/// The files of a site with one module, with paths below the site's folder.
pub(crate) fn site(name: &str, module: &str) -> Vec<File> {
    let placeholders = of_module(module)
        .set("project-name", name)
        .set("project-name | title_case", title_case(name))
        .set("crate_name", crate_name(name));
    render("", &placeholders)
}

/// The files of a module, with paths below the module's folder.
pub(crate) fn module(name: &str) -> Vec<File> {
    render(MODULE, &of_module(name))
}

fn of_module(name: &str) -> Placeholders {
    Placeholders::default()
        .set("module_name", name)
        .set("module_name | pascal_case", pascal_case(name))
        .set("module_name | title_case", title_case(name))
}

fn render(folder: &str, placeholders: &Placeholders) -> Vec<File> {
    let mut names: Vec<_> = Template::iter().filter(|name| name != FOR_CARGO_GENERATE).collect();
    names.sort();
    let render = |name: &Cow<'static, str>| {
        let below = name.strip_prefix(folder)?;
        let file = Template::get(name).expect("the template has the files that it lists");
        let text = String::from_utf8(file.data.into_owned()).expect("the template is text");
        Some(match below.strip_suffix(SUFFIX) {
            Some(path) => (placeholders.render(path).into(), placeholders.render(&text)),
            None => (placeholders.render(below).into(), text),
        })
    };
    names.iter().filter_map(render).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::{module, site};

    #[test]
    fn a_module_of_a_site_is_the_same_as_a_module_alone() {
        let in_site: BTreeMap<_, _> = site("my-site", "guest_book").into_iter().collect();
        let alone = module("guest_book");
        assert!(alone.iter().any(|(path, _)| path.ends_with("src/lib.rs")));
        for (path, text) in alone {
            let path = format!("modules/guest_book/{}", path.display());
            assert_eq!(in_site.get(Path::new(&path)), Some(&text), "{path}");
        }
    }

    #[test]
    fn no_placeholder_is_left_in_a_path_or_a_text_of_rust_or_toml() {
        for (path, text) in site("my-site", "guest_book") {
            assert!(!path.to_string_lossy().contains(['{', '}']), "{}", path.display());
            if path.extension().is_some_and(|extension| extension != "j2") {
                assert!(!text.contains("{{"), "{}", path.display());
            }
        }
    }

    #[test]
    fn a_site_has_the_files_that_are_hidden_but_not_those_of_cargo_generate() {
        let files: BTreeMap<_, _> = site("my-site", "news").into_iter().collect();
        let has = |path: &str| files.contains_key(Path::new(path));
        assert!(has(".gitignore") && has(".cargo/config.toml"));
        assert!(!has("cargo-generate.toml"));
    }

    #[test]
    fn a_site_depends_on_packages_of_the_version_of_this_program() {
        let files: BTreeMap<_, _> = site("my-site", "news").into_iter().collect();
        let manifest = &files[Path::new("Cargo.toml")];
        let engine = manifest.lines().filter(|line| line.contains("package = \"installed-apps"));
        let version = format!("version = \"{}\"", env!("CARGO_PKG_VERSION"));
        let versions: Vec<bool> = engine.map(|line| line.contains(&version)).collect();
        assert_eq!(versions, [true; 5]);
    }
}
