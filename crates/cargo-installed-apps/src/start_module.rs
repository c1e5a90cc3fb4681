//! `cargo installed-apps startmodule`: creates a module in the current site.

use std::path::Path;

use crate::arguments::StartModule;
use crate::changes::{Changes, Plan};
use crate::error::Error;
use crate::manifest_edits::{Place, Source};
use crate::site::Site;
use crate::{names, template};

/// The shared dependencies in a module's manifest, for sites that lack one.
const SHARED: [(&str, &str); 3] = [
    (
        "module-api",
        concat!(
            "{ package = \"installed-apps-module-api\", version = \"",
            env!("CARGO_PKG_VERSION"),
            "\" }"
        ),
    ),
    (
        "module-test",
        concat!(
            "{ package = \"installed-apps-test\", version = \"",
            env!("CARGO_PKG_VERSION"),
            "\" }"
        ),
    ),
    ("rocket", "{ version = \"0.5.2\", default-features = false }"),
];

/// Plans a module and the edits that link it.
///
/// # Errors
///
/// There is no site here, the name is not valid, or the site's files cannot be edited.
pub(crate) fn plan(asked: &StartModule, here: &Path) -> Result<Plan, Error> {
    let name = &asked.name;
    names::check_module(name).map_err(Error::name("a module", name))?;
    let site = Site::find(here)?;
    site.check_free(name)?;
    for (key, dependency) in SHARED {
        if !site.manifest.shared().is_some_and(|shared| shared.contains_key(key)) {
            let line = format!("{key} = {dependency}");
            return Err(Error::NoDependency { file: site.manifest.file, key, line });
        }
    }
    let member = format!("modules/{name}");
    let changes = Changes::default().make(site.folder().join(&member), template::module(name))?;
    let source = Source { package: name.clone(), place: Place::Path(member.clone()) };
    let changes = site.link(name, &source, &[], Some(&member), changes);
    let next = format!("next: cargo run, and open the site at /{name}/");
    Ok(Plan { changes, next })
}
