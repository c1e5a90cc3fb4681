//! Logs panics: the standard library would print them, bypassing the queue.

use std::panic::{PanicHookInfo, set_hook};

/// Logs panics from now on.
pub(crate) fn log() {
    set_hook(Box::new(line));
}

fn line(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("a value that is no text");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    tracing::error!(place, thread = thread.name(), "a panic: {message}");
}
