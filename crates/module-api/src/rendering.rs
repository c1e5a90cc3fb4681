//! What the host tells [`Page`](crate::Page) about the site's templates.

use std::collections::BTreeMap;

use rocket::figment::value::Value;
use rocket::http::ContentType;

use crate::Module;

/// A page that was rendered outside of the ordinary way.
pub enum RenderedTemplate {
    /// The page.
    Page(String),
    /// The template is broken: HTML that says where and why.
    Broken(String),
}

/// Renders from templates that were edited while a debug build runs.
pub trait LiveRender: Send + Sync {
    /// Whether a template was edited since the start, such that [`render`](LiveRender::render) has
    /// to be asked.
    fn is_edited(&self) -> bool;

    /// Renders a template as it is on disk now.
    fn render(&self, name: &str, context: Value) -> RenderedTemplate;
}

/// What there is to know of the site's pages besides the text of their templates. The host manages
/// it.
#[derive(Default)]
pub struct Templates {
    /// The names of all templates, for messages about an unknown one.
    pub names: Vec<String>,
    /// The media types of those that are not HTML, by name.
    pub content_types: BTreeMap<String, ContentType>,
    /// The active modules, whose page context every page gets.
    pub contributors: Vec<&'static dyn Module>,
    /// In a debug build: how edits show.
    pub live: Option<Box<dyn LiveRender>>,
    /// Whether a page for an error shows its cause: in a debug build in the profile `local`.
    pub shows_causes: bool,
}

impl Templates {
    /// Returns `true` if a debug build shows templates that were edited since the start.
    pub fn is_edited(&self) -> bool {
        self.live.as_ref().is_some_and(|live| live.is_edited())
    }
}
