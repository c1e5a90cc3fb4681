//! Errors below addresses that answer JSON: problem details (RFC 9457).

use module_api::CsrfRefusal;
use module_api::host::{FailureCause, InvalidValues, Templates};
use module_api::model::ValidationErrors;
use rocket::http::{Method, Status};
use rocket::{Request, Response};

use crate::overlap::{methods_overlap, path_matches};

/// The media type of problem details.
const PROBLEM_JSON: &str = "application/problem+json";

/// The paths below which errors are JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct JsonAddresses(pub(crate) Vec<String>);

/// The members of a problem. Its `type` is `about:blank`: the status tells everything.
#[derive(serde::Serialize)]
struct Details<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<&'a ValidationErrors>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
}

impl JsonAddresses {
    /// Returns `true` if a request is for a path below one of them.
    pub(crate) fn contain(request: &Request<'_>) -> bool {
        let path = request.uri().path().as_str();
        request
            .rocket()
            .state::<Self>()
            .is_some_and(|addresses| addresses.0.iter().any(|it| is_below(path, it)))
    }
}

fn is_below(path: &str, base: &str) -> bool {
    let rest = path.strip_prefix(base.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The response for a status with which a handler or Rocket failed.
pub(crate) fn respond(
    status: Status,
    request: &Request<'_>,
    request_id: &str,
) -> Response<'static> {
    let (status, allowed) = refine_status(status, request);
    let shows_causes = request.rocket().state::<Templates>().is_some_and(|it| it.shows_causes);
    let cause = FailureCause::of(request).0.as_deref().filter(|_| shows_causes);
    let errors = InvalidValues::of(request).filter(|_| status == Status::UnprocessableEntity);
    let detail = CsrfRefusal::of(request)
        .filter(|_| status == Status::Forbidden)
        .map(|_| "The request was sent from another site, or carries no valid CSRF token.");
    let mut response = problem(status, request_id, detail, errors, cause);
    if let Some(methods) = allowed {
        response.set_raw_header("Allow", methods);
    }
    response
}

/// The response to a request that is refused.
pub(crate) fn refusal(status: Status, request_id: &str, detail: &str) -> Response<'static> {
    problem(status, request_id, Some(detail.trim_end()), None, None)
}

fn problem(
    status: Status,
    request_id: &str,
    detail: Option<&str>,
    errors: Option<&ValidationErrors>,
    cause: Option<&str>,
) -> Response<'static> {
    let details = Details {
        r#type: "about:blank",
        title: status.reason_lossy(),
        status: status.code,
        detail,
        request_id,
        errors,
        cause,
    };
    let body = serde_json::to_string(&details).expect("texts and numbers can be written as JSON");
    Response::build()
        .status(status)
        .raw_header("Content-Type", PROBLEM_JSON)
        .raw_header("Cache-Control", "no-store")
        .sized_body(body.len(), std::io::Cursor::new(body))
        .finalize()
}

/// Rocket answers 404 even if a route has the path, but another method or media type: this returns the
/// status for that, and the allowed methods for 405.
fn refine_status(status: Status, request: &Request<'_>) -> (Status, Option<String>) {
    if status != Status::NotFound || request.route().is_some() {
        return (status, None);
    }
    let path = request.uri().path();
    let routes = request.rocket().routes();
    let methods: Vec<Method> = routes
        .filter(|route| path_matches(route, path.as_str()))
        .map(|route| route.method)
        .collect();
    if methods.iter().any(|method| methods_overlap(*method, request.method())) {
        let of_body = request.method().supports_payload();
        return (if of_body { Status::UnsupportedMediaType } else { Status::NotAcceptable }, None);
    }
    if methods.is_empty() {
        return (status, None);
    }
    let mut names: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
    if methods.contains(&Method::Get) {
        names.push(Method::Head.as_str());
    }
    names.sort_unstable();
    names.dedup();
    (Status::MethodNotAllowed, Some(names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn a_base_ends_at_a_slash() {
        assert!(is_below("/api", "/api") && is_below("/api/1", "/api") && is_below("/x", "/"));
        assert!(!is_below("/apis", "/api") && !is_below("/", "/api"));
    }
}
