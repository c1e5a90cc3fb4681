//! The contract between a host and the modules that plug into it.
//!
//! A module is an app of a site: a crate with its own routes, templates, assets, migrations,
//! navigation, settings and commands, which registers itself at link time. The host finds the linked
//! modules, decides which are active, and serves them as one site.
//!
//! ```
//! use module_api::rocket::{Route, get, routes};
//! use module_api::{Module, register};
//!
//! struct Hello;
//!
//! impl Module for Hello {
//!     fn name(&self) -> &'static str {
//!         "hello"
//!     }
//!
//!     fn routes(&self) -> Vec<Route> {
//!         routes![greeting]
//!     }
//! }
//!
//! register!(Hello);
//!
//! /// Answers at `/hello/`, and is `hello:greeting` to `url()`.
//! #[get("/")]
//! fn greeting() -> &'static str {
//!     "Hello!"
//! }
//! # fn main() {}
//! ```
//!
//! # Reading order
//!
//! Begin with [`Module`]: each of its methods links to the type of its part. Then read by subject:
//!
//! | subject | begin with | then |
//! |---|---|---|
//! | registration | [`register!`] | [`embed!`], [`Files`] |
//! | pages and addresses | [`Page`] | [`Error`], [`Urls`], [`route_name!`], [`Messages`] |
//! | models and queries | [`model::Model`] | [`model::Select`], [`model::Column`], [`model::ForeignKey`] |
//! | SQL | [`db`] | [`db::query`], [`db::Transaction`] |
//! | migrations | [`Migration`] | [`MigrationCode`], [`AfterMigrate`] |
//! | forms | [`forms`] | [`forms::Form`], [`model::ValidationErrors`] |
//! | users and permissions | [`auth`] | [`auth::CurrentUser`], [`auth::Staff`], [`auth::Permission`] |
//! | the admin | [`admin`] | [`admin::ModelAdmin`], [`admin::AdminExtension`] |
//! | pages of other modules | [`Section`] | [`NavigationItem`] |
//! | settings and checks | [`SettingsSchema`] | [`Check`], [`DatabaseCheck`], [`Problem`] |
//! | commands | [`Command`] | [`CommandContext`] |
//! | mail | [`Mailer`] | [`Mail`] |
//! | operation | [`Health`] | [`Gauge`], [`KeptPages`] |
//! | Rocket itself | [`Configure`] | [`SecretKey`], [`RequestInfo`] |
//!
//! Tests of modules use the crate `module_test`.

#![warn(missing_docs)]

// Generated code names everything from here, in this crate too.
extern crate self as module_api;

pub mod admin;
pub mod auth;
mod check;
mod client_address;
mod command;
mod configure;
mod csrf;
mod error;
mod files;
pub mod forms;
mod gauge;
mod health;
#[doc(hidden)]
pub mod host;
mod kept_pages;
mod linking;
mod literal_name;
mod local_start;
mod logged_path;
mod messages;
mod migration;
mod module;
mod module_future;
mod name;
mod navigation;
mod nearest;
mod page;
mod problem;
mod program;
mod registration;
mod rendering;
mod request_info;
mod secret_key;
mod section;
mod settings;
mod site_modules;
mod urls;

pub use check::{Check, CheckContext, DatabaseCheck};
pub use client_address::client_address;
pub use command::{Command, CommandContext};
pub use configure::Configure;
pub use csrf::{CSRF_FIELD, CSRF_HEADER, CookieRules, CsrfRefusal, csrf_input, csrf_token};
pub use error::Error;
pub use files::{Files, FilesIter};
pub use gauge::Gauge;
pub use health::Health;
pub use kept_pages::KeptPages;
pub use local_start::{LocalStart, LocalStartContext, Notice};
pub use messages::{Level, Message, MessageLink, Messages};
pub use migration::{
    AfterMigrate, Migration, MigrationCode, MigrationDown, MigrationError, MigrationFiles,
    MigrationFunction, MigrationId, migrations_with_code,
};
pub use module::Module;
pub use module_future::ModuleFuture;
pub use name::{InvalidName, check_name};
pub use navigation::{NavigationItem, Visibility};
pub use nearest::{nearest, suggestion};
pub use page::Page;
pub use problem::{Problem, Severity};
pub use program::program_name;
pub use request_info::RequestInfo;
pub use secret_key::SecretKey;
pub use section::{Section, SectionContext, SectionLoader, route_parameter};
pub use settings::{SettingError, SettingsRules, SettingsSchema};
pub use site_modules::{MigrationStatus, SiteModule, SiteModules};
pub use urls::{UrlError, UrlPattern, Urls, is_segment};

pub use db::{Causes, with_causes};
pub use mail::{Mail, MailError, Mailer};
pub use model::{Id, PageNumber, Pagination, now};
#[doc(hidden)]
pub use module_macros::with_folder;
pub use {db, mail, model};

pub use {
    clap, inventory, rocket, rocket_db_pools, rocket_dyn_templates, rust_embed, serde, sqlx, time,
};
pub use {rocket_db_pools::Connection, rocket_dyn_templates::context};
