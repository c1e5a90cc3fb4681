//! The rendering of the site's templates, which a host provides to [`Page`](crate::Page).

use std::collections::BTreeMap;

use minijinja::Value;
use rocket::http::ContentType;

use crate::Module;

/// The engine with the templates of a site.
pub trait TemplateEngine: Send + Sync {
    /// Renders the template of that name.
    ///
    /// # Errors
    ///
    /// There is no such template, or it cannot be rendered. The cause was logged.
    fn render(&self, name: &str, context: Value) -> Result<String, RenderError>;

    /// Returns `true` if a template was edited since the start and a debug build shows the edit.
    fn is_edited(&self) -> bool;
}

/// A template could not be rendered.
#[derive(Debug)]
pub struct RenderError {
    /// An HTML page that shows the cause, in a debug build.
    pub explanation: Option<String>,
}

/// The templates of a site. The host manages them as state.
pub struct Templates {
    /// The engine.
    pub engine: Box<dyn TemplateEngine>,
    /// The media types of templates that are not HTML, by name.
    pub content_types: BTreeMap<String, ContentType>,
    /// The active modules, whose page context is added to every page.
    pub contributors: Vec<&'static dyn Module>,
    /// `true` if an error page shows its cause: in a debug build in the profile `local`.
    pub shows_causes: bool,
}

impl Templates {
    /// Returns `true` if a template was edited since the start and a debug build shows the edit.
    pub fn is_edited(&self) -> bool {
        self.engine.is_edited()
    }
}
