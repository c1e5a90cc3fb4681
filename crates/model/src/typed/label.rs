//! Choices in JSON and templates.

use std::fmt::Display;

use serde::Serializer;

use super::Choices;

/// Serializes a choice as its label, for the attribute `serialize_with` of serde.
///
/// ```
/// use module_api::model::{Choices, Model};
/// use module_api::serde::Serialize;
///
/// #[derive(Debug, Clone, Copy, PartialEq, Choices)]
/// enum Status {
///     Requested,
///     #[choice(label = "Confirmed by the owner")]
///     Confirmed,
/// }
///
/// #[derive(Serialize, Model)]
/// #[serde(crate = "module_api::serde")]
/// #[model(label = "bookings.booking")]
/// struct Booking {
///     id: i64,
///     #[model(choices, default = Status::Requested)]
///     #[serde(serialize_with = "module_api::model::label")]
///     status: Status,
/// }
/// # fn main() {
/// use module_api::rocket::serde::json::to_string;
///
/// let booking = Booking { id: 1, status: Status::Confirmed };
/// let json = r#"{"id":1,"status":"Confirmed by the owner"}"#;
/// assert_eq!(to_string(&booking).unwrap(), json);
/// # }
/// ```
///
/// # Errors
///
/// The errors of the serializer.
pub fn label<T: Choices + Display, S: Serializer>(
    choice: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(choice)
}
