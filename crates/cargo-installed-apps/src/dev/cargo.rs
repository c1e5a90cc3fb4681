//! Runs Cargo, to build the site's program and to list its packages and sources.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread;

use serde_json::Value;

use super::Event;
use super::process;
use crate::error::Error;

fn cargo(site: &Path) -> Command {
    // Cargo passes its own path to subcommands.
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(site);
    // `cargo run` sets variables of this program's package. Build scripts would see another environment
    // than in a plain `cargo build`, and all that depends on them would be rebuilt.
    let is_of_run = |name: &OsStr| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_")
    };
    for (name, _) in env::vars_os().filter(|(name, _)| is_of_run(name)) {
        command.env_remove(name);
    }
    command
}

/// The output of `cargo metadata`.
///
/// # Errors
///
/// Cargo cannot be run, or fails; it reports the reason itself.
pub(super) fn metadata(site: &Path) -> Result<Value, Error> {
    let mut command = cargo(site);
    command.args(["metadata", "--format-version", "1", "--quiet"]).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| Error::Cargo(error.to_string()))?;
    if !output.status.success() {
        return Err(Error::Cargo("it cannot read the manifests, as it says above".to_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| Error::Cargo(error.to_string()))
}

/// A built program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Executable(pub(super) PathBuf);

impl Executable {
    /// The source files of the program, from Cargo's dependency file.
    pub(super) fn sources(&self) -> BTreeSet<PathBuf> {
        let text = fs::read_to_string(self.0.with_extension("d")).unwrap_or_default();
        sources_in(&text)
    }
}

/// A build in progress.
pub(super) struct Build(Child);

impl Build {
    /// Builds the program of a package. Errors are printed as by `cargo build`; at the end an
    /// [`Event::Built`] is sent.
    ///
    /// # Errors
    ///
    /// Cargo cannot be run.
    pub(super) fn start(site: &Path, package: &str, events: Sender<Event>) -> Result<Self, Error> {
        let mut command = cargo(site);
        command.args(["build", "--package", package, "--message-format"]);
        command.arg("json-render-diagnostics").stdout(Stdio::piped());
        let mut child = command.spawn().map_err(|error| Error::Cargo(error.to_string()))?;
        let output = child.stdout.take().expect("it is piped");
        let package = package.to_owned();
        thread::spawn(move || {
            let executable = executable_in(output, &package);
            let _ = events.send(Event::Built(executable));
        });
        Ok(Self(child))
    }

    /// Waits for the end, and returns `true` on success.
    pub(super) fn succeeded(mut self) -> bool {
        self.0.wait().is_ok_and(|status| status.success())
    }

    /// Kills the build.
    pub(super) fn stop(mut self) {
        process::stop(&mut self.0);
    }
}

/// The program in Cargo's messages: of several, the one with the package's name.
fn executable_in(messages: impl Read, package: &str) -> Option<Executable> {
    let mut found = None;
    for line in BufReader::new(messages).lines() {
        let message: Value = serde_json::from_str(&line.ok()?).unwrap_or_default();
        if message["reason"] == "compiler-artifact"
            && let Some(path) = message["executable"].as_str()
            && (found.is_none() || message["target"]["name"] == package)
        {
            found = Some(Executable(path.into()));
        }
    }
    found
}

/// The files in a makefile rule, `program: file file`, with spaces in names escaped by `\`.
fn sources_in(rules: &str) -> BTreeSet<PathBuf> {
    let Some((_, files)) = rules.lines().next().and_then(|rule| rule.split_once(": ")) else {
        return BTreeSet::new();
    };
    let marked = files.replace("\\ ", "\0");
    marked.split_whitespace().map(|file| file.replace('\0', " ").into()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::{Executable, executable_in, sources_in};

    #[test]
    fn the_files_of_a_program_are_those_of_its_rule() {
        let sources = sources_in("/t/debug/site: /site/src/lib.rs /a\\ b/words.txt\n\n/x: /y\n");
        assert_eq!(
            sources,
            BTreeSet::from(["/site/src/lib.rs", "/a b/words.txt"].map(PathBuf::from))
        );
        assert!(sources_in("").is_empty());
    }

    #[test]
    fn of_several_programs_that_of_the_package_is_run() {
        let artifact = |name: &str, path: &str| {
            format!(
                "{{\"reason\":\"compiler-artifact\",\"target\":{{\"name\":\"{name}\"}},\
                 \"executable\":{path}}}\n"
            )
        };
        let library = artifact("site", "null");
        let (other, own) = (artifact("other", "\"/t/other\""), artifact("site", "\"/t/site\""));
        let found = |messages: &str| executable_in(messages.as_bytes(), "site");
        let own_path = Some(Executable("/t/site".into()));
        assert_eq!(found(&format!("{library}{other}{own}")), own_path);
        assert_eq!(found(&format!("{own}{other}")), own_path);
        assert_eq!(found(&other), Some(Executable("/t/other".into())));
        assert_eq!(found(&format!("{library}no message\n")), None);
    }
}
