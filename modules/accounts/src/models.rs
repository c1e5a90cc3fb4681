//! Users, groups and permissions, in the tables of Django's `contenttypes` and `auth`; sessions and
//! known browsers, in tables of our own.

use module_api::model::{ForeignKey, ManyToMany, Model};
use module_api::time::UtcDateTime;

use crate::usernames::{normalized_username, validate_username};

/// A model that permissions refer to.
///
/// See [`Permission`] for an example.
#[derive(Debug, Clone, Model)]
#[model(
    label = "contenttypes.contenttype",
    table = "django_content_type",
    verbose_name = "content type",
    display = "{app_label} | {model}",
    unique_together = [["app_label", "model"]],
    natural_key = ["app_label", "model"],
    found_by_natural_key
)]
pub struct ContentType {
    /// The primary key.
    pub id: i64,
    /// The first part of the model's label.
    #[model(max_length = 100)]
    pub app_label: String,
    /// The second part of the model's label.
    #[model(max_length = 100, verbose_name = "python model class name")]
    pub model: String,
}

/// The permission for an action on a model.
///
/// ```
/// use accounts::models::Permission;
/// use module_api::model::Model;
/// # module_test::block_on(async {
/// # let setup = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).only(&["accounts"]);
/// # let site = setup.start().await;
/// # let mut connection = site.db().acquire().await?;
///
/// let is_named = Permission::CODENAME.eq("change_user");
/// let permissions = Permission::objects().filter(is_named).with(&Permission::CONTENT_TYPE);
/// let (permission, content_type) = &permissions.all(&mut connection).await?[0];
/// assert_eq!(permission.name, "Can change user");
/// assert_eq!((&*content_type.app_label, &*content_type.model), ("auth", "user"));
/// # Ok::<(), module_api::db::DbError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Model)]
#[model(
    label = "auth.permission",
    ordering = ["content_type", "codename"],
    display = "{content_type.app_label} | {content_type.model} | {name}",
    unique_together = [["content_type", "codename"]],
    natural_key = ["codename", "content_type"],
    found_by_natural_key
)]
pub struct Permission {
    /// The primary key.
    pub id: i64,
    /// The name for people: `Can add letting`.
    #[model(max_length = 255)]
    pub name: String,
    /// The model.
    #[model(on_delete = cascade)]
    pub content_type: ForeignKey<ContentType>,
    /// The name in code: `add_letting`.
    #[model(max_length = 100)]
    pub codename: String,
}

/// A group of users with common permissions.
///
/// See [`User`] for an example.
#[derive(Debug, Clone, Model)]
#[model(label = "auth.group", display = "{name}", natural_key = ["name"])]
pub struct Group {
    /// The primary key.
    pub id: i64,
    /// The name for people.
    #[model(max_length = 150, unique)]
    pub name: String,
    /// The permissions of its users.
    #[model(blank)]
    pub permissions: ManyToMany<Permission>,
}

/// An account that can log in.
///
/// ```
/// use accounts::models::{Group, User};
/// use module_api::db::Db;
/// use module_api::model::{ManyToMany, Model, WriteError};
///
/// /// Creates a group with one user.
/// async fn add_group(name: &str, user: &User, db: &Db) -> Result<Group, WriteError> {
///     let mut transaction = db.begin().await?;
///     let mut group = Group { id: 0, name: name.to_owned(), permissions: ManyToMany::default() };
///     group.insert(&mut transaction).await?;
///     User::GROUPS.set(user.id, &[group.id], &mut transaction).await?;
///     transaction.commit().await?;
///     Ok(group)
/// }
/// # module_test::block_on(async {
/// #     let setup = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).only(&["accounts"]);
/// #     let site = setup.start().await;
/// #     let ann = accounts::NewUser { password: None, ..accounts::NewUser::named("ann", "") };
/// #     ann.add_to(site.db()).await.unwrap();
/// #     let mut connection = site.db().acquire().await.unwrap();
/// #     let ann = User::get_by(&User::USERNAME, "ann", &mut connection).await.unwrap().unwrap();
/// #     let clerks = add_group("Clerks", &ann, site.db()).await.unwrap();
/// #     let groups = User::GROUPS.of(ann.id, &mut connection).await.unwrap();
/// #     assert_eq!(groups[0].id, clerks.id);
/// # });
/// ```
#[derive(Debug, Clone, Model)]
#[model(label = "auth.user", display = "{username}", natural_key = ["username"])]
pub struct User {
    /// The primary key.
    pub id: i64,
    /// The hash of the password, in Django's encoding.
    #[model(max_length = 128)]
    pub password: String,
    /// The moment of the last login, if any.
    #[model(blank)]
    pub last_login: Option<UtcDateTime>,
    /// `true` if the user has all permissions implicitly.
    #[model(
        default = false,
        verbose_name = "superuser status",
        help_text = "Designates that this user has all permissions without explicitly assigning them."
    )]
    pub is_superuser: bool,
    /// The name to sign in with.
    #[model(
        max_length = 150,
        unique,
        normalize = normalized_username,
        validate = validate_username,
        help_text = "Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."
    )]
    pub username: String,
    /// The first name.
    #[model(max_length = 150, blank)]
    pub first_name: String,
    /// The last name.
    #[model(max_length = 150, blank)]
    pub last_name: String,
    /// The email address.
    #[model(email, blank, verbose_name = "email address")]
    pub email: String,
    /// `true` if the user may enter the admin.
    #[model(
        default = false,
        verbose_name = "staff status",
        help_text = "Designates whether the user can log into this admin site."
    )]
    pub is_staff: bool,
    /// `true` if the user may log in.
    #[model(
        default = true,
        verbose_name = "active",
        help_text = "Designates whether this user should be treated as active. Unselect this instead \
                     of deleting accounts."
    )]
    pub is_active: bool,
    /// The moment at which the account was created.
    #[model(default = now)]
    pub date_joined: UtcDateTime,
    /// The groups the user is in.
    #[model(
        blank,
        help_text = "The groups this user belongs to. A user will get all permissions granted to \
                     each of their groups."
    )]
    pub groups: ManyToMany<Group>,
    /// The permissions of the user in addition to those of the groups.
    #[model(blank, help_text = "Specific permissions for this user.")]
    pub user_permissions: ManyToMany<Permission>,
}

/// A session of a user in a browser, which expires after two weeks without requests.
///
/// ```
/// use accounts::models::{Session, User};
/// use module_api::db::{DbConnection, DbError};
/// use module_api::model::Model;
///
/// /// Returns the number of browsers in which a user is signed in.
/// async fn browsers(user: &User, on: &mut DbConnection) -> Result<u64, DbError> {
///     Session::objects().filter(Session::USER.eq(user)).count(on).await
/// }
/// # module_test::block_on(async {
/// #     let setup = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).only(&["accounts"]);
/// #     let site = setup.start().await;
/// #     let ann = accounts::NewUser::named("ann", "blue kettle on fire");
/// #     ann.add_to(site.db()).await.unwrap();
/// #     let mut connection = site.db().acquire().await.unwrap();
/// #     let ann = User::get_by(&User::USERNAME, "ann", &mut connection).await.unwrap().unwrap();
/// #     assert_eq!(browsers(&ann, &mut connection).await.unwrap(), 0);
/// #     site.sign_in("ann", "blue kettle on fire").await;
/// #     assert_eq!(browsers(&ann, &mut connection).await.unwrap(), 1);
/// # });
/// ```
#[derive(Debug, Clone, Model)]
#[model(label = "accounts.session", ordering = ["-last_used"])]
pub struct Session {
    /// The primary key.
    pub id: i64,
    /// The hash of the key in the browser's cookie.
    #[model(exact_length = 64, unique)]
    pub key_hash: String,
    /// The signed-in user.
    #[model(on_delete = cascade)]
    pub user: ForeignKey<User>,
    /// The moment of the login.
    #[model(default = now)]
    pub created: UtcDateTime,
    /// The moment of the browser's last request, to an hour.
    #[model(default = now, index)]
    pub last_used: UtcDateTime,
    /// The fingerprint of the user's `password` at the login: the session ends as soon as any
    /// program changes the column.
    #[model(exact_length = 64)]
    pub password_fingerprint: String,
}

/// A browser in which the user logged in before. Failed logins elsewhere do not delay it.
#[derive(Debug, Clone, Model)]
#[model(
    label = "accounts.device",
    ordering = ["-last_used"],
    unique_together = [["key_hash", "user"]]
)]
pub struct Device {
    /// The primary key.
    pub id: i64,
    /// The hash of the key in the browser's cookie, which all users of the browser share.
    #[model(exact_length = 64)]
    pub key_hash: String,
    /// The user who logged in.
    #[model(on_delete = cascade)]
    pub user: ForeignKey<User>,
    /// The moment of the user's last login in this browser.
    #[model(default = now, index)]
    pub last_used: UtcDateTime,
}

/// A key to set a new password without the old one, valid for an hour and only once.
#[derive(Debug, Clone, Model)]
#[model(
    label = "accounts.passwordreset",
    table = "accounts_password_reset",
    verbose_name = "password reset",
    ordering = ["-expires"]
)]
pub struct PasswordReset {
    /// The primary key.
    pub id: i64,
    /// The hash of the key that was sent by mail.
    #[model(exact_length = 64, unique)]
    pub key_hash: String,
    /// The user whose password is reset.
    #[model(on_delete = cascade)]
    pub user: ForeignKey<User>,
    /// The moment at which the key expires.
    #[model(index)]
    pub expires: UtcDateTime,
    /// The fingerprint of the user's `password` and `email` at that time: the key expires as soon
    /// as any program changes one of them.
    #[model(exact_length = 64)]
    pub account_fingerprint: String,
}
