//! The place where an error was converted to [`Error`], for the log and reports.
//!
//! It is stored beside the error, in a thread-local: on its way to the response an error stays on one
//! thread, and variants of the enum contain nothing but their errors.

use std::cell::RefCell;
use std::panic::Location;

use super::Error;
use crate::with_causes;

thread_local! {
    static LATEST: RefCell<Option<(String, &'static Location<'static>)>> =
        const { RefCell::new(None) };
}

/// Records the place of an error.
pub(super) fn note(error: &Error, place: &'static Location<'static>) {
    // Of a function that is passed on, as to `map_err`, the compiler knows no place but its own.
    let is_passed_on = place.file() == file!().replace("error/place.rs", "error.rs")
        || place.file().ends_with("core/src/ops/function.rs");
    let latest = (!is_passed_on).then(|| (with_causes(error), place));
    LATEST.set(latest);
}

/// The place of the error with this text, if it was the latest.
pub(super) fn of(text: &str) -> Option<String> {
    let (known, place) = LATEST.take()?;
    (known == text).then(|| place.to_string())
}
