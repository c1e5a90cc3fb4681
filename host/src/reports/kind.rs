//! The kind of a report: its place in the program, and its route.

use std::error::Error;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::PanicHookInfo;

use tracing::Event;
use tracing::field::{Field, Visit};

use crate::request::current;

/// The kind of a report, as a hash. It contains no client input, which could evade the limit otherwise.
pub(super) struct Kind(DefaultHasher);

impl Kind {
    /// The kind of a logged event.
    pub(super) fn of_event(event: &Event<'_>) -> u64 {
        let (metadata, mut kind) = (event.metadata(), Self::of_route());
        (metadata.target(), metadata.file(), metadata.line()).hash(&mut kind.0);
        event.record(&mut kind);
        kind.0.finish()
    }

    /// The kind of a panic.
    pub(super) fn of_panic(panic: &PanicHookInfo<'_>) -> u64 {
        let mut kind = Self::of_route();
        panic.location().hash(&mut kind.0);
        kind.0.finish()
    }

    fn of_route() -> Self {
        let mut hasher = DefaultHasher::new();
        if let Some(answering) = current().as_ref().and_then(|current| current.answering.get()) {
            answering.route.hash(&mut hasher);
        }
        Self(hasher)
    }
}

impl Visit for Kind {
    fn record_str(&mut self, field: &Field, value: &str) {
        // Records of the crate `log` have their origin in fields.
        if matches!(field.name(), "place" | "log.target" | "log.file") {
            value.hash(&mut self.0);
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "log.line" {
            value.hash(&mut self.0);
        }
    }

    fn record_error(&mut self, _: &Field, value: &(dyn Error + 'static)) {
        let mut next = Some(value);
        while let Some(error) = next {
            // For `Causes` this is the name of the error's type.
            format!("{error:?}").hash(&mut self.0);
            next = error.source();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
