//! The site's templates: their providers, precedence and rendering.

mod check;
mod engine;
mod failure;
mod live;
mod navigation;
mod places;
mod renderer;
mod scan;
mod set;

pub(crate) use check::{Names, check};
pub(crate) use engine::Globals;
pub(crate) use renderer::Renderer;
pub(crate) use set::TemplateSet;
