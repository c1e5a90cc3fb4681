//! The boundary: the handler around each handler, the only place that knows which module answers.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;

use module_api::RequestInfo;
use module_api::db::ConnectionShare;
use module_api::host::{
    FailureCause, RefusedByCsrf, Reported, check_csrf, is_safe_method, logged_path,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use rocket::http::{Method, Status};
use rocket::response::Response;
use rocket::route::{Handler, Outcome};
use rocket::tokio::time::timeout;
use rocket::{Data, Request, Route};

use crate::kept::{Found, KeptRoute};
use crate::plan::PlannedRoute;
use crate::request::{Answering, during};
use crate::sections::RouteSections;
use crate::watch::Watched;

/// Wraps the handler of a route of a module or the host. It has the timeout `limit` and the database
/// connections of `share`, and is not called for a kept page. Before it, `sections` of other modules
/// are loaded.
pub(crate) fn wrap(
    planned: PlannedRoute,
    limit: Option<Duration>,
    share: ConnectionShare,
    kept: Option<KeptRoute>,
    sections: Option<RouteSections>,
) -> Route {
    let module = planned.owner_name();
    let mut route = planned.route;
    let name = planned.name.unwrap_or_else(|| route.uri.path().to_owned());
    route.handler = Box::new(Boundary {
        answering: Arc::new(Answering { module, route: name }),
        limit,
        share,
        kept,
        sections,
        ends_in_slash: planned.pattern.ends_in_slash(),
        csrf_exempt: planned.csrf_exempt,
        inner: route.handler,
    });
    route
}

#[derive(Clone)]
struct Boundary {
    answering: Arc<Answering>,
    /// The timeout of the handler.
    limit: Option<Duration>,
    /// The connections to the database of all routes of its module.
    share: ConnectionShare,
    /// The kept pages of the route, if this site keeps any.
    kept: Option<KeptRoute>,
    /// The sections of other modules on the page, if there are any.
    sections: Option<RouteSections>,
    ends_in_slash: bool,
    /// `true` if changing requests need no CSRF token.
    csrf_exempt: bool,
    inner: Box<dyn Handler>,
}

#[rocket::async_trait]
impl Handler for Boundary {
    async fn handle<'r>(&self, request: &'r Request<'_>, mut data: Data<'r>) -> Outcome<'r> {
        let watched = Watched::of(request);
        if watched.is_refused() {
            // The response is replaced by that of the refusal later.
            return Outcome::Error(Status::BadRequest);
        }
        watched.answered_by(request, &self.answering);
        if self.ends_in_slash
            && request.method() == Method::Get
            && let Some(address) = canonical(request.uri().path().as_str(), query(request))
        {
            let mut response = Response::build();
            response
                .status(Status::MovedPermanently)
                .raw_header("Location", address)
                .sized_body(0, std::io::Cursor::new(""));
            return Outcome::Success(response.finalize());
        }
        RequestInfo::of(request).asked(self.answering.module);
        if !self.csrf_exempt
            && !is_safe_method(request.method())
            && let Err(refusal) =
                match Box::pin(within(self.limit, check_csrf(request, &mut data))).await {
                    Some(checked) => checked,
                    // The check reads the beginning of the body, which never arrived.
                    None => return Outcome::Error(Status::RequestTimeout),
                }
        {
            request.local_cache(|| RefusedByCsrf(Some(refusal)));
            let path = logged_path(request);
            during(&watched.current, || tracing::warn!(%path, ?refusal, "refused"));
            return Outcome::Error(Status::Forbidden);
        }
        let is_whole = data.peek_complete();
        let candidate = match &self.kept {
            Some(kept) => match kept.look_up(request).await {
                Found::Page(response) => return Outcome::Success(response),
                Found::Candidate(candidate) => Some(candidate),
                Found::Never => None,
            },
            None => None,
        };
        if let Some(sections) = &self.sections {
            let mut loading = Box::pin(sections.load(request));
            poll_fn(|context| during(&watched.current, || loading.as_mut().poll(context))).await;
        }
        let mut handler = self.inner.handle(request, data);
        let outcome = poll_fn(|context| {
            let mut poll = || self.share.during(|| handler.as_mut().poll(context));
            during(&watched.current, || {
                if cfg!(debug_assertions) { keeping_panics(request, poll) } else { poll() }
            })
        });
        let Some(outcome) = within(self.limit, outcome).await else {
            request.local_cache(|| Reported(true));
            let (path, seconds) = (logged_path(request), self.limit.map(|limit| limit.as_secs()));
            FailureCause::keep(request, || "the handler took too long and was cut off".to_owned());
            during(&watched.current, || {
                if is_whole {
                    tracing::error!(%path, seconds, "a handler took too long and was cut off");
                } else {
                    // The speed of a body is up to the client.
                    tracing::warn!(%path, seconds, "a request with a body was cut off");
                }
            });
            return Outcome::Error(Status::ServiceUnavailable);
        };
        if let (Some(kept), Outcome::Success(_)) = (&self.kept, &outcome) {
            kept.made(request, candidate);
        }
        match outcome {
            // A parameter is not valid for the route: there is no such page.
            Outcome::Forward((data, Status::UnprocessableEntity)) => {
                Outcome::Forward((data, Status::NotFound))
            }
            outcome => outcome,
        }
    }
}

/// Records the message of a panic for the error page.
fn keeping_panics<T>(request: &Request<'_>, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let message = text.or_else(|| payload.downcast_ref::<&str>().copied());
        FailureCause::keep(request, || {
            format!("the handler panicked: {}", message.unwrap_or("with a value that is no text"))
        });
        resume_unwind(payload)
    })
}

/// Returns the output of a future; `None` on timeout.
async fn within<T>(limit: Option<Duration>, future: impl Future<Output = T>) -> Option<T> {
    match limit {
        None => Some(future.await),
        Some(limit) => timeout(limit, future).await.ok(),
    }
}

/// The query string of the requested address.
fn query<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    request.uri().query().map(|query| query.as_str())
}

/// The characters of a path that browsers do not take as they are.
const AMBIGUOUS: &AsciiSet = &CONTROLS.add(b'\\').add(b' ');

/// Returns the canonical address of a page, with a trailing `/` and without empty parts, if the
/// request is for another form. It begins with exactly one `/`, so that it cannot be taken for
/// another host's. Browsers read `\` as `/` and leave out control characters: both are percent-encoded.
pub(crate) fn canonical(path: &str, query: Option<&str>) -> Option<String> {
    let has_empty_part = path.as_bytes().windows(2).any(|pair| pair == b"//");
    if path.ends_with('/') && !has_empty_part {
        return None;
    }
    let mut address = String::with_capacity(path.len() + 1);
    for part in path.split('/').filter(|part| !part.is_empty()) {
        address.push('/');
        address.extend(utf8_percent_encode(part, AMBIGUOUS));
    }
    address.push('/');
    if let Some(query) = query {
        address.push('?');
        address.push_str(query);
    }
    Some(address)
}

#[cfg(test)]
mod tests {
    use module_api::auth::local_address;
    use proptest::prelude::*;

    use super::canonical;

    #[test]
    fn a_page_has_one_address() {
        for (path, address) in [
            ("/lettings", Some("/lettings/")),
            ("//lettings//1", Some("/lettings/1/")),
            ("/lettings//", Some("/lettings/")),
            ("//", Some("/")),
            ("/\\evil.example", Some("/%5Cevil.example/")),
            ("/\n/evil.example", Some("/%0A/evil.example/")),
            ("/\t", Some("/%09/")),
            ("/lettings/", None),
            ("/", None),
        ] {
            assert_eq!(canonical(path, None).as_deref(), address, "{path}");
        }
        assert_eq!(canonical("/a", Some("b=/c")).as_deref(), Some("/a/?b=/c"));
    }

    proptest! {
        #[test]
        fn a_redirect_stays_on_the_site_and_leads_to_no_other(
            path in "(/|[\\x00-~]|\\PC){0,30}",
            query in proptest::option::of("[!-~]{0,20}"),
        ) {
            let path = format!("/{}", path.replace(['?', '#'], ""));
            let Some(address) = canonical(&path, query.as_deref()) else { return Ok(()) };
            let (target, _) = address.split_once('?').unwrap_or((&address, ""));
            prop_assert!(target.ends_with('/'));
            prop_assert!(!target.starts_with("//") && !target.contains('\\'), "{}", address);
            prop_assert_eq!(canonical(target, None), None);
            let base = url::Url::parse("https://site.example/page/").unwrap();
            let reached = base.join(&address).unwrap();
            prop_assert_eq!(reached.host_str(), Some("site.example"));
            prop_assert!(local_address(target).is_some(), "{}", target);
        }
    }
}
