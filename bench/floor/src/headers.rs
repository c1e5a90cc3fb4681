//! The headers of each response of the site, set by hand: with Rocket's own fairing, like the
//! host's.

use std::sync::atomic::{AtomicU64, Ordering};

use rocket::fairing::AdHoc;
use rocket::http::Header;
use rocket::shield::{Feature, Frame, NoSniff, Permission, Policy, Referrer, Shield};

#[derive(Default)]
struct ContentSecurityPolicy;
#[derive(Default)]
struct CrossOriginOpenerPolicy;

impl Policy for ContentSecurityPolicy {
    const NAME: &'static str = "Content-Security-Policy";

    fn header(&self) -> Header<'static> {
        let value = "default-src 'self'; base-uri 'none'; form-action 'self'; \
                     frame-ancestors 'none'; img-src 'self' data:; object-src 'none'";
        Header::new(Self::NAME, value)
    }
}

impl Policy for CrossOriginOpenerPolicy {
    const NAME: &'static str = "Cross-Origin-Opener-Policy";

    fn header(&self) -> Header<'static> {
        Header::new(Self::NAME, "same-origin")
    }
}

/// Rocket's fairing for such headers, with the policies of the site.
pub(crate) fn shield() -> Shield {
    let permissions = Permission::blocked(Feature::Camera)
        .block(Feature::Geolocation)
        .block(Feature::Gyroscope)
        .block(Feature::InterestCohort)
        .block(Feature::Magnetometer)
        .block(Feature::Microphone)
        .block(Feature::Midi)
        .block(Feature::Payment)
        .block(Feature::Usb);
    Shield::new()
        .enable(ContentSecurityPolicy)
        .enable(CrossOriginOpenerPolicy)
        .enable(Frame::Deny)
        .enable(NoSniff::Enable)
        .enable(permissions)
        .enable(Referrer::SameOrigin)
}

/// Gives each response a request ID.
pub(crate) fn ids() -> AdHoc {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    AdHoc::on_response("Ids", |_, response| {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        response.set_raw_header("X-Request-Id", format!("{id:024x}"));
        Box::pin(async {})
    })
}
