//! `cargo installed-apps add`: links an existing module.

use std::path::Path;

use crate::arguments::AddModule;
use crate::changes::{Changes, Plan};
use crate::error::Error;
use crate::manifest::Manifest;
use crate::manifest_edits::{Place, Source};
use crate::names::{self, crate_name};
use crate::relative::path_between;
use crate::site::{self, Site};

/// The package of the contract, by which a module is recognized.
const CONTRACT: &str = "installed-apps-module-api";

/// The prefix of the engine's packages; the rest is the name of a module.
const ENGINE: &str = "installed-apps-";

/// Plans the edits that link a module.
///
/// # Errors
///
/// There is no site here, the package is not a module or is linked already, or the site's files cannot
/// be edited.
pub(crate) fn plan(asked: &AddModule, here: &Path) -> Result<Plan, Error> {
    let site = Site::find(here)?;
    let Found { source, usual_name, required } = match &asked.path {
        Some(path) => in_folder(&here.join(path), &site, path.is_absolute())?,
        None => on_registry(asked.package.as_deref().unwrap_or_default())?,
    };
    if site.manifest.dependencies()?.values().any(|package| *package == source.package) {
        let file = site.manifest.file.display().to_string();
        return Err(Error::Linked(source.package, file));
    }
    let name = asked.name.clone().unwrap_or(usual_name);
    names::check_dependency(&name).map_err(Error::name("a dependency", &name))?;
    site.check_free(&name)?;
    let changes = site.link(&name, &source, &required, None, Changes::default());
    let next = "next: cargo run -- modules, which lists the new module and its mount".to_owned();
    Ok(Plan { changes, next })
}

/// A module to link.
struct Found {
    source: Source,
    usual_name: String,
    /// The features of the site that it requires.
    required: Vec<String>,
}

fn on_registry(asked: &str) -> Result<Found, Error> {
    let (package, version) = asked.split_once('@').unwrap_or((asked, ""));
    if !version.starts_with(|c: char| c.is_ascii_digit() || "^~=<>".contains(c)) {
        return Err(Error::NoVersion(package.to_owned()));
    }
    let usual_name = crate_name(package.strip_prefix(ENGINE).unwrap_or(package));
    let source = Source { package: package.to_owned(), place: Place::Registry(version.to_owned()) };
    Ok(Found { source, usual_name, required: Vec::new() })
}

fn in_folder(folder: &Path, site: &Site, is_absolute: bool) -> Result<Found, Error> {
    let absolute = folder.canonicalize().map_err(|error| Error::io("find", folder, error))?;
    let manifest = Manifest::read(&absolute.join("Cargo.toml"))?;
    let packages = manifest.dependencies()?;
    let depends_on = |name: &str| packages.values().any(|package| package == name);
    let is_module = depends_on(CONTRACT) && !depends_on(site::HOST);
    let package = manifest.package().filter(|_| is_module).map(str::to_owned);
    let package = package.ok_or_else(|| Error::NoModule(folder.to_owned()))?;
    let library = manifest.document.get("lib").and_then(|lib| lib.get("name")?.as_str());
    let usual_name = library.map_or_else(|| crate_name(&package), str::to_owned);
    let path = if is_absolute { absolute } else { path_between(site.folder(), &absolute) };
    let source = Source { package, place: Place::Path(path.to_string_lossy().into_owned()) };
    let linked = site.manifest.dependencies()?;
    let is_needed = |feature: &&str| {
        let key = linked.keys().find(|key| crate_name(key) == crate_name(feature));
        key.is_some_and(|key| packages.values().any(|package| *package == linked[key]))
    };
    let required = site.manifest.features().filter(is_needed).map(str::to_owned).collect();
    Ok(Found { source, usual_name, required })
}
