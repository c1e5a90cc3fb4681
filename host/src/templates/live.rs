//! Shows edits to templates on the next request, in a debug build.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::{Environment, Error};
use module_api::host::{LiveRender, RenderedTemplate};
use rocket::figment;

use super::check::explain;
use super::engine::install;
use super::{Globals, TemplateSet};
use crate::fingerprint::Fingerprint;

/// The templates as they are on disk, read anew after each edit.
///
/// Until the first edit pages go the ordinary way. What reloads in `rocket_dyn_templates` itself
/// would watch one folder only, notice an edit some time later, and keep
/// silent about a template that broke.
pub(crate) struct LiveTemplates {
    set: Arc<TemplateSet>,
    globals: Globals,
    at_start: Fingerprint,
    current: Mutex<Option<Current>>,
}

struct Current {
    fingerprint: Fingerprint,
    set: Arc<TemplateSet>,
    engine: Result<Arc<Environment<'static>>, String>,
}

impl LiveTemplates {
    /// Watches the folders of these templates from now on.
    pub(crate) fn new(set: Arc<TemplateSet>, globals: Globals) -> Self {
        let at_start = Fingerprint::of(set.directories());
        Self { set, globals, at_start, current: Mutex::new(None) }
    }

    fn engine(&self) -> (Arc<TemplateSet>, Result<Arc<Environment<'static>>, String>) {
        let fingerprint = Fingerprint::of(self.set.directories());
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = current.take().filter(|current| current.fingerprint == fingerprint);
        let current = current.insert(fresh.unwrap_or_else(|| self.read(fingerprint)));
        (Arc::clone(&current.set), current.engine.clone())
    }

    fn read(&self, fingerprint: Fingerprint) -> Current {
        let mut problems = Vec::new();
        let set = Arc::new(self.set.reread(&mut problems));
        let mut engine = Environment::new();
        let engine = match (install(&mut engine, &set, &self.globals), problems.first()) {
            (Err(error), _) => Err(explain_on_a_page(&set, &error)),
            (Ok(()), Some(problem)) => Err(page(&problem.message, "")),
            (Ok(()), None) => Ok(Arc::new(engine)),
        };
        Current { fingerprint, set, engine }
    }
}

impl LiveRender for LiveTemplates {
    fn is_edited(&self) -> bool {
        Fingerprint::of(self.set.directories()) != self.at_start
    }

    fn render(&self, name: &str, context: figment::value::Value) -> RenderedTemplate {
        let (set, engine) = self.engine();
        let engine = match engine {
            Ok(engine) => engine,
            Err(explanation) => return RenderedTemplate::Broken(explanation),
        };
        match engine.get_template(name).and_then(|template| template.render(context)) {
            Ok(page) => RenderedTemplate::Page(page),
            Err(error) => RenderedTemplate::Broken(explain_on_a_page(&set, &error)),
        }
    }
}

/// A page that says which template is broken, where and why, with the lines around.
fn explain_on_a_page(set: &TemplateSet, error: &Error) -> String {
    let mut error = error;
    // The innermost error is the one that says what is wrong.
    while let Some(inner) = std::error::Error::source(error).and_then(|e| e.downcast_ref()) {
        error = inner;
    }
    let Some(source) = error.name().and_then(|name| set.source(name)) else {
        return page(&error.to_string(), "");
    };
    let broken = error.line().unwrap_or(1);
    let mut lines = String::new();
    for (number, line) in source.text.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        if number + 4 > broken && number < broken + 4 {
            let mark = if number == broken { ">" } else { " " };
            writeln!(lines, "{mark} {number:>4}  {line}").expect("a string takes all");
        }
    }
    page(&explain(source, error), &lines)
}

fn page(message: &str, lines: &str) -> String {
    tracing::error!("a template is broken: {message}");
    let escape = minijinja::HtmlEscape;
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <title>A template is broken</title><h1>A template is broken</h1>\
         <p>{}</p><pre>{}</pre><p>This page is shown in debug builds only.</p></html>",
        escape(message),
        escape(lines),
    )
}
