//! What tests of the whole site stand on: a site of linked or local modules, on a fresh database,
//! and what its pages say.
//!
//! ```no_run
//! # async fn example() {
//! use site_tests::{DatabaseKind, TestSite};
//!
//! let site = TestSite::on(DatabaseKind::Sqlite).start().await;
//! assert_eq!(site.get("/lettings/").await.page().title(), "Lettings");
//! # }
//! ```

// In tests, and this crate is nothing else, a panic is the report.
#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod answer;
mod browser;
mod cluster;
mod database;
mod django;
mod document;
mod dump;
mod http;
mod ingest;
mod local_module;
mod mail_server;
mod served;
mod setup;
mod site;

pub use answer::Answer;
pub use browser::{Browser, NewUser, encoded};
pub use cluster::Cluster;
pub use database::{Database, DatabaseKind};
pub use django::{Django, DjangoSite, DjangoVersion, Layout};
pub use document::{Document, Element};
pub use dump::{Dump, Row, Table};
pub use http::{ask, ask_with, free_port, parse, request};
pub use ingest::{Ingest, Report, absent_ingest, silent_ingest};
pub use local_module::{LocalModule, registry_of};
pub use mail_server::{MailServer, ReceivedMail};
pub use served::ServedSite;
pub use setup::{SECRET_KEY, Setup};
pub use site::{Address, Person, TestSite};

/// Makes of each function that takes a [`DatabaseKind`] two tests: one on SQLite, one on
/// PostgreSQL.
///
/// A function that is not listed is never called, which the compiler reports.
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {$(
            #[rocket::async_test]
            async fn $name() {
                super::$name($crate::DatabaseKind::Sqlite).await;
            }
        )*}

        mod on_postgres {$(
            #[rocket::async_test]
            async fn $name() {
                super::$name($crate::DatabaseKind::Postgres).await;
            }
        )*}
    };
}
