//! Shows edits to templates on the next request, in a debug build.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::{Environment, Value};

use super::engine::install;
use super::failure::Failure;
use super::{Globals, TemplateSet};
use crate::fingerprint::Fingerprint;

/// The templates on disk, read again after each edit.
///
/// Until the first edit pages are rendered as in a release build. The reload of
/// `rocket_dyn_templates` itself would watch only one folder, notice an edit with a delay, and
/// not report a broken template.
pub(super) struct LiveTemplates {
    set: Arc<TemplateSet>,
    globals: Globals,
    at_start: Fingerprint,
    current: Mutex<Option<Current>>,
}

struct Current {
    fingerprint: Fingerprint,
    set: Arc<TemplateSet>,
    /// The engine, or the reason why there is none.
    engine: Result<Arc<Environment<'static>>, Failure>,
}

impl LiveTemplates {
    /// Watches the folders of these templates from now on.
    pub(super) fn new(set: Arc<TemplateSet>, globals: Globals) -> Self {
        let at_start = Fingerprint::of(set.directories());
        Self { set, globals, at_start, current: Mutex::new(None) }
    }

    /// Returns `true` if a template was edited since the start.
    pub(super) fn is_edited(&self) -> bool {
        Fingerprint::of(self.set.directories()) != self.at_start
    }

    /// Renders the current template on disk.
    pub(super) fn render(&self, name: &str, context: Value) -> Result<String, Failure> {
        let (set, engine) = self.engine();
        let engine = engine?;
        let rendered = engine.get_template(name).and_then(|template| template.render(context));
        rendered.map_err(|error| Failure::of(&set, name, &error))
    }

    fn engine(&self) -> (Arc<TemplateSet>, Result<Arc<Environment<'static>>, Failure>) {
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
            (Err(error), _) => Err(Failure::of(&set, "", &error)),
            (Ok(()), Some(problem)) => Err(Failure::new(problem.message.clone())),
            (Ok(()), None) => Ok(Arc::new(engine)),
        };
        Current { fingerprint, set, engine }
    }
}
