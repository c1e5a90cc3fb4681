//! The templates under each name, in order of precedence.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use module_api::{Files, Problem, embed};
use rocket::http::ContentType;

use super::scan::{Kind, references};
use crate::files_below::files_below;
use crate::planned::{PlannedModule, PlannedModules};
use crate::settings::Settings;
use crate::site::Site;

/// The extension of a template's file.
const ENDING: &str = ".j2";

/// The provider of a template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Provider {
    /// The folder `templates/` on disk.
    Disk,
    /// The site, inside the binary: [`Site::templates`].
    Site,
    /// The host: its plain layout and error pages.
    Host,
    /// A module.
    Module(&'static str),
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disk => "disk",
            Self::Site => "site",
            Self::Host => "host",
            Self::Module(name) => name,
        })
    }
}

/// The text of a template and its origin.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) provider: Provider,
    /// The file: a path on disk, or one inside the provider's folder `templates`.
    pub(crate) file: String,
    pub(crate) text: String,
    /// The format of the output: `html`, `xml`, `txt`.
    pub(crate) format: String,
}

impl Source {
    /// The file and its provider, for messages.
    pub(crate) fn describe(&self) -> String {
        match &self.provider {
            Provider::Disk => self.file.clone(),
            Provider::Site => format!("templates/{} of the site", self.file),
            Provider::Host => format!("templates/{} of the host", self.file),
            Provider::Module(name) => format!("templates/{} of module `{name}`", self.file),
        }
    }

    /// Returns `true` if values are escaped as HTML. All templates are escaped except plain text,
    /// so that a file without a format is safe.
    pub(crate) fn is_escaped(&self) -> bool {
        self.format != "txt"
    }

    /// Returns its content type, unless it is HTML.
    pub(crate) fn content_type(&self) -> Option<ContentType> {
        match self.format.as_str() {
            "" | "html" => None,
            format => ContentType::from_extension(format),
        }
    }
}

/// All templates of a site.
///
/// Of several with one name the first of these wins: that of the folder on disk; that of the site;
/// those of modules that override it, in the order of `installed`; that of the module with this
/// namespace; that of the host. A template that extends or includes its own name gets the one it
/// overrides.
#[derive(Debug, Clone, Default)]
pub(crate) struct TemplateSet {
    chains: BTreeMap<String, Vec<Source>>,
    directories: Vec<PathBuf>,
    layers: Vec<(Provider, Layer)>,
}

#[derive(Debug, Clone)]
enum Layer {
    Disk(PathBuf),
    Carried(Files),
}

impl Layer {
    /// Reads a file; the error has the reason.
    fn read(&self, file: &str) -> Result<String, String> {
        let content = match self {
            Self::Disk(folder) => {
                std::fs::read(folder.join(file)).map_err(|error| error.to_string())?
            }
            Self::Carried(files) => files.read(file).ok_or("it is gone")?.into_owned(),
        };
        String::from_utf8(content).map_err(|error| error.utf8_error().to_string())
    }
}

impl TemplateSet {
    /// Collects the templates of the site, the active modules and the host.
    pub(crate) fn collect(
        modules: &PlannedModules,
        site: &Site,
        settings: &Settings,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let disk = settings.root.join("templates");
        // In a debug build that runs in the site's own checkout both are the same folder.
        let folder = site.templates.directory().and_then(|folder| folder.canonicalize().ok());
        let same = folder.is_some() && folder == disk.canonicalize().ok();
        let mut layers = vec![(Provider::Disk, Layer::Disk(disk))];
        if !same {
            layers.push((Provider::Site, Layer::Carried(site.templates)));
        }
        for module in by_precedence(modules, settings) {
            let files = module.registration.module.templates();
            check_namespaces(module, &files, problems);
            layers.push((Provider::Module(module.name()), Layer::Carried(files)));
        }
        layers.push((Provider::Host, Layer::Carried(embed!("templates"))));
        let mut set = Self { layers, ..Self::default() };
        set.read(problems);
        set
    }

    /// Reads the same templates from disk again.
    pub(crate) fn reread(&self, problems: &mut Vec<Problem>) -> Self {
        let mut set = Self { layers: self.layers.clone(), ..Self::default() };
        set.read(problems);
        set
    }

    fn read(&mut self, problems: &mut Vec<Problem>) {
        for (provider, layer) in std::mem::take(&mut self.layers) {
            let (names, directory): (Vec<String>, _) = match &layer {
                Layer::Disk(folder) => {
                    let names = files_below(folder).into_iter().map(|(name, _)| name).collect();
                    (names, Some(folder.as_path()))
                }
                Layer::Carried(files) => (files.names(), files.directory()),
            };
            self.directories.extend(directory.map(Path::to_path_buf));
            let mut seen = BTreeSet::new();
            for file in names.iter().filter(|file| is_template(file)) {
                let (name, format) = split_name(file);
                let mut source = Source {
                    provider: provider.clone(),
                    file: match &layer {
                        Layer::Disk(folder) => folder.join(file).display().to_string(),
                        Layer::Carried(_) => file.clone(),
                    },
                    text: String::new(),
                    format: format.to_owned(),
                };
                match layer.read(file) {
                    Ok(text) => source.text = text,
                    Err(reason) => {
                        let message = format!("{}: {reason}", source.describe());
                        let hint = "a template is a file of text in UTF-8";
                        problems.push(about(&source, "templates.E003", message).hint(hint));
                        continue;
                    }
                }
                if !seen.insert(name.to_owned()) || name.contains('@') {
                    let message = format!("{}: `{name}` cannot be its name", source.describe());
                    let hint = "a folder has one template of a name, and a name no `@`";
                    problems.push(about(&source, "templates.E002", message).hint(hint));
                    continue;
                }
                self.chains.entry(name.to_owned()).or_default().push(source);
            }
            self.layers.push((provider, layer));
        }
        for (name, chain) in &mut self.chains {
            let owner = name.split('/').next().unwrap_or_default();
            chain.sort_by_key(|source| {
                source.provider == Provider::Module(owner_of(owner, &self.layers))
            });
        }
    }

    /// All templates with their names in the engine. The name of an overridden one has its provider
    /// after an `@`.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (String, &Source)> {
        self.chains.iter().flat_map(|(name, chain)| {
            chain.iter().enumerate().map(move |(place, source)| {
                let hidden = || format!("{name}@{}", source.provider);
                (if place == 0 { name.clone() } else { hidden() }, source)
            })
        })
    }

    /// The templates of one name, the winner first.
    pub(crate) fn chain(&self, name: &str) -> &[Source] {
        self.chains.get(name).map_or(&[], Vec::as_slice)
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.chains.keys().map(String::as_str)
    }

    /// The text of a template for the engine: a reference to its own name is replaced by the one it
    /// overrides. The engine would report a repeated name as a cycle, before any callback.
    pub(crate) fn text<'a>(&self, engine_name: &str, source: &'a Source) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(source.text.as_str());
        for reference in references(&source.text).into_iter().rev() {
            if reference.kind == Kind::Template
                && let Some(hidden) = self.resolve(reference.name, engine_name)
            {
                let end = reference.at + reference.name.len();
                text.to_mut().replace_range(reference.at..end, &hidden);
            }
        }
        text
    }

    /// The engine's name of the template that `inner` in the template `outer` refers to: for its
    /// own name, the one it overrides.
    pub(crate) fn resolve(&self, inner: &str, outer: &str) -> Option<String> {
        let (name, provider) = outer.split_once('@').unwrap_or((outer, ""));
        if inner != name {
            return None;
        }
        let chain = self.chain(name);
        let place = chain.iter().position(|source| source.provider.to_string() == provider);
        let hidden = chain.get(place.unwrap_or(0) + 1).map(|source| source.provider.to_string());
        Some(format!("{name}@{}", hidden.as_deref().unwrap_or("nothing")))
    }

    /// The source of a template by its name in the engine.
    pub(crate) fn source(&self, engine_name: &str) -> Option<&Source> {
        let (name, provider) = engine_name.split_once('@').unwrap_or((engine_name, ""));
        let chain = self.chain(name);
        if provider.is_empty() {
            return chain.first();
        }
        chain.iter().find(|source| source.provider.to_string() == provider)
    }

    /// The folders that a debug build watches.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.directories.iter().map(PathBuf::as_path)
    }
}

/// A problem of a template, and of the module it belongs to.
pub(super) fn about(source: &Source, id: &str, message: String) -> Problem {
    match source.provider {
        Provider::Module(name) => Problem::error(id, message).module(name),
        Provider::Disk | Provider::Site | Provider::Host => Problem::error(id, message),
    }
}

/// The name of the active module with that namespace, valid as long as the program runs.
fn owner_of(namespace: &str, layers: &[(Provider, Layer)]) -> &'static str {
    layers
        .iter()
        .find_map(|(provider, _)| match provider {
            Provider::Module(name) if *name == namespace => Some(*name),
            _ => None,
        })
        .unwrap_or_default()
}

/// The active modules in order of precedence of their templates: that of `installed`, or else a
/// module before those it requires, and by name.
fn by_precedence<'a>(modules: &'a PlannedModules, settings: &Settings) -> Vec<&'a PlannedModule> {
    let mut waiting: Vec<&PlannedModule> = modules.active().collect();
    if let Some(installed) = &settings.site.installed {
        waiting.sort_by_key(|module| installed.iter().position(|name| name == module.name()));
        return waiting;
    }
    waiting.sort_by_key(|module| module.name());
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let is_required = |module: &PlannedModule| {
            let others = waiting.iter().filter(|other| other.name() != module.name());
            others.clone().any(|o| o.registration.module.requires().contains(&module.name()))
        };
        // In a cycle, which is reported elsewhere, all are required.
        let next = waiting.iter().position(|module| !is_required(module)).unwrap_or(0);
        order.push(waiting.remove(next));
    }
    order
}

/// Reports templates in the namespace of an unrelated module.
fn check_namespaces(module: &PlannedModule, files: &Files, problems: &mut Vec<Problem>) {
    for file in files.names().iter().filter(|file| is_template(file)) {
        let (name, _) = split_name(file);
        let (namespace, owner) = match name.split_once('/') {
            Some((namespace, _)) if namespace != "errors" => (namespace, format!("`{namespace}`")),
            _ => ("host", "the host".to_owned()),
        };
        if module.knows(namespace) {
            continue;
        }
        let message = format!(
            "`{}` brings the template `{name}`, which is of the namespace of {owner}",
            module.name(),
        );
        let hint = if namespace == "host" {
            format!("name it {}/…; only the site overrides the host's templates", module.name())
        } else {
            format!("add `{namespace}` to requires() or uses(), or name it {}/…", module.name())
        };
        let problem = Problem::error("templates.E001", message).module(module.name());
        problems.push(problem.module(namespace).hint(hint));
    }
}

/// Returns `true` if a file is a template, rather than an editor's temporary file.
fn is_template(file: &str) -> bool {
    let is_hidden = file.rsplit('/').next().is_some_and(|name| name.starts_with('.'));
    file.ends_with(ENDING) && !is_hidden
}

/// Splits `lettings/index.html.j2` into the template's name and format.
fn split_name(file: &str) -> (&str, &str) {
    let stem = file.strip_suffix(ENDING).unwrap_or(file);
    let base = stem.rfind('/').map_or(0, |slash| slash + 1);
    match stem[base..].rfind('.') {
        Some(dot) => (&stem[..base + dot], &stem[base + dot + 1..]),
        None => (stem, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::split_name;

    #[test]
    fn a_template_s_name_is_its_path_without_endings() {
        assert_eq!(split_name("lettings/index.html.j2"), ("lettings/index", "html"));
        assert_eq!(split_name("feed.d/all.xml.j2"), ("feed.d/all", "xml"));
        assert_eq!(split_name("base.j2"), ("base", ""));
        assert_eq!(split_name("v1.2.html.j2"), ("v1.2", "html"));
    }
}
