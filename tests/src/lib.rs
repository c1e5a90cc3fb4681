//! Support for tests of the whole site, in addition to the test kit: Holiday Homes and its rows,
//! Django, a PostgreSQL server for a single test, and a server for error reports.
//!
//! ```no_run
//! # async fn example() {
//! use site_tests::{DatabaseKind, HolidayHomes};
//!
//! let site = HolidayHomes::on(DatabaseKind::Sqlite).start().await;
//! assert_eq!(site.get("/lettings/").await.page().title(), "Lettings");
//! # }
//! ```

// In tests, and this crate is nothing else, a panic is the report.
#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod cluster;
mod django;
mod dump;
mod holiday_homes;
mod ingest;
mod pooler;
mod program;

pub use module_test::{
    Answer, Browser, Database, DatabaseKind, Document, Element, LocalModule, MailServer,
    ReceivedMail, SECRET_KEY, ServedSite, Setup, TestSite, TestUser, ask, ask_with, encoded,
    free_port, on_both_databases, parse, registry_of, request,
};

pub use accounts::NewUser;
pub use cluster::Cluster;
pub use django::{Django, DjangoSite, DjangoVersion, Layout};
pub use dump::{Dump, Row, Table};
pub use holiday_homes::HolidayHomes;
pub use ingest::{Ingest, Report, absent_ingest, silent_ingest};
pub use pooler::{Pooler, Pooling};
pub use program::installed_program;
pub use site_rows::{AddRows, Address, Person};
