//! Validation of new passwords: the four validators of Django, with its messages.

use super::common_passwords::is_common;
use super::similarity::is_similar;

/// Django's minimum length, in characters.
const MIN_LENGTH: usize = 8;

/// The attributes of a user that a new password must not resemble.
///
/// ```
/// use accounts::passwords::{UserAttributes, validate_password};
///
/// let user = UserAttributes { username: "tunde", email: "tunde@example.org", ..Default::default() };
/// assert_eq!(
///     validate_password("Tunde1985", &user),
///     Err(vec!["The password is too similar to the username.".to_owned()]),
/// );
/// assert_eq!(validate_password("blue kettle on fire", &user), Ok(()));
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct UserAttributes<'a> {
    /// The name to log in with.
    pub username: &'a str,
    /// The first name.
    pub first_name: &'a str,
    /// The last name.
    pub last_name: &'a str,
    /// The email address.
    pub email: &'a str,
}

/// Validates a new password.
///
/// # Errors
///
/// All errors in Django's words and order: similar to an attribute of the user, too short, common,
/// entirely numeric. They do not contain the password.
///
/// Unlike in Django, fractions and Roman numerals count as digits too.
pub fn validate_password(password: &str, user: &UserAttributes<'_>) -> Result<(), Vec<String>> {
    let mut errors = Vec::new();
    if let Some(name) = similar_attribute(password, user) {
        errors.push(format!("The password is too similar to the {name}."));
    }
    if password.chars().count() < MIN_LENGTH {
        errors.push(format!(
            "This password is too short. It must contain at least {MIN_LENGTH} characters."
        ));
    }
    if is_common(password) {
        errors.push("This password is too common.".to_owned());
    }
    if !password.is_empty() && password.chars().all(char::is_numeric) {
        errors.push("This password is entirely numeric.".to_owned());
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Returns the help texts for a new password, one for each validator.
pub fn password_help_texts() -> [String; 4] {
    [
        "Your password can’t be too similar to your other personal information.".to_owned(),
        format!("Your password must contain at least {MIN_LENGTH} characters."),
        "Your password can’t be a commonly used password.".to_owned(),
        "Your password can’t be entirely numeric.".to_owned(),
    ]
}

/// The name of the first attribute that the password is similar to.
fn similar_attribute(password: &str, user: &UserAttributes<'_>) -> Option<&'static str> {
    let attributes = [
        ("username", user.username),
        ("first name", user.first_name),
        ("last name", user.last_name),
        ("email address", user.email),
    ];
    attributes.into_iter().find(|(_, value)| is_similar(password, value)).map(|(name, _)| name)
}

/// The text without surrounding white space as in Python's `strip`, which includes four control
/// characters.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|character: char| {
        character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
    })
}
