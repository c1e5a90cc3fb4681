//! Problems: errors and warnings about a site, with a stable id and a remedy.

use std::fmt;

use serde::Serialize;

/// The severity of a [`Problem`].
///
/// ```
/// use module_api::{Problem, Severity};
///
/// let problems = [Problem::warning("legal.W001", "the site has no imprint")];
/// let starts = problems.iter().all(|problem| problem.severity < Severity::Error);
/// assert!(starts);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The site starts, and the problem is logged.
    Warning,
    /// The site does not start.
    Error,
}

/// An error or warning about a site, found before it starts.
///
/// `Display` writes the message with the id, for which the command `explain` prints cause and
/// remedy.
///
/// ```
/// use module_api::Problem;
///
/// let problem = Problem::error("lettings.E001", "`currency` is `XYZ`, which is no currency")
///     .module("lettings")
///     .hint("set modules.lettings.currency to a code of ISO 4217");
/// assert_eq!(
///     problem.to_string(),
///     "[lettings] `currency` is `XYZ`, which is no currency (lettings.E001)\n    \
///      hint: set modules.lettings.currency to a code of ISO 4217",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable identifier: an area or module, then `E` or `W` and a number.
    pub id: String,
    /// The severity.
    pub severity: Severity,
    /// The modules that it concerns; empty if it concerns the site.
    pub modules: Vec<String>,
    /// The message: lower case, without a full stop.
    pub message: String,
    /// The remedy. May be empty.
    pub hint: String,
}

impl Problem {
    /// Creates a problem that keeps the site from starting.
    pub fn error(id: &str, message: impl Into<String>) -> Self {
        Self {
            id: id.to_owned(),
            severity: Severity::Error,
            modules: Vec::new(),
            message: message.into(),
            hint: String::new(),
        }
    }

    /// Creates a problem that is only reported.
    pub fn warning(id: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(id, message) }
    }

    /// Adds a module that it concerns.
    pub fn module(mut self, name: impl Into<String>) -> Self {
        self.modules.push(name.into());
        self
    }

    /// Sets the remedy.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.modules.is_empty() {
            write!(f, "[{}] ", self.modules.join(", "))?;
        }
        write!(f, "{} ({})", self.message, self.id)?;
        if !self.hint.is_empty() {
            write!(f, "\n    hint: {}", self.hint)?;
        }
        Ok(())
    }
}
