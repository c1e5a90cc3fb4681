//! What every response says about how a browser may treat it.

use rocket::http::Header;
use rocket::shield::{Feature, Frame, NoSniff, Permission, Policy, Referrer, Shield};

use crate::Settings;

/// What the site's pages have no use for, and what is in them must not use.
const WITHOUT: [Feature; 9] = [
    Feature::Camera,
    Feature::Geolocation,
    Feature::Gyroscope,
    Feature::InterestCohort,
    Feature::Magnetometer,
    Feature::Microphone,
    Feature::Midi,
    Feature::Payment,
    Feature::Usb,
];

/// What the header of a policy says. Its name is the type's.
#[derive(Default)]
struct ContentSecurityPolicy(String);
#[derive(Default)]
struct CrossOriginOpenerPolicy;
#[derive(Default)]
struct StrictTransportSecurity(u32);

impl Policy for ContentSecurityPolicy {
    const NAME: &'static str = "Content-Security-Policy";

    fn header(&self) -> Header<'static> {
        Header::new(Self::NAME, self.0.clone())
    }
}

impl Policy for CrossOriginOpenerPolicy {
    const NAME: &'static str = "Cross-Origin-Opener-Policy";

    fn header(&self) -> Header<'static> {
        Header::new(Self::NAME, "same-origin")
    }
}

impl Policy for StrictTransportSecurity {
    const NAME: &'static str = "Strict-Transport-Security";

    fn header(&self) -> Header<'static> {
        Header::new(Self::NAME, format!("max-age={}", self.0))
    }
}

/// Rocket's fairing for such headers, with the site's policies.
pub(crate) fn shield(settings: &Settings) -> Shield {
    let [first, others @ ..] = WITHOUT;
    let permissions = others.into_iter().fold(Permission::blocked(first), Permission::block);
    let shield = Shield::new()
        .enable(ContentSecurityPolicy(settings.site.content_security_policy.clone()))
        .enable(CrossOriginOpenerPolicy)
        .enable(Frame::Deny)
        .enable(NoSniff::Enable)
        .enable(permissions)
        .enable(Referrer::SameOrigin);
    match settings.site.hsts_seconds {
        0 => shield,
        _ if settings.is_local() => shield,
        seconds => shield.enable(StrictTransportSecurity(seconds)),
    }
}
