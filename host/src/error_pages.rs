//! The site's error pages, for errors of any origin.

use std::fmt::Display;

use module_api::auth::LoginRoute;
use module_api::host::{FailureCause, Reported, Templates, logged_path};
use module_api::{CsrfRefusal, Page, Urls, context};
use rocket::catcher::{self, BoxFuture, Catcher, Handler};
use rocket::http::{ContentType, Method, Status};
use rocket::response::Responder;
use rocket::{Request, Response};

use crate::json_errors::{self, JsonAddresses};
use crate::reports;
use crate::request::{ReportedRequest, during};
use crate::watch::{Watch, Watched};

/// The catcher for all errors of the site.
pub(crate) fn catcher() -> Catcher {
    Catcher::new(None, catch)
}

/// Wraps a module's catcher, which is not called for requests that were refused before the
/// handlers.
pub(crate) fn wrap(mut catcher: Catcher) -> Catcher {
    catcher.handler = Box::new(ModuleCatcher(catcher.handler));
    catcher
}

#[derive(Clone)]
struct ModuleCatcher(Box<dyn Handler>);

#[rocket::async_trait]
impl Handler for ModuleCatcher {
    async fn handle<'r>(&self, status: Status, request: &'r Request<'_>) -> catcher::Result<'r> {
        if Watched::of(request).is_refused() {
            return catch(status, request).await;
        }
        self.0.handle(status, request).await
    }
}

fn catch<'r>(status: Status, request: &'r Request<'_>) -> BoxFuture<'r> {
    Box::pin(async move {
        let watched = Watched::of(request);
        if watched.escapes_fairings() {
            return Ok(Watch::refused(request));
        }
        if watched.is_refused() {
            // The response of the refusal replaces any page.
            return Ok(plain_response(status));
        }
        if let Some(reported) = &watched.current.reported {
            reported.note_path(request);
        }
        Ok(during(&watched.current, || respond(status, request)))
    })
}

fn respond<'r>(status: Status, request: &'r Request<'_>) -> Response<'r> {
    if status.code >= 500 && !request.local_cache(|| Reported(false)).0 {
        log_failure(status, request);
    }
    if JsonAddresses::contain(request) {
        return json_errors::respond(status, request, &Watched::of(request).current.id);
    }
    if status == Status::Unauthorized
        && let Some(address) = login_address(request)
    {
        let mut response = Response::build();
        response.status(Status::Found).raw_header("Location", address);
        return response.sized_body(0, std::io::Cursor::new("")).finalize();
    }
    let refusal = CsrfRefusal::of(request);
    let template = match status.code {
        403 if refusal.is_some() => "errors/csrf",
        404 => "errors/404",
        500 => "errors/500",
        503 => "errors/503",
        _ => "errors/error",
    };
    // Visitors do not see it; a debug build shows it to the developer of the form.
    let explanation = refusal.filter(|_| cfg!(debug_assertions)).map(CsrfRefusal::explanation);
    let shows_causes = request.rocket().state::<Templates>().is_some_and(|it| it.shows_causes);
    let cause = if shows_causes { FailureCause::of(request).0.clone() } else { None };
    let reason = status.reason_lossy();
    let context = context! { status: status.code, reason, explanation, cause };
    let page = Page::render(template, context).respond_to(request);
    let mut response = page.unwrap_or_else(|_| plain_response(status));
    response.set_status(status);
    response
}

/// Logs a handler's failure without a known cause.
fn log_failure(status: Status, request: &Request<'_>) {
    let (code, method, path) = (status.code, request.method(), logged_path(request));
    if status == Status::ServiceUnavailable {
        // The site is overloaded, or the guard has logged its cause.
        return tracing::warn!(status = code, %method, %path, "a request was turned away");
    }
    let log = || tracing::error!(status = code, %method, %path, "a handler failed");
    let reported = Watched::of(request).current.reported.as_ref();
    if reported.is_some_and(ReportedRequest::is_reported) {
        // The cause was reported: a panic, a template.
        reports::unreported(log);
    } else {
        log();
    }
}

/// Returns the address of the login, with the requested page to return to.
fn login_address(request: &Request<'_>) -> Option<String> {
    let rocket = request.rocket();
    let (LoginRoute(route), urls) = (rocket.state::<LoginRoute>()?, rocket.state::<Urls>()?);
    let next: &[(&str, &dyn Display)] = match request.method() {
        Method::Get | Method::Head => &[("next", request.uri())],
        // A redirect back would not send the form again.
        _ => &[],
    };
    urls.url(route, next).ok()
}

/// Returns a plain response, if even the error page fails.
fn plain_response<'r>(status: Status) -> Response<'r> {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title><h1>{0}</h1></html>",
        status.reason_lossy(),
    );
    Response::build()
        .header(ContentType::HTML)
        .sized_body(page.len(), std::io::Cursor::new(page))
        .finalize()
}
