//! Setting a user's new password.

use module_api::db::{DbError, Transaction, query};
use module_api::model::ValidationErrors;

use crate::authentication::MAX_PASSWORD;
use crate::passwords::{Hasher, HasherError, UserAttributes, validate_password};
use crate::sessions;

/// The reason why a password was refused.
///
/// Returned by [`hash_new_password`], whose example matches on it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NewPasswordError {
    /// The password is not valid, for these reasons, which may be shown to the user.
    #[error("{}", .0.join(" "))]
    Invalid(Vec<String>),
    /// The password could not be hashed.
    #[error(transparent)]
    Hasher(#[from] HasherError),
}

/// Validates a new password with the four validators of Django, and a limit of 4096 bytes.
///
/// # Errors
///
/// The messages for the user.
pub fn check_new_password(password: &str, user: &UserAttributes<'_>) -> Result<(), Vec<String>> {
    if password.len() > MAX_PASSWORD {
        return Err(vec![format!("This password is too long. It may have {MAX_PASSWORD} bytes.")]);
    }
    validate_password(password, user)
}

/// Returns the errors of a new password that was entered twice: those of the first input and of
/// the second, in Django's words. They do not contain the input.
///
/// ```
/// use accounts::new_password::check_typed_twice;
/// use accounts::passwords::UserAttributes;
///
/// let user = UserAttributes { username: "tunde", ..Default::default() };
/// let [first, second] = check_typed_twice("blue kettle on fire", "blue cattle on fire", &user);
/// assert!(first.is_empty());
/// assert_eq!(second, ["The two password fields didn’t match."]);
/// ```
pub fn check_typed_twice(first: &str, second: &str, user: &UserAttributes<'_>) -> [Vec<String>; 2] {
    let [of_first, mut of_second] = [first, second].map(|typed| {
        if typed.is_empty() { vec!["This field is required.".to_owned()] } else { Vec::new() }
    });
    if of_first.is_empty() && of_second.is_empty() {
        if first == second {
            of_second = check_new_password(second, user).err().unwrap_or_default();
        } else {
            of_second.push("The two password fields didn’t match.".to_owned());
        }
    }
    [of_first, of_second]
}

/// The errors in a form with the fields `new_password1` and `new_password2`.
pub(crate) fn errors_in_typed_twice(
    first: &str,
    second: &str,
    user: &UserAttributes<'_>,
) -> ValidationErrors {
    let mut errors = ValidationErrors::none();
    let found = check_typed_twice(first, second, user);
    for (field, messages) in ["new_password1", "new_password2"].into_iter().zip(found) {
        for message in messages {
            errors.add(field, message);
        }
    }
    errors
}

/// Validates a new password and hashes it, for [`store_password`]. It is called before the
/// transaction, since hashing takes time.
///
/// ```
/// use accounts::new_password::{NewPasswordError, hash_new_password, store_password};
/// use accounts::passwords::{Hasher, UserAttributes};
/// use module_api::db::Db;
///
/// async fn change(db: &Db, hasher: &Hasher) -> Result<(), Box<dyn std::error::Error>> {
///     let user = UserAttributes { username: "tunde", ..Default::default() };
///     let hash = match hash_new_password("blue kettle on fire", &user, hasher).await {
///         Err(NewPasswordError::Invalid(messages)) => return Err(messages.join(" ").into()),
///         hash => hash?,
///     };
///     let mut transaction = db.begin().await?;
///     store_password(17, &hash, &mut transaction).await?;
///     Ok(transaction.commit().await?)
/// }
/// ```
///
/// # Errors
///
/// The password is not valid, or too many passwords are being hashed.
pub async fn hash_new_password(
    password: &str,
    user: &UserAttributes<'_>,
    hasher: &Hasher,
) -> Result<String, NewPasswordError> {
    check_new_password(password, user).map_err(NewPasswordError::Invalid)?;
    Ok(hasher.encode(password).await?)
}

/// Stores a user's hashed password, and ends all sessions of the user. Returns `false` if there
/// is no such user.
///
/// Users who change their own password stay logged in with a new session: [`sessions::begin`],
/// and [`SessionKey::give_to`](crate::sessions::SessionKey::give_to) after the commit.
///
/// # Errors
///
/// The database is out of reach.
pub async fn store_password(
    user_id: i64,
    hash: &str,
    on: &mut Transaction,
) -> Result<bool, DbError> {
    let update = query("UPDATE auth_user SET password = $1 WHERE id = $2");
    let updated = update.bind(hash).bind(user_id).execute(&mut *on).await?;
    sessions::end_all(user_id, None, on).await?;
    Ok(updated > 0)
}
