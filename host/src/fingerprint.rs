//! Detection of changed files on disk.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::files_below::files_below;

/// The files below some folders, with their modification times and sizes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint(Vec<(PathBuf, Option<SystemTime>, u64)>);

impl Fingerprint {
    /// Takes the current fingerprint of the files below `directories`.
    pub(crate) fn of<'a>(directories: impl IntoIterator<Item = &'a Path>) -> Self {
        let files = directories.into_iter().flat_map(files_below);
        Self(
            files
                .filter_map(|(_, path)| {
                    let metadata = path.metadata().ok()?;
                    Some((path, metadata.modified().ok(), metadata.len()))
                })
                .collect(),
        )
    }
}
