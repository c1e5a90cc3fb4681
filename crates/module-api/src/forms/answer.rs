//! The answer to a submitted form: the page again, or a redirect.

use rocket::Request;
use rocket::http::Status;
use rocket::response::{self, Redirect, Responder};

use crate::db::DbError;
use crate::model::{ValidationErrors, WriteError};
use crate::{Error, Page, UrlError};

/// The answer to a submitted form: a redirect if it was accepted, otherwise the page again.
///
/// The page is answered with status 200, as in Django: the form is what was asked for, and caches,
/// proxies and monitoring see no failure in a visitor's typing error. [`status`](FormAnswer::status)
/// sets another.
///
/// ```
/// use module_api::forms::FormAnswer;
/// use module_api::rocket::http::Status;
/// use module_api::rocket::response::Redirect;
/// use module_api::rocket::{self, local::blocking::Client, post, routes};
/// use module_api::{Page, context};
///
/// #[post("/login?<attempts>")]
/// fn login(attempts: u32) -> FormAnswer {
///     if attempts > 5 {
///         let page = Page::render("members/login", context! {});
///         return FormAnswer::from(page).status(Status::TooManyRequests).retry_after(30);
///     }
///     Redirect::to("/members/").into()
/// }
///
/// let client = Client::untracked(rocket::build().mount("/", routes![login])).unwrap();
/// assert_eq!(client.post("/login?attempts=1").dispatch().status(), Status::SeeOther);
/// ```
pub struct FormAnswer {
    content: Content,
    status: Status,
    retry_after: Option<u64>,
}

enum Content {
    Redirect(Box<Redirect>),
    Page(Page),
}

impl FormAnswer {
    /// Sets the status of a page.
    #[must_use]
    pub fn status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// Sets the header `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }
}

impl From<Redirect> for FormAnswer {
    fn from(redirect: Redirect) -> Self {
        let content = Content::Redirect(Box::new(redirect));
        Self { content, status: Status::SeeOther, retry_after: None }
    }
}

impl From<Page> for FormAnswer {
    fn from(page: Page) -> Self {
        Self { content: Content::Page(page), status: Status::Ok, retry_after: None }
    }
}

impl<'r> Responder<'r, 'static> for FormAnswer {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = match self.content {
            Content::Redirect(redirect) => return redirect.respond_to(request),
            Content::Page(page) => page.respond_to(request)?,
        };
        response.set_status(self.status);
        if let Some(seconds) = self.retry_after {
            response.set_raw_header("Retry-After", seconds.to_string());
        }
        Ok(response)
    }
}

/// The reason for which a valid form was not accepted.
///
/// ```
/// use module_api::forms::FormError;
/// use module_api::model::ValidationErrors;
///
/// fn check_spam(text: &str) -> Result<(), FormError> {
///     if text.contains("http://") {
///         return Err(ValidationErrors::of("text", "Links are not allowed.").into());
///     }
///     Ok(())
/// }
///
/// assert!(check_spam("We loved it.").is_ok());
/// let error = check_spam("See http://spam.example").unwrap_err();
/// assert!(matches!(error, FormError::Invalid(errors) if !errors.field("text").is_empty()));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormError {
    /// The values are not valid: the form is shown again with these errors.
    #[error(transparent)]
    Invalid(#[from] ValidationErrors),
    /// The request failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<WriteError> for FormError {
    #[track_caller]
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Invalid(errors) => Self::Invalid(errors),
            other => Self::Failed(other.into()),
        }
    }
}

impl From<DbError> for FormError {
    #[track_caller]
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<UrlError> for FormError {
    #[track_caller]
    fn from(error: UrlError) -> Self {
        Self::Failed(error.into())
    }
}
