//! Properties of a request beyond its own content.

use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use rocket::Request;
use rocket::request::{FromRequest, Outcome};

use crate::auth::SignedIn;
use crate::section::LoadedSections;

/// By which a request is told from all others, in logs and reports: a guard for handlers that ask
/// other services, so that their logs can be read together with the site's.
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
    /// The request's id: that of the router in front of the site, if it is trusted and gives one;
    /// else the site's own. The response has it in the header `X-Request-Id`.
    pub id: Arc<str>,
    /// The header `traceparent` of the W3C, which belongs on requests to other services. Nothing if
    /// the request has none that is well-formed.
    pub traceparent: Option<Arc<str>>,
    /// The module whose handler was asked first.
    module: OnceLock<&'static str>,
    /// The sender, once known.
    pub(crate) signed_in: OnceLock<SignedIn>,
    /// The sections of its page, if other modules have any there.
    pub(crate) sections: OnceLock<LoadedSections>,
}

impl RequestInfo {
    /// That of a request. The host knows it before any handler is asked.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(|| Self::new("-".into(), None))
    }

    /// A request's id and its `traceparent`. The host puts them into the request's local cache
    /// before anybody asks.
    pub const fn new(id: Arc<str>, traceparent: Option<Arc<str>>) -> Self {
        Self {
            id,
            traceparent,
            module: OnceLock::new(),
            signed_in: OnceLock::new(),
            sections: OnceLock::new(),
        }
    }

    /// The module whose handler was asked; nothing if none was. One that passed the request on was
    /// asked first, and stays it.
    pub fn module(&self) -> Option<&'static str> {
        self.module.get().copied()
    }

    /// Returns `true` if nobody is known to be signed in, without asking who is.
    #[doc(hidden)]
    pub fn is_anonymous(&self) -> bool {
        matches!(self.signed_in.get(), None | Some(SignedIn::Nobody))
    }

    /// Gives its page these sections.
    #[doc(hidden)]
    pub fn with_sections(&self, sections: LoadedSections) {
        self.sections.get_or_init(|| sections);
    }

    /// Says whose handler is asked, which the host does.
    pub fn asked(&self, module: &'static str) {
        self.module.get_or_init(|| module);
    }
}

impl SignedIn {
    /// Returns the sender of a request.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        RequestInfo::of(request).signed_in.get_or_init(Self::default)
    }

    /// Says who sent a request, unless that was said or asked before.
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
