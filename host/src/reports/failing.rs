//! A page that fails on purpose, to test whether reports arrive.

use module_api::Error;
use module_api::auth::SignedIn;
use rocket::http::{Method, Status};
use rocket::response::Responder;
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Route};

use crate::request::SENTRY_DEBUG;
use crate::settings::Settings;

/// The host's route that fails: `/sentry-debug/` panics, `/sentry-debug/?how=error` fails with an
/// error that has a cause. In the profile `local` it is public, elsewhere for staff.
pub(crate) fn routes(settings: &Settings) -> Vec<Route> {
    let mut route =
        Route::new(Method::Get, "/sentry-debug", Fail { for_anybody: settings.is_local() });
    let (_, name) = SENTRY_DEBUG.split_once(':').expect("it names its owner");
    route.name = Some(name.into());
    vec![route]
}

#[derive(Clone)]
struct Fail {
    for_anybody: bool,
}

/// The error of the page.
#[derive(Debug, thiserror::Error)]
#[error("this page fails on purpose")]
struct OnPurpose(#[source] std::num::ParseIntError);

#[rocket::async_trait]
impl Handler for Fail {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        let is_staff = SignedIn::of(request).user().is_some_and(|user| user.is_staff);
        if !self.for_anybody && !is_staff {
            return Outcome::Error(Status::NotFound);
        }
        let how = request.query_value::<&str>("how").and_then(Result::ok);
        let Some("error") = how else { panic!("this page panics on purpose") };
        let cause = "a word".parse::<i32>().expect_err("it is no number");
        match Error::other(OnPurpose(cause)).respond_to(request) {
            Ok(response) => Outcome::Success(response),
            Err(status) => Outcome::Error(status),
        }
    }
}
