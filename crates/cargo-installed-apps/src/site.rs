//! The current site: the one in the current folder, or above it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::changes::Changes;
use crate::error::Error;
use crate::linking;
use crate::manifest::Manifest;
use crate::manifest_edits::Source;
use crate::names::crate_name;

/// The package of the engine's host, by which a site is recognized.
pub(crate) const HOST: &str = "installed-apps";

/// The current site.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) manifest: Manifest,
    /// The file that links modules, and its text.
    source: (PathBuf, String),
}

impl Site {
    /// Finds the site of a folder.
    ///
    /// # Errors
    ///
    /// [`Error::NoSite`] if there is none, or its files cannot be read.
    pub(crate) fn find(here: &Path) -> Result<Self, Error> {
        for folder in here.ancestors() {
            let file = folder.join("Cargo.toml");
            if !file.is_file() {
                continue;
            }
            let manifest = Manifest::read(&file)?;
            if manifest.dependencies()?.values().any(|package| package == HOST) {
                let source = read_source(folder)?;
                return Ok(Self { manifest, source });
            }
        }
        Err(Error::NoSite(here.to_owned()))
    }

    /// The site's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest.folder()
    }

    /// The name of the site's package.
    ///
    /// # Errors
    ///
    /// [`Error::Manifest`] if there is none.
    pub(crate) fn package(&self) -> Result<&str, Error> {
        self.manifest.package().ok_or_else(|| Error::Manifest {
            file: self.manifest.file.clone(),
            reason: "its [package] has no name".to_owned(),
        })
    }

    /// Checks that no module, dependency or feature has that name.
    ///
    /// # Errors
    ///
    /// [`Error::Linked`] or [`Error::Taken`].
    pub(crate) fn check_free(&self, name: &str) -> Result<(), Error> {
        let (file, text) = &self.source;
        if linking::is_linked(text, name) {
            return Err(Error::Linked(name.to_owned(), file.display().to_string()));
        }
        if self.manifest.knows(name) {
            let taken = "a dependency or feature of this site";
            return Err(Error::Taken { name: name.to_owned(), taken });
        }
        if self.manifest.package().map(crate_name).as_deref() == Some(name) {
            return Err(Error::Taken { name: name.to_owned(), taken: "the site itself" });
        }
        Ok(())
    }

    /// Adds the edits that link a module. `member` is its folder, if it is added to the
    /// workspace.
    pub(crate) fn link(
        mut self,
        name: &str,
        source: &Source,
        required: &[String],
        member: Option<&str>,
        changes: Changes,
    ) -> Changes {
        let manifest = &mut self.manifest;
        manifest.link(name, source, required);
        if let Some(member) = member {
            manifest.add_member(member);
        }
        let edited = manifest.document.to_string();
        let what = format!("dependency and feature `{name}`");
        let changes = changes.edit(self.manifest.file, self.manifest.text, edited, what);
        let (file, text) = self.source;
        let linked = linking::link(&text, name);
        changes.edit(file, text, linked, format!("`use {name} as _;`"))
    }
}

/// Reads the library of the site, or else its program.
fn read_source(folder: &Path) -> Result<(PathBuf, String), Error> {
    let files = ["src/lib.rs", "src/main.rs"].map(|file| folder.join(file));
    let file = files.into_iter().find(|file| file.is_file());
    let file = file.ok_or_else(|| Error::NoSource(folder.to_owned()))?;
    let text = fs::read_to_string(&file).map_err(|error| Error::io("read", &file, error))?;
    Ok((file, text))
}
