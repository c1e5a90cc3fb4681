//! The forms and query strings that are submitted to the admin's pages.

use module_api::forms::{Posted, Unreadable};
use rocket::Request;
use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::request::{self, FromRequest};

/// The maximum length of a form, unless the limit `admin-form` is set.
const MAX_MEBIBYTES: u64 = 2;

/// The fields of a submitted form.
pub(crate) struct PostedForm(pub(crate) Posted);

#[rocket::async_trait]
impl<'r> FromData<'r> for PostedForm {
    type Error = Unreadable;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let limit = request.limits().get("admin-form").unwrap_or(MAX_MEBIBYTES.mebibytes());
        match Posted::read(request, data, limit).await {
            Ok(posted) => Outcome::Success(Self(posted)),
            Err(unreadable) => Outcome::Error((unreadable.status(), unreadable)),
        }
    }
}

/// The query string of an address: initial values of a new object, and the list to return to. An
/// unreadable one counts as empty.
pub(crate) struct AddressQuery(pub(crate) Posted);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for AddressQuery {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Self::Error> {
        let query = request.uri().query().map_or("", |query| query.as_str());
        request::Outcome::Success(Self(Posted::parse(query).unwrap_or_default()))
    }
}
