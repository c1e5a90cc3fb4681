//! `cargo installed-apps new`: a site with one module.

use std::path::Path;

use crate::arguments::NewSite;
use crate::changes::{Changes, Plan};
use crate::engine::Checkout;
use crate::error::Error;
use crate::manifest::Manifest;
use crate::names::{self, crate_name};
use crate::relative::path_between;
use crate::template::{self, File};

/// Plans the folder of a new site.
///
/// # Errors
///
/// A name is not valid, the folder exists, or the engine's checkout is not one.
pub(crate) fn plan(asked: &NewSite, here: &Path) -> Result<Plan, Error> {
    let NewSite { name, module, engine } = asked;
    check_names(name, module)?;
    let folder = here.join(name);
    let mut files = template::site(name, module);
    if let Some(engine) = engine {
        let checkout = here.join(engine);
        let checkout = checkout.canonicalize().map_err(|e| Error::io("find", checkout, e))?;
        let named =
            if engine.is_absolute() { engine.clone() } else { path_between(&folder, &checkout) };
        let checkout = Checkout::open(&checkout, named)?;
        let mut manifest = manifest_of(&files)?;
        manifest.set_paths(|package| checkout.path_of(package))?;
        for (_, text) in files.iter_mut().filter(|(path, _)| path == Path::new(MANIFEST)) {
            *text = manifest.document.to_string();
        }
    }
    let changes = Changes::default().make(folder, files)?;
    let next = format!("next: cd {name} && cargo run, and open http://localhost:8000/");
    Ok(Plan { changes, next })
}

const MANIFEST: &str = "Cargo.toml";

fn manifest_of(files: &[File]) -> Result<Manifest, Error> {
    let is_manifest = |(path, _): &&File| path == Path::new(MANIFEST);
    let (path, text) = files.iter().find(is_manifest).expect("the template has a manifest");
    Manifest::parse(path, text.clone())
}

/// Checks the names: each by itself, against each other, and against those of the template.
fn check_names(site: &str, module: &str) -> Result<(), Error> {
    names::check_site(site).map_err(Error::name("a site", site))?;
    names::check_module(module).map_err(Error::name("a module", module))?;
    if crate_name(site) == module {
        return Err(Error::Taken { name: module.to_owned(), taken: "the site itself" });
    }
    // A module's name cannot be one of these.
    let template = manifest_of(&template::site(site, "module"))?;
    match [site, module].into_iter().find(|name| template.knows(&crate_name(name))) {
        Some(name) => {
            let taken = "a dependency or feature of every site";
            Err(Error::Taken { name: name.to_owned(), taken })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::check_names;

    fn refusal(site: &str, module: &str) -> String {
        check_names(site, module).expect_err("it is refused").to_string()
    }

    #[test]
    fn names_that_a_site_cannot_have_are_refused_before_anything_is_made() {
        assert!(check_names("my-site", "news").is_ok());
        assert!(refusal("My site", "news").starts_with("`My site` cannot be the name of a site"));
        assert!(
            refusal("my-site", "my-news").starts_with("`my-news` cannot be the name of a module")
        );
        assert!(refusal("my-site", "my_site").contains("is the site itself already"));
        for taken in ["admin", "accounts", "rocket", "module_api", "default"] {
            assert!(refusal("my-site", taken).contains("of every site already"), "{taken}");
        }
        assert!(refusal("module-api", "news").contains("of every site already"));
    }
}
