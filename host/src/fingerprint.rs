//! Whether files on disk have changed since they were last read.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The files below some folders with their times and sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint(Vec<(PathBuf, Option<SystemTime>, u64)>);

impl Fingerprint {
    /// That of the files below `directories` as they are now. A folder that is missing is empty.
    pub(crate) fn of<'a>(directories: impl IntoIterator<Item = &'a Path>) -> Self {
        let mut files = Vec::new();
        for directory in directories {
            collect(directory, &mut files);
        }
        files.sort();
        Self(files)
    }
}

fn collect(directory: &Path, files: &mut Vec<(PathBuf, Option<SystemTime>, u64)>) {
    let Ok(entries) = directory.read_dir() else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => collect(&path, files),
            Ok(metadata) => files.push((path, metadata.modified().ok(), metadata.len())),
            Err(_) => {}
        }
    }
}
