//! The password of a new user, entered twice in place of its hash.

use accounts::new_password::check_typed_twice;
use accounts::passwords::{Hasher, UserAttributes};
use module_api::Error;
use module_api::admin::ModelAdmin;
use module_api::forms::Posted;
use module_api::model::FieldInfo;

/// The error message if the queue of hashes is full.
pub(crate) const BUSY: &str =
    "Passwords cannot be hashed at the moment. Try again in a few seconds.";

/// The names of the two inputs, which are Django's.
pub(crate) const INPUTS: [&str; 2] = ["password1", "password2"];

/// The inputs for a new password. They are empty when the form is shown again.
#[derive(Debug, Clone)]
pub(crate) struct NewPassword {
    /// The field of the hash.
    pub(crate) field: &'static FieldInfo,
    /// The errors of each input.
    pub(crate) errors: [Vec<String>; 2],
    /// The hash, once there is a valid password.
    pub(crate) hash: Option<String>,
}

impl NewPassword {
    /// The empty inputs, if the model has a password.
    pub(crate) fn of(admin: &ModelAdmin) -> Option<Self> {
        let field = admin.model.field(admin.password?)?;
        Some(Self { field, errors: [Vec::new(), Vec::new()], hash: None })
    }

    /// Validates the submitted password against the user's attributes, and hashes it. It is
    /// called before the transaction, since hashing takes time.
    pub(crate) async fn take(&mut self, posted: &Posted, hasher: &Hasher) -> Result<(), Error> {
        let text = |name: &str| posted.get(name).unwrap_or_default();
        let [first, second] = INPUTS.map(text);
        let user = UserAttributes {
            username: text("username"),
            first_name: text("first_name"),
            last_name: text("last_name"),
            email: text("email"),
        };
        self.errors = check_typed_twice(first, second, &user);
        if self.errors.iter().all(Vec::is_empty) {
            match hasher.encode(first).await {
                Ok(hash) => self.hash = Some(hash),
                Err(error) if error.is_temporary() => self.errors[0].push(BUSY.to_owned()),
                Err(error) => return Err(Error::other(error)),
            }
        }
        Ok(())
    }
}
