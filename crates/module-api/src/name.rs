//! Rules for the name of a module, which is the namespace of all that it adds.

/// The reason why a text cannot be the name of a module.
///
/// Returned by [`check_name`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidName {
    /// The name does not have the form `[a-z][a-z0-9_]*`.
    #[error("a module's name is a lower-case letter, then lower-case letters, digits or `_`")]
    Form,
    /// The name is longer than 40 bytes, and tables named after it would not fit PostgreSQL's 63.
    #[error("a module's name has at most 40 characters")]
    Length,
    /// The name is reserved by the host.
    #[error("`{0}` is the host's own namespace")]
    Reserved(&'static str),
}

/// The reserved namespaces: those of the host's templates, assets, migrations and routes, and the
/// host's own keys in `page`.
const RESERVED: &[&str] = &["errors", "host", "module", "path", "site"];

/// Checks that `name` can be the name of a module.
///
/// # Errors
///
/// The first rule of [`InvalidName`] that the name breaks.
///
/// # Examples
///
/// ```
/// use module_api::{InvalidName, check_name};
///
/// assert_eq!(check_name("guest_book"), Ok(()));
/// assert_eq!(check_name("Guest-Book"), Err(InvalidName::Form));
/// assert_eq!(check_name("host"), Err(InvalidName::Reserved("host")));
/// ```
pub fn check_name(name: &str) -> Result<(), InvalidName> {
    let mut bytes = name.bytes();
    let starts_well = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
    if !starts_well || !bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return Err(InvalidName::Form);
    }
    if name.len() > 40 {
        return Err(InvalidName::Length);
    }
    match RESERVED.iter().find(|reserved| **reserved == name) {
        Some(reserved) => Err(InvalidName::Reserved(reserved)),
        None => Ok(()),
    }
}
