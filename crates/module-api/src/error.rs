//! Errors of handlers, and the one place that maps them to statuses.

mod place;

use std::panic::Location;

use rocket::Request;
use rocket::http::Status;
use rocket::response::{self, Responder};

use crate::db::DbError;
use crate::logged_path::logged_path;
use crate::model::{Protected, ValidationErrors, WriteError};
use crate::{Causes, UrlError, with_causes};

/// An error of a handler.
///
/// The visitor gets the site's page for its status, the log gets the whole chain of causes.
///
/// ```
/// use module_api::Error;
/// use module_api::rocket::http::Status;
///
/// fn letting(found: Option<&str>) -> Result<&str, Error> {
///     found.ok_or(Error::NotFound)
/// }
///
/// assert_eq!(letting(None).unwrap_err().status(), Status::NotFound);
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The object in the address does not exist: 404.
    #[error("not found")]
    NotFound,
    /// The sender lacks the permission: 403.
    #[error("not allowed")]
    Forbidden,
    /// The values of an object are not valid: 422. Below an address that answers JSON the response has the
    /// errors by field.
    #[error(transparent)]
    Invalid(ValidationErrors),
    /// Other rows keep some from being deleted: 409.
    #[error(transparent)]
    Protected(Protected),
    /// The database failed: 503 if it is out of reach, otherwise 500.
    #[error(transparent)]
    Database(DbError),
    /// An address cannot be made: 500.
    #[error(transparent)]
    Url(UrlError),
    /// Any other error: 500.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Creates an error with status 500.
    #[track_caller]
    pub fn other(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(error.into()).arising_at(Location::caller())
    }

    fn arising_at(self, place: &'static Location<'static>) -> Self {
        place::note(&self, place);
        self
    }

    /// The status of the response.
    pub fn status(&self) -> Status {
        match self {
            Self::NotFound => Status::NotFound,
            Self::Forbidden => Status::Forbidden,
            Self::Invalid(_) => Status::UnprocessableEntity,
            Self::Protected(_) => Status::Conflict,
            Self::Database(error) if error.is_unavailable() => Status::ServiceUnavailable,
            Self::Database(_) | Self::Url(_) | Self::Other(_) => Status::InternalServerError,
        }
    }
}

/// The place of the conversion, as by `?`, is recorded for the log and reports.
impl From<DbError> for Error {
    #[track_caller]
    fn from(error: DbError) -> Self {
        Self::Database(error).arising_at(Location::caller())
    }
}

/// Invalid values are 422, a row that is gone 404, and protected rows 409.
impl From<WriteError> for Error {
    #[track_caller]
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Invalid(errors) => Self::Invalid(errors),
            WriteError::Gone { .. } => Self::NotFound,
            WriteError::Protected(protected) => Self::Protected(protected),
            WriteError::Database(error) => error.into(),
            error => Self::other(error),
        }
    }
}

/// The place of the conversion, as by `?`, is recorded for the log and reports.
impl From<UrlError> for Error {
    #[track_caller]
    fn from(error: UrlError) -> Self {
        Self::Url(error).arising_at(Location::caller())
    }
}

/// `true` if the cause of a failed request was already logged, in the request's local cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported(pub bool);

/// The cause of a failed request, in the request's local cache: an error and its causes, or the
/// message of a panic. Only debug builds keep it, for the page that shows it to the developer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureCause(pub Option<String>);

impl FailureCause {
    /// Keeps a cause in a debug build, unless one is kept already.
    pub fn keep(request: &Request<'_>, cause: impl FnOnce() -> String) {
        if cfg!(debug_assertions) {
            request.local_cache(|| Self(Some(cause())));
        }
    }

    /// The cause of a request's failure. Empty if none is known.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(Self::default)
    }
}

/// The errors of invalid values, in the request's local cache: for the catcher that answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvalidValues(Option<ValidationErrors>);

impl InvalidValues {
    /// The errors of a request; `None` if its handler reported none.
    pub fn of<'r>(request: &'r Request<'_>) -> Option<&'r ValidationErrors> {
        request.local_cache(Self::default).0.as_ref()
    }
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let status = self.status();
        if let Self::Invalid(errors) = self {
            request.local_cache(|| InvalidValues(Some(errors)));
            return Err(status);
        }
        if status.code >= 500 {
            request.local_cache(|| Reported(true));
            let text = with_causes(&self);
            FailureCause::keep(request, || text.clone());
            if let Self::Database(DbError::Busy) = self {
                // A load that is too high, of which `/metrics` has the number.
                tracing::warn!(path = %logged_path(request), "{text}");
                return Err(status);
            }
            tracing::error!(
                status = status.code,
                method = %request.method(),
                path = %logged_path(request),
                place = place::of(&text),
                causes = Causes::of(&self).as_error(),
                "{text}",
            );
        }
        Err(status)
    }
}
