//! A user without an account, for tests of a module's guards.

use std::collections::BTreeSet;

use module_api::auth::{Action, User};
use module_api::model::Model;

/// A user to be signed in without a row in the database: see [`Browser::signed_in_as`].
///
/// ```
/// use module_api::auth::Action;
/// use module_api::model::Model;
/// use module_test::TestUser;
///
/// #[derive(Model)]
/// #[model(label = "guests.entry")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 200)]
///     text: String,
/// }
///
/// let clerk = TestUser::named("ann").staff().may::<Entry>(Action::Change);
/// ```
///
/// [`Browser::signed_in_as`]: crate::Browser::signed_in_as
#[derive(Debug, Clone)]
pub struct TestUser(pub(crate) User);

impl TestUser {
    /// Creates a user with that name, the primary key 1, and no permissions.
    pub fn named(username: &str) -> Self {
        Self(User {
            id: 1,
            username: username.to_owned(),
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            is_staff: false,
            is_superuser: false,
            permissions: BTreeSet::new(),
        })
    }

    /// Sets the primary key.
    pub fn id(mut self, id: i64) -> Self {
        self.0.id = id;
        self
    }

    /// Makes the user staff.
    pub fn staff(mut self) -> Self {
        self.0.is_staff = true;
        self
    }

    /// Makes the user a superuser, who has all permissions.
    pub fn superuser(mut self) -> Self {
        self.0.is_superuser = true;
        self.staff()
    }

    /// Adds a permission for a model.
    pub fn may<M: Model>(self, action: Action) -> Self {
        self.permission(&action.permission(M::INFO))
    }

    /// Adds a permission: `guests.publish_entry`.
    pub fn permission(mut self, name: &str) -> Self {
        self.0.permissions.insert(name.to_owned());
        self
    }
}

impl From<User> for TestUser {
    fn from(user: User) -> Self {
        Self(user)
    }
}
