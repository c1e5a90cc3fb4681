//! Properties of a request beyond its own content.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use rocket::Request;
use rocket::request::{FromRequest, Outcome};

use crate::auth::SignedIn;
use crate::section::LoadedSections;

/// The request ID and trace context of a request: a guard for handlers that call other services, so
/// that their logs can be correlated with the site's.
///
/// ```
/// use module_api::RequestInfo;
/// use module_api::rocket::get;
///
/// #[get("/id")]
/// fn id(request: &RequestInfo) -> String {
///     request.id.to_string()
/// }
/// ```
#[derive(Debug)]
pub struct RequestInfo {
    /// The request ID: that of the router in front of the site, if it is trusted and sets one;
    /// otherwise the site's own. The response has it in the header `X-Request-Id`.
    pub id: Arc<str>,
    /// The W3C header `traceparent`, to be passed on to other services. `None` if the request has
    /// no valid one.
    pub traceparent: Option<Arc<str>>,
    /// The module whose handler was called first.
    module: OnceLock<&'static str>,
    /// The sender, once known.
    pub(crate) signed_in: OnceLock<SignedIn>,
    /// The sections of the page, if other modules have any there.
    pub(crate) sections: OnceLock<LoadedSections>,
}

impl RequestInfo {
    /// The properties of a request. The host sets them before any handler is called.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(|| Self::new("-".into(), None))
    }

    /// Creates the properties from the request ID and `traceparent`. The host puts them into the
    /// request's local cache before any handler is called.
    pub const fn new(id: Arc<str>, traceparent: Option<Arc<str>>) -> Self {
        Self {
            id,
            traceparent,
            module: OnceLock::new(),
            signed_in: OnceLock::new(),
            sections: OnceLock::new(),
        }
    }

    /// The module whose handler was called first, even if it forwarded the request; `None` if none
    /// was.
    pub fn module(&self) -> Option<&'static str> {
        self.module.get().copied()
    }

    /// Returns `true` if the request is known to be anonymous, without looking up the user.
    #[doc(hidden)]
    pub fn is_anonymous(&self) -> bool {
        matches!(self.signed_in.get(), None | Some(SignedIn::Nobody))
    }

    /// Sets the sections of the page.
    #[doc(hidden)]
    pub fn with_sections(&self, sections: LoadedSections) {
        self.sections.get_or_init(|| sections);
    }

    /// Sets the module whose handler is called. The host calls it.
    pub fn asked(&self, module: &'static str) {
        self.module.get_or_init(|| module);
    }
}

impl SignedIn {
    /// Returns the sender of a request.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        RequestInfo::of(request).signed_in.get_or_init(Self::default)
    }

    /// Sets the sender of a request, unless it was set or read before.
    pub fn attach_to(self, request: &Request<'_>) {
        RequestInfo::of(request).signed_in.get_or_init(|| self);
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r RequestInfo {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(RequestInfo::of(request))
    }
}
