//! What a form is answered with: the same page again, or the way on.

use module_api::Page;
use rocket::http::Status;
use rocket::request::Request;
use rocket::response::{self, Redirect, Responder};

use crate::throttle::Wait;

/// After how long a queue of passwords is shorter.
const BUSY_SECONDS: u64 = 5;

/// Error message for a full queue or a lack of memory.
pub(crate) const BUSY: &str =
    "Passwords cannot be checked at the moment. Please try again in a few seconds.";

/// The answer to a form.
pub(crate) enum FormAnswer {
    /// It was taken: on to the next page.
    Taken(Box<Redirect>),
    /// It was not: the page again, with what is wrong.
    Again {
        /// 200, unless it is nothing that the visitor could mend.
        status: Status,
        /// After how many seconds to try again.
        retry_after: Option<u64>,
        /// The page.
        page: Page,
    },
}

impl FormAnswer {
    /// On to the next page.
    pub(crate) fn taken(redirect: Redirect) -> Self {
        Self::Taken(Box::new(redirect))
    }

    /// The page again, since something in it is wrong.
    pub(crate) fn invalid(page: Page) -> Self {
        Self::Again { status: Status::Ok, retry_after: None, page }
    }

    /// The page again, since the visitor has to wait.
    pub(crate) fn too_many(wait: Wait, page: Page) -> Self {
        Self::Again { status: Status::TooManyRequests, retry_after: Some(wait.seconds()), page }
    }

    /// The page again, since no password can be checked for anybody now.
    pub(crate) fn busy(page: Page) -> Self {
        Self::Again { status: Status::ServiceUnavailable, retry_after: Some(BUSY_SECONDS), page }
    }
}

impl<'r> Responder<'r, 'static> for FormAnswer {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Self::Taken(redirect) => redirect.respond_to(request),
            Self::Again { status, retry_after, page } => {
                let mut response = page.respond_to(request)?;
                response.set_status(status);
                if let Some(seconds) = retry_after {
                    response.set_raw_header("Retry-After", seconds.to_string());
                }
                Ok(response)
            }
        }
    }
}
