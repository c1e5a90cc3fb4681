//! A request in progress: its ID, its route, and its data for reports.

mod current;
mod reported;

pub(crate) use current::{Current, current, during};
pub(crate) use reported::{ReportedRequest, SENTRY_DEBUG, Scope};

/// The route that answers a request.
#[derive(Debug)]
pub(crate) struct Answering {
    /// The module.
    pub(crate) module: &'static str,
    /// The route's name, or its path if it has none.
    pub(crate) route: String,
}
