//! The guard by which handlers of this module access the request itself.

use std::convert::Infallible;
use std::net::IpAddr;

use module_api::client_address;
use rocket::Request;
use rocket::request::{FromRequest, Outcome};

use crate::authentication::BrowserKeys;
use crate::devices::DeviceKey;
use crate::sessions::{self, SessionKey};

/// The sender of a request.
#[derive(Clone, Copy)]
pub(crate) struct Visitor<'r> {
    request: &'r Request<'r>,
}

impl Visitor<'_> {
    /// The keys that the browser sent.
    pub(crate) fn keys(self) -> BrowserKeys {
        let (session, device) = (SessionKey::of(self.request), DeviceKey::of(self.request));
        BrowserKeys { session, device }
    }

    /// Sets the cookie with the key of a session.
    pub(crate) fn keep_session(self, key: &SessionKey) {
        key.give_to(self.request);
    }

    /// Sets the cookie with the key of a known browser.
    pub(crate) fn keep_device(self, key: &DeviceKey) {
        key.give_to(self.request);
    }

    /// Removes the cookie of the session.
    pub(crate) fn forget_session(self) {
        sessions::forget_key(self.request);
    }

    /// Returns the visitor's IP address.
    pub(crate) fn address(self) -> IpAddr {
        client_address(self.request)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Self { request })
    }
}
