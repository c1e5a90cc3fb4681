//! What is known of a request beyond what it says itself.

use std::convert::Infallible;
use std::sync::Arc;

use rocket::Request;
use rocket::request::{FromRequest, Outcome};

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestInfo {
    /// The request's id: that of the router in front of the site, if it is trusted and gives one;
    /// else the site's own. The response has it in the header `X-Request-Id`.
    pub id: Arc<str>,
    /// The header `traceparent` of the W3C, which belongs on requests to other services. Nothing if
    /// the request has none that is well-formed.
    pub traceparent: Option<Arc<str>>,
}

impl RequestInfo {
    /// That of a request. The host knows it before any handler is asked.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(|| Self { id: "-".into(), traceparent: None })
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r RequestInfo {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(RequestInfo::of(request))
    }
}
