//! Renders the site's pages.

use std::sync::Arc;

use minijinja::{Environment, Error, Value};
use module_api::host::{RenderError, TemplateEngine};

use super::engine::install_for_good;
use super::failure::Failure;
use super::live::LiveTemplates;
use super::{Globals, TemplateSet};

/// The engine of a running site. `rocket_dyn_templates` shares it, for modules that return its
/// `Template`.
pub(crate) struct Renderer {
    engine: Environment<'static>,
    set: Arc<TemplateSet>,
    /// The templates on disk, in a debug build.
    live: Option<LiveTemplates>,
    /// `true` if an error page shows why a template cannot be rendered.
    explains: bool,
}

impl Renderer {
    /// Parses all templates.
    ///
    /// # Errors
    ///
    /// The first template that cannot be parsed.
    pub(crate) fn new(set: TemplateSet, globals: Globals, explains: bool) -> Result<Self, Error> {
        let mut engine = Environment::new();
        install_for_good(&mut engine, &set, &globals)?;
        let set = Arc::new(set);
        let live = cfg!(debug_assertions).then(|| LiveTemplates::new(Arc::clone(&set), globals));
        Ok(Self { engine, set, live, explains })
    }

    /// The engine, with all templates.
    pub(crate) const fn engine(&self) -> &Environment<'static> {
        &self.engine
    }

    fn try_render(&self, name: &str, context: Value) -> Result<String, Failure> {
        if let Some(live) = self.live.as_ref().filter(|live| live.is_edited()) {
            return live.render(name, context);
        }
        let rendered = self.engine.get_template(name).and_then(|it| it.render(context));
        rendered.map_err(|error| Failure::of(&self.set, name, &error))
    }
}

impl TemplateEngine for Renderer {
    fn render(&self, name: &str, context: Value) -> Result<String, RenderError> {
        self.try_render(name, context).map_err(|failure| {
            failure.log(name);
            RenderError { explanation: self.explains.then(|| failure.page()) }
        })
    }

    fn is_edited(&self) -> bool {
        self.live.as_ref().is_some_and(LiveTemplates::is_edited)
    }
}
