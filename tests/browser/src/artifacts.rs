//! Artifacts of a test: screenshots, and the page at which it failed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The folder of one test below `target/browser`.
pub(crate) struct Artifacts {
    folder: PathBuf,
}

impl Artifacts {
    /// Creates a folder without the files of an earlier run.
    pub(crate) fn of(test: &str) -> Self {
        let folder = target().join("browser").join(test);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("an earlier run's files can be removed");
        }
        fs::create_dir_all(&folder).expect("target can be written to");
        Self { folder }
    }

    /// Writes a file, and returns its path.
    pub(crate) fn keep(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, content).expect("target can be written to");
        path
    }

    /// Creates a file for the output of a program.
    pub(crate) fn log(&self, name: &str) -> File {
        File::create(self.folder.join(name)).expect("target can be written to")
    }

    /// Returns the path relative to the root.
    pub(crate) fn place(&self) -> String {
        let name = self.folder.file_name().expect("the folder has a test's name");
        format!("target/browser/{}", name.display())
    }
}

/// The folder `target` of the workspace, where scripts put what tests need.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}
