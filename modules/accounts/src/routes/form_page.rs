//! Responses to forms that have to wait.

use module_api::Page;
use module_api::forms::FormAnswer;
use rocket::http::Status;

use crate::throttle::Wait;

/// The value of `Retry-After` for a full queue, in seconds.
const BUSY_SECONDS: u64 = 5;

/// The error message for a full queue or a lack of memory.
pub(crate) const BUSY: &str =
    "Passwords cannot be checked at the moment. Try again in a few seconds.";

/// Answers with the page again, since the visitor is throttled.
pub(crate) fn too_many(wait: Wait, page: Page) -> FormAnswer {
    FormAnswer::from(page).status(Status::TooManyRequests).retry_after(wait.seconds())
}

/// Answers with the page again, since the site is overloaded.
pub(crate) fn busy(page: Page) -> FormAnswer {
    FormAnswer::from(page).status(Status::ServiceUnavailable).retry_after(BUSY_SECONDS)
}
