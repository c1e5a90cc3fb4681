//! The password of a new user, typed twice in place of its hash.

use accounts::new_password::check_typed_twice;
use accounts::passwords::{Hasher, UserAttributes};
use module_api::Error;
use module_api::admin::ModelAdmin;
use module_api::forms::Posted;
use module_api::model::FieldInfo;

/// Error message while no password can be hashed.
pub(crate) const BUSY: &str =
    "Passwords cannot be hashed at the moment. Try again in a few seconds.";

/// The names of the two inputs, which are Django's.
pub(crate) const INPUTS: [&str; 2] = ["password1", "password2"];

/// The inputs for a new password. What was typed is not shown again.
#[derive(Debug, Clone)]
pub(crate) struct NewPassword {
    /// The field that the hash is for.
    pub(crate) field: &'static FieldInfo,
    /// The errors of each input.
    pub(crate) errors: [Vec<String>; 2],
    /// The hash, once there is a good password.
    pub(crate) hash: Option<String>,
}

impl NewPassword {
    /// The inputs, empty, if the model has a password.
    pub(crate) fn of(admin: &ModelAdmin) -> Option<Self> {
        let field = admin.model.field(admin.password?)?;
        Some(Self { field, errors: [Vec::new(), Vec::new()], hash: None })
    }

    /// Checks what was typed with what is known of the user, and hashes it: before the
    /// transaction, since it takes its time.
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
