//! The site's templates: who provides each, which of several wins, and how they are rendered.

mod check;
mod engine;
mod live;
mod navigation;
mod scan;
mod set;

pub(crate) use check::{Names, check};
pub(crate) use engine::{Globals, install_for_good};
pub(crate) use live::LiveTemplates;
pub(crate) use set::TemplateSet;
