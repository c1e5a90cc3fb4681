//! The primary key of a row in an address.

use std::fmt;

use rocket::request::FromParam;

/// The primary key of a row as a route's parameter: digits only, as in Django's `<int:…>`.
///
/// Any other text (`abc`, `-1`, `+1`, a number out of range) is an address that does not exist:
/// status 404.
///
/// ```
/// use module_api::Id;
/// use module_api::rocket::request::FromParam;
///
/// assert_eq!(Id::from_param("12").unwrap(), Id(12));
/// assert!(Id::from_param("+12").is_err());
/// assert!(Id::from_param("99999999999999999999").is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id(pub i64);

impl From<Id> for i64 {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl<'a> FromParam<'a> for Id {
    type Error = &'a str;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        if !param.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(param);
        }
        param.parse().map(Id).map_err(|_| param)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
