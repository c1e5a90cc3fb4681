//! Creating a user, for code of other modules, and for tests.

use module_api::db::Db;
use module_api::model::{ManyToMany, Model, WriteError};
use module_api::now;
use rocket::tokio::task::spawn_blocking;

use crate::models::User;
use crate::passwords::{Algorithm, encode, unusable};

/// A user to be created.
///
/// ```
/// use accounts::NewUser;
/// use module_api::db::Db;
/// use module_api::model::WriteError;
///
/// async fn add_clerk(db: &Db) -> Result<i64, WriteError> {
///     NewUser::named("ann", "blue kettle on fire").staff().add_to(db).await
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct NewUser<'a> {
    /// The name to sign in with.
    pub username: &'a str,
    /// The password; `None` for a user who cannot log in.
    pub password: Option<&'a str>,
    /// The email address. May be empty.
    pub email: &'a str,
    /// `true` if the user may log in.
    pub is_active: bool,
    /// `true` if the user may enter the admin.
    pub is_staff: bool,
    /// `true` if the user has all permissions.
    pub is_superuser: bool,
}

impl<'a> NewUser<'a> {
    /// A user with that name and password, without permissions.
    pub const fn named(username: &'a str, password: &'a str) -> Self {
        Self {
            username,
            password: Some(password),
            email: "",
            is_active: true,
            is_staff: false,
            is_superuser: false,
        }
    }

    /// Makes the user staff.
    pub const fn staff(self) -> Self {
        Self { is_staff: true, ..self }
    }

    /// Makes the user a superuser, who may also enter the admin.
    pub const fn superuser(self) -> Self {
        Self { is_staff: true, is_superuser: true, ..self }
    }

    /// Inserts the user, with an Argon2 hash of the password, and returns the primary key.
    ///
    /// # Errors
    ///
    /// The values do not fit their fields or break a rule, or the database refuses.
    ///
    /// # Panics
    ///
    /// 19 MiB of memory cannot be allocated.
    pub async fn add_to(self, db: &Db) -> Result<i64, WriteError> {
        let hash = match self.password {
            Some(password) => {
                let password = password.to_owned();
                let encoded = spawn_blocking(move || encode(&password, Algorithm::Argon2)).await;
                encoded.expect("hashing does not panic").expect("there are 19 MiB of memory")
            }
            None => unusable(),
        };
        self.add_with_hash(&hash, db).await
    }

    /// Inserts the user with a password hash in Django's encoding, and returns the primary key.
    ///
    /// # Errors
    ///
    /// The values do not fit their fields or break a rule, or the database refuses.
    pub async fn add_with_hash(self, hash: &str, db: &Db) -> Result<i64, WriteError> {
        let mut user = User {
            id: 0,
            password: hash.to_owned(),
            last_login: None,
            is_superuser: self.is_superuser,
            username: self.username.to_owned(),
            first_name: String::new(),
            last_name: String::new(),
            email: self.email.to_owned(),
            is_staff: self.is_staff,
            is_active: self.is_active,
            date_joined: now(),
            groups: ManyToMany::default(),
            user_permissions: ManyToMany::default(),
        };
        let mut transaction = db.begin().await?;
        user.insert(&mut transaction).await?;
        transaction.commit().await?;
        Ok(user.id)
    }
}
