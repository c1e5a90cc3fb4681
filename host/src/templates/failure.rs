//! Templates that could not be rendered: the message for the log, and a page for a debug build.

use std::fmt::Write;

use minijinja::{Error, ErrorKind};
use module_api::suggestion;

use super::TemplateSet;
use super::check::explain;

/// The cause of a failed rendering.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    message: String,
    /// The lines around the error, with their numbers.
    excerpt: String,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), excerpt: String::new() }
    }

    /// Explains an error of reading or rendering the template `name`.
    pub(super) fn of(set: &TemplateSet, name: &str, error: &Error) -> Self {
        let mut error = error;
        // The innermost error has the cause.
        while let Some(inner) = std::error::Error::source(error).and_then(|e| e.downcast_ref()) {
            error = inner;
        }
        if error.kind() == ErrorKind::TemplateNotFound && set.source(name).is_none() {
            let hint = suggestion(name, set.names());
            return Self::new(format!("there is no template `{name}`; {hint}"));
        }
        let Some(source) = error.name().and_then(|name| set.source(name)) else {
            return Self::new(error.to_string());
        };
        let broken = error.line().unwrap_or(1);
        let mut excerpt = String::new();
        for (number, line) in source.text.lines().enumerate().map(|(index, line)| (index + 1, line))
        {
            if number + 4 > broken && number < broken + 4 {
                let mark = if number == broken { ">" } else { " " };
                writeln!(excerpt, "{mark} {number:>4}  {line}").expect("a string takes all");
            }
        }
        Self { message: explain(source, error), excerpt }
    }

    /// Logs it as an error.
    pub(super) fn log(&self, template: &str) {
        tracing::error!(template, "a template cannot be rendered: {}", self.message);
    }

    /// The page that a debug build shows.
    pub(super) fn page(&self) -> String {
        let escape = minijinja::HtmlEscape;
        format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
             <title>A template is broken</title><h1>A template is broken</h1>\
             <p>{}</p><pre>{}</pre><p>This page is shown in debug builds only.</p></html>",
            escape(&self.message),
            escape(&self.excerpt),
        )
    }
}
