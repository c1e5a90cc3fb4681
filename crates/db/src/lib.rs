//! The site's database: SQLite or PostgreSQL behind one set of types.
//!
//! Each query is written once and runs on both, with `$1` for its parameters:
//!
//! ```
//! use module_api::db::{Db, FromRow, query};
//! use module_api::rocket::get;
//! use module_api::{Connection, Error};
//!
//! #[derive(FromRow)]
//! struct Letting {
//!     id: i64,
//!     title: String,
//! }
//!
//! #[get("/titles")]
//! async fn titles(mut db: Connection<Db>) -> Result<String, Error> {
//!     let newest = query("SELECT id, title FROM lettings_letting WHERE id > $1 ORDER BY id")
//!         .bind(100)
//!         .fetch_all::<Letting>(&mut *db)
//!         .await?;
//!     Ok(newest.iter().map(|letting| format!("{} {}\n", letting.id, letting.title)).collect())
//! }
//! ```
//!
//! `Connection<Db>` is for reading: on SQLite it cannot write. A handler that writes begins a
//! transaction with [`begin`](DbPool::begin), and holds no other connection meanwhile: two handlers
//! that each hold one and wait for another may wait for each other. If the database is out of reach,
//! or too many requests wait for a connection, the guard answers 503.

#![warn(missing_docs)]

mod causes;
mod connection;
mod database;
mod duration;
mod error;
mod freshness;
mod json;
mod kind;
mod limits;
mod names;
mod options;
mod pool;
mod postgres_pool;
mod query;
mod reaching;
mod row;
mod share;
mod sqlite_file;
mod tables;
mod value;

pub use causes::{Causes, with_causes};
pub use connection::{DbConnection, Transaction};
pub use database::Db;
pub use error::DbError;
pub use json::Json;
pub use kind::DatabaseKind;
pub use module_macros::FromRow;
pub use names::{push_quoted, quoted};
pub use pool::DbPool;
pub use query::{Executor, Query, execute_script, query};
pub use row::{FromColumn, FromRow, Row};
pub use rust_decimal::Decimal;
pub use tables::{continue_sequence, table_exists, trigram_operators};
pub use uuid::Uuid;
pub use value::{Value, date_text, datetime_text, duration_text, time_text};

// For a host, its migrations and fixtures alone.
#[doc(hidden)]
pub use {
    duration::{interval, microseconds},
    freshness::{Freshness, Stamp},
    json::{JsonText, Jsonb},
    limits::ConnectionLimits,
    options::{DatabaseOptions, DatabaseUrlError, Location, server_address},
    pool::Connections,
    postgres_pool::{PostgresConnection, PostgresPool},
    query::{Statements, bind_sqlite},
    row::decimal_of_real,
    share::ConnectionShare,
};
