//! Errors of the commands, each with its remedy.

use std::io;
use std::path::{Path, PathBuf};

use crate::names::InvalidName;

/// The reason why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("`{name}` cannot be the name of {what}: {source}; choose another")]
    Name { what: &'static str, name: String, source: InvalidName },
    #[error("`{name}` is {taken} already; choose another name")]
    Taken { name: String, taken: &'static str },
    #[error("`{0}` is linked to this site already: {1} names it")]
    Linked(String, String),
    #[error("{} exists already; remove it or choose another name", .0.display())]
    Exists(PathBuf),
    #[error(
        "no site here: no Cargo.toml in {} or above it depends on `installed-apps`; run this inside \
         a site's folder, or make one with `cargo installed-apps new NAME`",
        .0.display()
    )]
    NoSite(PathBuf),
    #[error(
        "{} has no `{key}` in [workspace.dependencies], which a module takes it from; add\n\n{line}\n",
        file.display()
    )]
    NoDependency { file: PathBuf, key: &'static str, line: String },
    #[error(
        "{} is no checkout of the engine: the [workspace.dependencies] in its Cargo.toml have no \
         path of `{package}`; give --engine the folder that README.md is in",
        folder.display()
    )]
    NoEngine { folder: PathBuf, package: String },
    #[error(
        "{} is no module, which depends on `installed-apps-module-api` and not on the host; give --path \
         the folder of a module's Cargo.toml",
        .0.display()
    )]
    NoModule(PathBuf),
    #[error(
        "`{0}` says no version; write `{0}@VERSION`, with one that `cargo info {0}` lists, or \
         `--path DIR` for a folder"
    )]
    NoVersion(String),
    #[error("{} has no src/lib.rs and no src/main.rs to link the module in", .0.display())]
    NoSource(PathBuf),
    #[error("{} cannot be edited: {reason}; mend it first", file.display())]
    Manifest { file: PathBuf, reason: String },
    #[error("cargo cannot be asked: {0}")]
    Cargo(String),
    #[error("the package `{0}` has no program; a site's has src/main.rs")]
    NoProgram(String),
    #[error("the site's folders cannot be watched: {0}")]
    Watch(#[from] notify::Error),
    #[error("signals cannot be received: {0}")]
    Signals(#[from] ctrlc::Error),
    #[error("cannot {action} {}: {source}; nothing was changed", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
}

impl Error {
    /// Creates the error of an invalid name of `what`.
    pub(crate) fn name(what: &'static str, name: &str) -> impl FnOnce(InvalidName) -> Self {
        let name = name.to_owned();
        move |source| Self::Name { what, name, source }
    }

    pub(crate) fn io(action: &'static str, path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::Io { action, path: path.as_ref().to_owned(), source }
    }
}
