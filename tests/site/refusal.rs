//! Errors of the program without a usable database.

use std::process::{Command, Output};

/// The password in every address of these tests, which nobody is ever to read.
pub(crate) const PASSWORD: &str = "open-sesame";

/// One line about what is wrong, and one about what to do.
pub(crate) struct Refusal {
    pub(crate) error: String,
    pub(crate) hint: String,
}

impl Refusal {
    /// Runs a command that has to refuse.
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::from(command.output().unwrap())
    }

    /// Both lines have these parts.
    #[track_caller]
    pub(crate) fn says(&self, error: &str, hint: &str) {
        assert!(self.error.contains(error), "`{error}` in `{}`", self.error);
        assert!(self.hint.contains(hint), "`{hint}` in `{}`", self.hint);
    }
}

impl From<Output> for Refusal {
    fn from(output: Output) -> Self {
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(!said.contains(PASSWORD), "{said}");
        let lines: Vec<&str> = said.lines().collect();
        let [error, hint] = lines[..] else { panic!("two lines: {said}") };
        Self {
            error: error.strip_prefix("error: ").expect("the error is first").to_owned(),
            hint: hint.strip_prefix("    hint: ").expect("the hint is second").to_owned(),
        }
    }
}
