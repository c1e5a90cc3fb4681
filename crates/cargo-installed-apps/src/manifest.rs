//! A Cargo.toml and its dependencies.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, TableLike, TomlError};

use crate::error::Error;

/// A parsed Cargo.toml, for reading and editing.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) file: PathBuf,
    /// The original text.
    pub(crate) text: String,
    pub(crate) document: DocumentMut,
}

impl Manifest {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not valid TOML.
    pub(crate) fn read(file: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(file).map_err(|error| Error::io("read", file, error))?;
        Self::parse(file, text)
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    ///
    /// The text is not valid TOML.
    pub(crate) fn parse(file: &Path, text: String) -> Result<Self, Error> {
        let document = text.parse().map_err(|error: TomlError| Error::Manifest {
            file: file.to_owned(),
            reason: error.message().to_owned(),
        })?;
        Ok(Self { file: file.to_owned(), text, document })
    }

    /// The folder that the file is in.
    pub(crate) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    /// The name of the package, if it has one.
    pub(crate) fn package(&self) -> Option<&str> {
        self.document.get("package")?.get("name")?.as_str()
    }

    /// The packages of `[dependencies]` by their keys. Inherited ones are looked up in this file, or
    /// in the manifest of the workspace above it.
    ///
    /// # Errors
    ///
    /// The manifest of the workspace cannot be read.
    pub(crate) fn dependencies(&self) -> Result<BTreeMap<String, String>, Error> {
        let Some(own) = self.table(&["dependencies"]) else { return Ok(BTreeMap::new()) };
        let is_inherited = |item: &Item| item.get("workspace").is_some();
        let above = match self.document.get("workspace") {
            None if own.iter().any(|(_, item)| is_inherited(item)) => self.workspace_above()?,
            _ => None,
        };
        let shared = above.as_ref().unwrap_or(self).shared();
        let package = |(key, item): (&str, &Item)| {
            let inherited = shared.filter(|_| is_inherited(item)).and_then(|all| all.get(key));
            (key.to_owned(), package_of(key, inherited.unwrap_or(item)).to_owned())
        };
        Ok(own.iter().map(package).collect())
    }

    /// The manifest of the workspace that this one may be a member of.
    fn workspace_above(&self) -> Result<Option<Self>, Error> {
        for folder in self.folder().ancestors().skip(1) {
            let file = folder.join("Cargo.toml");
            if file.is_file() {
                let manifest = Self::read(&file)?;
                if manifest.document.contains_key("workspace") {
                    return Ok(Some(manifest));
                }
            }
        }
        Ok(None)
    }

    /// Returns `true` if a dependency or feature has that name.
    pub(crate) fn knows(&self, name: &str) -> bool {
        let tables = [&["dependencies"][..], &["features"], &["workspace", "dependencies"]];
        let mut keys = tables.iter().filter_map(|path| self.table(path)).flat_map(TableLike::iter);
        keys.any(|(key, _)| key.replace('-', "_") == name)
    }

    /// The keys of the features.
    pub(crate) fn features(&self) -> impl Iterator<Item = &str> {
        self.table(&["features"]).into_iter().flat_map(TableLike::iter).map(|(key, _)| key)
    }

    /// `[workspace.dependencies]`.
    pub(crate) fn shared(&self) -> Option<&dyn TableLike> {
        self.table(&["workspace", "dependencies"])
    }

    fn table(&self, path: &[&str]) -> Option<&dyn TableLike> {
        let root = Some(self.document.as_item());
        path.iter().fold(root, |item, key| item?.get(key))?.as_table_like()
    }
}

/// The package of a dependency.
pub(crate) fn package_of<'a>(key: &'a str, dependency: &'a Item) -> &'a str {
    dependency.get("package").and_then(Item::as_str).unwrap_or(key)
}
