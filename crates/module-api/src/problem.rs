//! What is wrong with a site, said such that somebody can mend it.

use std::fmt;

use serde::Serialize;

/// How bad a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the site starts.
    Warning,
    /// The site does not start.
    Error,
}

/// Something wrong with the site, found before it starts.
///
/// ```
/// use module_api::Problem;
///
/// let problem = Problem::error("lettings.E001", "`currency` is `XYZ`, which is no currency")
///     .module("lettings")
///     .hint("set modules.lettings.currency to a code of ISO 4217");
/// assert_eq!(
///     problem.to_string(),
///     "lettings.E001 [lettings] `currency` is `XYZ`, which is no currency\n    \
///      hint: set modules.lettings.currency to a code of ISO 4217",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable identifier: an area or module, then `E` or `W` and a number.
    pub id: String,
    /// How bad it is.
    pub severity: Severity,
    /// The modules it is about; none if it is about the site.
    pub modules: Vec<String>,
    /// What is wrong.
    pub message: String,
    /// What to do about it. May be empty.
    pub hint: String,
}

impl Problem {
    /// A problem that keeps the site from starting.
    pub fn error(id: &str, message: impl Into<String>) -> Self {
        Self {
            id: id.to_owned(),
            severity: Severity::Error,
            modules: Vec::new(),
            message: message.into(),
            hint: String::new(),
        }
    }

    /// A problem that is reported, and no more.
    pub fn warning(id: &str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(id, message) }
    }

    /// Adds a module that it is about.
    pub fn module(mut self, name: impl Into<String>) -> Self {
        self.modules.push(name.into());
        self
    }

    /// Sets what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        if !self.modules.is_empty() {
            write!(f, " [{}]", self.modules.join(", "))?;
        }
        write!(f, " {}", self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\n    hint: {}", self.hint)?;
        }
        Ok(())
    }
}
