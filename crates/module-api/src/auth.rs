//! Authentication and authorization: the signed-in user, and permissions.
//!
//! A module uses guards; logging people in is the task of another module:
//!
//! ```
//! use module_api::auth::{Change, CurrentUser, Permission, Staff};
//! use module_api::model::Model;
//! use module_api::rocket::{get, post};
//!
//! #[derive(Model)]
//! #[model(label = "guests.entry")]
//! struct Entry {
//!     id: i64,
//!     #[model(max_length = 200)]
//!     text: String,
//! }
//!
//! /// For everybody; who is signed in is greeted by name.
//! #[get("/hello")]
//! fn hello(user: Option<CurrentUser>) -> String {
//!     user.map_or_else(|| "Hello!".to_owned(), |user| format!("Hello, {}!", user.username))
//! }
//!
//! /// For whoever is signed in. Others are sent to the page for signing in.
//! #[get("/mine")]
//! fn mine(user: CurrentUser) -> String {
//!     format!("Entries of {}", user.username)
//! }
//!
//! /// For staff. Other users are answered 403.
//! #[get("/all")]
//! fn all(staff: Staff) -> &'static str {
//!     "All entries"
//! }
//!
//! /// For users who have the permission `guests.change_entry`.
//! #[post("/<_id>")]
//! fn change(user: Permission<Change<Entry>>, _id: i64) -> &'static str {
//!     "Changed"
//! }
//! ```

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use serde::Serialize;

use crate::model::{Model, ModelInfo};

/// A signed-in user. The state is that of this request: closing an account or withdrawing a
/// permission takes effect at the next one.
///
/// ```
/// use std::collections::BTreeSet;
///
/// use module_api::auth::User;
///
/// let ann = User {
///     id: 1,
///     username: "ann".to_owned(),
///     first_name: "Ann".to_owned(),
///     last_name: "Smith".to_owned(),
///     email: "ann@example.org".to_owned(),
///     is_staff: true,
///     is_superuser: false,
///     permissions: BTreeSet::from(["guests.change_entry".to_owned()]),
/// };
/// assert_eq!(ann.full_name(), "Ann Smith");
/// assert!(ann.has_permission("guests.change_entry"));
/// assert!(!ann.has_permission("guests.delete_entry"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The primary key.
    pub id: i64,
    /// The name to sign in with.
    pub username: String,
    /// The first name. May be empty.
    pub first_name: String,
    /// The last name. May be empty.
    pub last_name: String,
    /// The email address. May be empty.
    pub email: String,
    /// `true` if the user may enter the admin.
    pub is_staff: bool,
    /// `true` if the user has all permissions implicitly.
    pub is_superuser: bool,
    /// The permissions the user was given, as `lettings.change_letting`; those of the groups
    /// included.
    pub permissions: BTreeSet<String>,
}

impl User {
    /// Returns `true` if the user has a permission, named as `lettings.change_letting`.
    pub fn has_permission(&self, permission: &str) -> bool {
        self.is_superuser || self.permissions.contains(permission)
    }

    /// Returns `true` if the user may do something with a model.
    pub fn may(&self, action: Action, model: &ModelInfo) -> bool {
        self.is_superuser || self.permissions.contains(&action.permission(model))
    }

    /// The first and the last name; the username if there is neither.
    pub fn full_name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        let name = name.trim();
        if name.is_empty() { self.username.clone() } else { name.to_owned() }
    }
}

/// An action on the rows of a model, each with a permission of its own.
///
/// ```
/// use module_api::auth::Action;
/// use module_api::model::Model;
///
/// #[derive(Model)]
/// #[model(label = "guests.entry")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 200)]
///     text: String,
/// }
///
/// assert_eq!(Action::Change.permission(Entry::INFO), "guests.change_entry");
/// assert_eq!(Action::ALL.map(Action::word), ["add", "change", "delete", "view"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Add one.
    Add,
    /// Change one.
    Change,
    /// Delete one.
    Delete,
    /// Look at them.
    View,
}

impl Action {
    /// All actions, in Django's order.
    pub const ALL: [Self; 4] = [Self::Add, Self::Change, Self::Delete, Self::View];

    /// The lower-case name of the action: `change`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Delete => "delete",
            Self::View => "view",
        }
    }

    /// The name of the permission, without the app: `change_letting`.
    pub fn codename(self, model: &ModelInfo) -> String {
        format!("{}_{}", self.word(), model.name())
    }

    /// The whole name of the permission: `lettings.change_letting`.
    pub fn permission(self, model: &ModelInfo) -> String {
        format!("{}.{}", model.app(), self.codename(model))
    }
}

/// The sender of a request. The module that keeps sessions sets it before any handler is called.
///
/// ```
/// use module_api::auth::SignedIn;
/// use module_api::rocket::{self, Request, local::blocking::Client};
///
/// fn greeting(request: &Request<'_>) -> String {
///     match SignedIn::of(request).user() {
///         Some(user) => format!("Hello, {}!", user.full_name()),
///         None => "Hello!".to_owned(),
///     }
/// }
///
/// let client = Client::untracked(rocket::build()).unwrap();
/// assert_eq!(greeting(client.get("/").inner()), "Hello!");
/// ```
#[derive(Debug, Clone, Default)]
pub enum SignedIn {
    /// No user is signed in.
    #[default]
    Nobody,
    /// This user.
    User(Arc<User>),
    /// The user is unknown, since the database is out of reach.
    Unknown,
}

impl SignedIn {
    /// The user, if one is signed in.
    pub fn user(&self) -> Option<&Arc<User>> {
        match self {
            Self::User(user) => Some(user),
            Self::Nobody | Self::Unknown => None,
        }
    }
}

thread_local! {
    /// The visitor of the page that is being rendered on this thread.
    static VISITOR: RefCell<SignedIn> = const { RefCell::new(SignedIn::Nobody) };
}

/// Renders a page for the visitor who requested it.
pub(crate) fn render_for<T>(visitor: SignedIn, render: impl FnOnce() -> T) -> T {
    let outer = VISITOR.replace(visitor);
    let rendered = render();
    VISITOR.set(outer);
    rendered
}

/// Calls `ask` with the visitor of the page that is being rendered on this thread; outside of
/// rendering, with [`SignedIn::Nobody`].
pub fn with_page_visitor<T>(ask: impl FnOnce(&SignedIn) -> T) -> T {
    VISITOR.with_borrow(ask)
}

/// The name of the login route. The module that has it manages this as state; a visitor whose request
/// a guard answers with 401 is redirected there.
///
/// ```
/// use module_api::auth::LoginRoute;
/// use module_api::{Configure, Module};
///
/// struct Accounts;
/// impl Module for Accounts {
///     fn name(&self) -> &'static str {
///         "accounts"
///     }
///
///     fn configure(&self, configure: Configure) -> Configure {
///         configure.manage(LoginRoute("accounts:login"))
///     }
/// }
/// # use module_api::rocket::figment::Figment;
/// # let configure = Configure::new(Figment::new(), "/accounts".to_owned());
/// # assert_eq!(Accounts.configure(configure).state.len(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginRoute(pub &'static str);

/// The reason why a guard refuses.
///
/// A handler that takes a guard as a `Result` gets the reason:
///
/// ```
/// use module_api::auth::{AuthError, CurrentUser};
/// use module_api::rocket::{self, get, local::blocking::Client, routes};
///
/// #[get("/members")]
/// fn members(user: Result<CurrentUser, AuthError>) -> &'static str {
///     match user {
///         Ok(_) => "Welcome!",
///         Err(AuthError::Unknown) => "Please try again later.",
///         Err(_) => "This page is for members.",
///     }
/// }
///
/// let client = Client::untracked(rocket::build().mount("/", routes![members])).unwrap();
/// let answer = client.get("/members").dispatch().into_string();
/// assert_eq!(answer.unwrap(), "This page is for members.");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// No user is signed in: 401, or a redirect to the login.
    #[error("nobody is signed in")]
    NobodySignedIn,
    /// The user lacks the permission: 403.
    #[error("the user is not allowed to")]
    NotAllowed,
    /// The database is out of reach: 503.
    #[error("who is signed in cannot be told while the database is out of reach")]
    Unknown,
}

fn allowed(
    request: &Request<'_>,
    is_allowed: impl FnOnce(&User) -> bool,
) -> Outcome<Arc<User>, AuthError> {
    match SignedIn::of(request) {
        SignedIn::User(user) if is_allowed(user) => Outcome::Success(Arc::clone(user)),
        SignedIn::User(_) => Outcome::Error((Status::Forbidden, AuthError::NotAllowed)),
        SignedIn::Nobody => Outcome::Error((Status::Unauthorized, AuthError::NobodySignedIn)),
        SignedIn::Unknown => Outcome::Error((Status::ServiceUnavailable, AuthError::Unknown)),
    }
}

/// The guard for a signed-in user. As `Option<CurrentUser>` it admits every visitor.
///
/// ```
/// use std::sync::Arc;
///
/// use module_api::auth::{CurrentUser, SignedIn};
/// use module_api::rocket::{self, get, http::Status, local::blocking::Client, routes};
/// # use module_api::auth::User;
///
/// #[get("/mine")]
/// fn mine(user: CurrentUser) -> String {
///     format!("Entries of {}", user.username)
/// }
///
/// # let ann = User {
/// #     id: 1, username: "ann".to_owned(), first_name: String::new(), last_name: String::new(),
/// #     email: String::new(), is_staff: false, is_superuser: false, permissions: Default::default(),
/// # };
/// let client = Client::untracked(rocket::build().mount("/", routes![mine])).unwrap();
/// assert_eq!(client.get("/mine").dispatch().status(), Status::Unauthorized);
///
/// let request = client.get("/mine");
/// SignedIn::User(Arc::new(ann)).attach_to(request.inner());
/// assert_eq!(request.dispatch().into_string().unwrap(), "Entries of ann");
/// ```
#[derive(Debug, Clone)]
pub struct CurrentUser(pub Arc<User>);

/// The guard for staff: active users who may enter the admin.
///
/// ```
/// use module_api::Error;
/// use module_api::auth::Staff;
/// use module_api::rocket::{self, get, http::Status, local::blocking::Client, routes};
///
/// #[get("/export")]
/// fn export(staff: Staff) -> Result<&'static str, Error> {
///     if !staff.has_permission("guests.export_entry") {
///         return Err(Error::Forbidden);
///     }
///     Ok("id,text\n")
/// }
///
/// let client = Client::untracked(rocket::build().mount("/", routes![export])).unwrap();
/// assert_eq!(client.get("/export").dispatch().status(), Status::Unauthorized);
/// ```
#[derive(Debug, Clone)]
pub struct Staff(pub Arc<User>);

/// The guard for users who have a permission: `Permission<Change<Letting>>`.
///
/// ```
/// use module_api::auth::{Delete, Permission};
/// use module_api::model::Model;
/// use module_api::rocket::{self, http::Status, local::blocking::Client, post, routes};
///
/// #[derive(Model)]
/// #[model(label = "guests.entry")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 200)]
///     text: String,
/// }
///
/// #[post("/<id>/delete")]
/// fn delete(id: i64, user: Permission<Delete<Entry>>) -> String {
///     format!("{} deleted entry {id}", user.username)
/// }
/// # use std::sync::Arc;
/// # use module_api::auth::{SignedIn, User};
/// # let ann = User {
/// #     id: 1, username: "ann".to_owned(), first_name: String::new(), last_name: String::new(),
/// #     email: String::new(), is_staff: false, is_superuser: false, permissions: Default::default(),
/// # };
///
/// let client = Client::untracked(rocket::build().mount("/", routes![delete])).unwrap();
/// let request = client.post("/7/delete");
/// SignedIn::User(Arc::new(ann)).attach_to(request.inner());
/// assert_eq!(request.dispatch().status(), Status::Forbidden);
/// ```
pub struct Permission<P> {
    user: Arc<User>,
    permission: PhantomData<fn() -> P>,
}

impl<P: RequiredPermission> fmt::Debug for Permission<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Permission").field(&P::name()).field(&self.user.username).finish()
    }
}

/// A permission as a type, for [`Permission`]: [`Add`], [`Change`], [`Delete`] or [`View`] of a
/// model, or a type that a module defines.
///
/// ```
/// use module_api::auth::{Permission, RequiredPermission};
///
/// struct Publish;
/// impl RequiredPermission for Publish {
///     fn name() -> String {
///         "guests.publish_entry".to_owned()
///     }
/// }
///
/// #[module_api::rocket::post("/publish")]
/// fn publish(user: Permission<Publish>) {}
/// ```
pub trait RequiredPermission {
    /// The full name of the permission: `lettings.change_letting`.
    fn name() -> String;
}

macro_rules! permissions {
    ($($name:ident)*) => {$(
        #[doc = concat!("The permission [`Action::", stringify!($name), "`] of a model.")]
        pub struct $name<M>(PhantomData<fn() -> M>);

        impl<M: Model> RequiredPermission for $name<M> {
            fn name() -> String {
                Action::$name.permission(M::INFO)
            }
        }
    )*};
}

permissions! { Add Change Delete View }

#[rocket::async_trait]
impl<'r> FromRequest<'r> for CurrentUser {
    type Error = AuthError;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, AuthError> {
        allowed(request, |_| true).map(Self)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Staff {
    type Error = AuthError;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, AuthError> {
        allowed(request, |user| user.is_staff).map(Self)
    }
}

#[rocket::async_trait]
impl<'r, P: RequiredPermission> FromRequest<'r> for Permission<P> {
    type Error = AuthError;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, AuthError> {
        allowed(request, |user| user.has_permission(&P::name()))
            .map(|user| Self { user, permission: PhantomData })
    }
}

impl Deref for CurrentUser {
    type Target = User;

    fn deref(&self) -> &User {
        &self.0
    }
}

impl Deref for Staff {
    type Target = User;

    fn deref(&self) -> &User {
        &self.0
    }
}

impl<P> Deref for Permission<P> {
    type Target = User;

    fn deref(&self) -> &User {
        &self.user
    }
}

/// The signed-in user in the context of a page: `page.user`.
#[derive(Debug, Serialize)]
pub(crate) struct PageUser<'a> {
    username: &'a str,
    full_name: String,
    is_staff: bool,
    is_superuser: bool,
}

impl<'a> From<&'a User> for PageUser<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            username: &user.username,
            full_name: user.full_name(),
            is_staff: user.is_staff,
            is_superuser: user.is_superuser,
        }
    }
}

/// Returns the address if it is local: a path that no browser takes for another site's. For addresses
/// from outside, such as the `next` of a form.
///
/// ```
/// use module_api::auth::local_address;
///
/// assert_eq!(local_address("/lettings/?page=2"), Some("/lettings/?page=2"));
/// for foreign in ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:0", ""] {
///     assert_eq!(local_address(foreign), None);
/// }
/// ```
pub fn local_address(address: &str) -> Option<&str> {
    // A browser reads `\` as `/`, and leaves out tabs and line ends.
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace() && c != '\\';
    let rest = address.strip_prefix('/')?;
    (!rest.starts_with('/') && address.chars().all(is_plain)).then_some(address)
}
