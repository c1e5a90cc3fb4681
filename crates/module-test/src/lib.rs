//! A test kit for modules: a site on a fresh database, a browser, and parsed pages.
//!
//! A module in a repository of its own tests itself with this crate and [`host`] behind it, without
//! any other module:
//!
//! ```
//! use module_api::rocket::{Route, get, routes};
//! use module_api::{Module, register};
//!
//! struct Hello;
//! register!(Hello);
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
//! #[get("/")]
//! fn greeting() -> &'static str {
//!     "Hello!"
//! }
//!
//! // In a file of the module's folder `tests`, with `use hello as _;` to link it:
//! use module_test::{DatabaseKind, TestSite, on_both_databases};
//!
//! on_both_databases!(visitors_are_greeted);
//!
//! async fn visitors_are_greeted(on: DatabaseKind) {
//!     let site = TestSite::on(on).start().await;
//!     assert_eq!(site.get("/hello/").await.text(), "Hello!");
//! }
//! # fn main() {
//! #     module_test::block_on(visitors_are_greeted(DatabaseKind::Sqlite));
//! # }
//! ```
//!
//! # Contents
//!
//! - [`TestSite::on`] describes a site: all linked modules, or [some](Setup::installed), or
//!   [modules made of values](LocalModule); settings, templates, demo data. [`Setup::start`] runs it
//!   inside the test, [`Setup::serve`] on a port.
//! - [`Database`]: each test has one of its own, dropped after it.
//! - [`Browser`] keeps cookies and sends CSRF tokens. In [`Browser::signed_in_as`] a user is signed in
//!   without any module that keeps accounts; [`TestSite::sign_in`] fills in the login form of one.
//! - [`Browser::submit`] fills in the form of a page and sends it.
//! - [`Answer`] and [`Document`]: a response, and the elements of its page.
//! - [`TestSite::load_fixture`] loads rows, [`TestSite::advance`] moves the clock of modules that ask
//!   [`module_api::now`] for the time.
//! - [`MailServer`] takes the mails that the site sends.
//!
//! # PostgreSQL
//!
//! Tests on PostgreSQL make a database of their own on the server of `TEST_POSTGRES_URL`, and fail
//! if it is not set: a test that passes without having run proves nothing. To leave them out, say so:
//! `cargo test -- --skip on_postgres`.

#![warn(missing_docs)]
#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod answer;
mod browser;
mod database;
mod document;
mod http;
mod local_module;
mod mail_server;
mod page_form;
mod served;
mod setup;
mod site;
mod user;

pub use answer::Answer;
pub use browser::{Browser, encoded};
pub use database::{Database, DatabaseKind};
pub use document::{Document, Element};
pub use http::{ask, ask_with, free_port, parse, request};
pub use local_module::{LocalModule, registry_of};
pub use mail_server::{MailServer, ReceivedMail};
pub use page_form::PageForm;
pub use served::ServedSite;
pub use setup::{SECRET_KEY, Setup};
pub use site::TestSite;
pub use user::TestUser;

/// Runs a future to its end on a runtime of its own, as `#[rocket::async_test]` does.
pub fn block_on<F: Future>(future: F) -> F::Output {
    rocket::async_test(future)
}

/// Turns each function that takes a [`DatabaseKind`] into two tests: one on SQLite, one on PostgreSQL.
///
/// A function that is not listed is never called, which the compiler reports.
///
/// ```
/// use module_test::{Database, DatabaseKind, on_both_databases};
///
/// on_both_databases!(a_database_has_an_address);
///
/// async fn a_database_has_an_address(on: DatabaseKind) {
///     assert!(Database::fresh(on).await.url.contains(':'));
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {$(
            #[test]
            fn $name() {
                $crate::block_on(super::$name($crate::DatabaseKind::Sqlite));
            }
        )*}

        mod on_postgres {$(
            #[test]
            fn $name() {
                $crate::block_on(super::$name($crate::DatabaseKind::Postgres));
            }
        )*}
    };
}
