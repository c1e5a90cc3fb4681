//! A username in an address.

use rocket::request::FromParam;

/// Django's limit of a username, in characters.
const MAX_CHARACTERS: usize = 150;

/// A username as a route's parameter. Text that is not a valid username is an address that does
/// not exist, and is never looked up in the database.
pub(crate) struct Username<'a>(pub(crate) &'a str);

impl<'a> FromParam<'a> for Username<'a> {
    type Error = &'a str;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        let too_long = param.chars().nth(MAX_CHARACTERS).is_some();
        if param.is_empty() || too_long || param.chars().any(char::is_control) {
            return Err(param);
        }
        Ok(Self(param))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_of_any_script_is_taken() {
        for name in ["zoë.li", "дарья", "さくら", "hank+surf", "a@b-c_d", &"x".repeat(150)]
        {
            assert!(Username::from_param(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_no_account_can_be_named_is_refused() {
        for name in ["", "a\0b", "line\nbreak", &"x".repeat(151)] {
            assert!(Username::from_param(name).is_err(), "{name:?}");
        }
    }
}
