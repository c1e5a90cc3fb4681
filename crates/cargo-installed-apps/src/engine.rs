//! A checkout of the engine, to depend on in place of its packages on the registry.

use std::path::{Path, PathBuf};

use toml_edit::Item;

use crate::error::Error;
use crate::manifest::{Manifest, package_of};

/// The prefix of the engine's packages.
const PREFIX: &str = "installed-apps";

/// A checkout of the engine.
#[derive(Debug)]
pub(crate) struct Checkout {
    manifest: Manifest,
    /// The folder, as written in the new site's manifest.
    named: PathBuf,
}

impl Checkout {
    /// Opens the checkout in `folder`, for a site that calls it `named`.
    ///
    /// # Errors
    ///
    /// There is no Cargo.toml.
    pub(crate) fn open(folder: &Path, named: PathBuf) -> Result<Self, Error> {
        Ok(Self { manifest: Manifest::read(&folder.join("Cargo.toml"))?, named })
    }

    /// The path of a package, if it is one of the engine's.
    ///
    /// # Errors
    ///
    /// [`Error::NoEngine`] if it is one that this checkout lacks.
    pub(crate) fn path_of(&self, package: &str) -> Result<Option<String>, Error> {
        if !package.starts_with(PREFIX) {
            return Ok(None);
        }
        let mut shared = self.manifest.shared().into_iter().flat_map(|shared| shared.iter());
        let found = shared.find(|(key, dependency)| package_of(key, dependency) == package);
        let path = found.and_then(|(_, dependency)| dependency.get("path").and_then(Item::as_str));
        let path = path.ok_or_else(|| Error::NoEngine {
            folder: self.manifest.folder().to_owned(),
            package: package.to_owned(),
        })?;
        Ok(Some(self.named.join(path).to_string_lossy().into_owned()))
    }
}
