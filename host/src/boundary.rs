//! What stands between Rocket and every handler of a module. It alone knows whose handler answers.

use std::future::poll_fn;

use module_api::{AnsweringModule, RefusedByCsrf, check_csrf};
use rocket::http::{Method, Status};
use rocket::response::Response;
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Route};
use tracing::Span;

use crate::plan::PlannedRoute;

/// Wraps the handler of a module's route.
pub(crate) fn wrap(planned: PlannedRoute) -> Route {
    let module = planned.owner_name();
    let mut route = planned.route;
    route.handler = Box::new(Boundary {
        module,
        span: tracing::info_span!("handler", module, route = planned.name.as_deref()),
        ends_in_slash: planned.pattern.ends_in_slash(),
        csrf_exempt: planned.csrf_exempt,
        inner: route.handler,
    });
    route
}

#[derive(Clone)]
struct Boundary {
    module: &'static str,
    /// What it says of a request is the same for all of this route, so it is written down once.
    span: Span,
    ends_in_slash: bool,
    /// Whether it takes requests that change something from anywhere.
    csrf_exempt: bool,
    inner: Box<dyn Handler>,
}

#[rocket::async_trait]
impl Handler for Boundary {
    async fn handle<'r>(&self, request: &'r Request<'_>, mut data: Data<'r>) -> Outcome<'r> {
        if self.ends_in_slash
            && request.method() == Method::Get
            && let Some(address) = canonical(request)
        {
            let mut response = Response::build();
            response
                .status(Status::MovedPermanently)
                .raw_header("Location", address)
                .sized_body(0, std::io::Cursor::new(""));
            return Outcome::Success(response.finalize());
        }
        request.local_cache(|| AnsweringModule(Some(self.module)));
        if !self.csrf_exempt
            && let Err(refusal) = check_csrf(request, &mut data).await
        {
            request.local_cache(|| RefusedByCsrf(Some(refusal)));
            tracing::warn!(module = self.module, path = %request.uri().path(), ?refusal, "refused");
            return Outcome::Error(Status::Forbidden);
        }
        let mut handler = self.inner.handle(request, data);
        let outcome = poll_fn(|context| {
            let _entered = self.span.enter();
            handler.as_mut().poll(context)
        });
        match outcome.await {
            // A parameter that cannot be what the route asks for: there is no such page.
            Outcome::Forward((data, Status::UnprocessableEntity)) => {
                Outcome::Forward((data, Status::NotFound))
            }
            outcome => outcome,
        }
    }
}

/// The address of a page that ends in `/` and has no empty parts, if the one asked for is not that.
/// It begins with one `/`, so that it cannot be taken for another host's.
fn canonical(request: &Request<'_>) -> Option<String> {
    let uri = request.uri();
    let path = uri.path().as_str();
    let has_empty_part = path.as_bytes().windows(2).any(|pair| pair == b"//");
    if path.ends_with('/') && !has_empty_part {
        return None;
    }
    let mut address = String::with_capacity(path.len() + 1);
    for part in path.split('/').filter(|part| !part.is_empty()) {
        address.push('/');
        address.push_str(part);
    }
    address.push('/');
    if let Some(query) = uri.query() {
        address.push('?');
        address.push_str(query.as_str());
    }
    Some(address)
}
