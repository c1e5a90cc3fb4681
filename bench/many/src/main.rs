//! The host with 196 tiny modules besides its own, to measure what a module costs the others.
//!
//! Each has a page, a template and an asset, and none is in the navigation, so that the five
//! pages are the same as in the plain host.

use module_api::{Files, Module, Page, context, register};
use rocket::request::{FromRequest, Outcome};
use rocket::{Request, Route, get, routes};

/// A minimal module.
struct Tiny {
    name: &'static str,
    templates: Files,
}

impl Module for Tiny {
    fn name(&self) -> &'static str {
        self.name
    }

    fn routes(&self) -> Vec<Route> {
        routes![index]
    }

    fn templates(&self) -> Files {
        self.templates
    }

    fn assets(&self) -> Files {
        Files::inline(&[("tiny.css", b".tiny { color: rebeccapurple; }\n")])
    }
}

/// The name of the template of the module that answers.
struct OwnTemplate(String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for OwnTemplate {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let module = request.routed_segment(0).unwrap_or_default();
        Outcome::Success(Self(format!("{module}/index")))
    }
}

#[get("/")]
fn index(template: OwnTemplate) -> Page {
    Page::render(template.0, context! {})
}

/// Registers a module for each pair of tens and units.
macro_rules! tiny_modules {
    ($($tens:literal)*) => { $( tiny_modules!(@ten $tens: 0 1 2 3 4 5 6 7 8 9); )* };
    (@ten $tens:literal: $($units:literal)*) => { $(
        register!(Tiny {
            name: concat!("tiny", $tens, $units),
            templates: Files::inline(&[(
                concat!("tiny", $tens, $units, "/index.html.j2"),
                b"{% extends \"base\" %}{% block content %}<h1>Tiny</h1>{% endblock %}",
            )]),
        });
    )* };
}

tiny_modules!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18);
tiny_modules!(@ten 19: 0 1 2 3 4 5);

fn main() -> std::process::ExitCode {
    holiday_homes::site().run()
}
