//! The site's program while it runs.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::SystemTime;

use super::cargo::Executable;
use super::process;
use crate::error::Error;

/// The environment variable that makes pages reload themselves.
const RELOAD: &str = "ROCKET_BROWSER_RELOAD";

/// A started program.
pub(super) struct Program {
    child: Child,
    executable: PathBuf,
    built: Option<SystemTime>,
    /// `true` once its end was reported.
    has_ended: bool,
}

impl Program {
    /// Starts a program in the site's folder.
    ///
    /// # Errors
    ///
    /// The operating system cannot start it.
    pub(super) fn start(
        executable: &Executable,
        site: &Path,
        arguments: &[OsString],
    ) -> Result<Self, Error> {
        let Executable(path) = executable;
        let mut command = Command::new(path);
        command.args(arguments).current_dir(site).env(RELOAD, "true");
        let built = built_at(path);
        let child = command.spawn().map_err(|error| Error::io("start", path, error))?;
        Ok(Self { child, executable: path.clone(), built, has_ended: false })
    }

    /// Returns `true` if the current version of this executable is running.
    pub(super) fn runs(&mut self, Executable(path): &Executable) -> bool {
        self.is_running() && self.executable == *path && self.built == built_at(path)
    }

    /// Returns `true` while the program runs.
    pub(super) fn is_running(&mut self) -> bool {
        self.ended().is_none()
    }

    /// The description of its unexpected end, returned only once.
    pub(super) fn report_end(&mut self) -> Option<String> {
        if self.has_ended {
            return None;
        }
        let ended = self.ended()?;
        self.has_ended = true;
        Some(ended)
    }

    fn ended(&mut self) -> Option<String> {
        self.child.try_wait().ok().flatten().map(|status| status.to_string())
    }

    /// Stops the program, and waits until its address is free.
    pub(super) fn stop(mut self) {
        process::stop(&mut self.child);
    }
}

/// The modification time of an executable, which Cargo keeps if the build does not change it.
fn built_at(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}
