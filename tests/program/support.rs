//! The program, to be run by a test.

use std::path::Path;
use std::process::{Command, Output};

/// The program, to be run in `folder` with nothing of this process's settings.
pub(crate) fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_holiday-homes"));
    command.args(arguments).current_dir(folder).env_remove("DATABASE_URL").env_remove("PORT");
    command.env_remove("SENTRY_DSN");
    command.env("SECRET_KEY", "a kettle, a stone, nine blue herons, and a boat at noon");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ROCKET_")) {
        command.env_remove(name);
    }
    command
}

/// Runs the program and returns its output.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments).output().expect("the program can be run")
}

/// Output as text.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("it is text")
}
