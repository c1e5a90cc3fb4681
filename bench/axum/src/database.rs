//! The pools, sized like those of the site, which do not test connections before use.

use std::str::FromStr;
use std::thread::available_parallelism;
use std::time::Duration;

use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

/// The timeout of a request for a connection.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Opens a SQLite file.
pub(crate) async fn sqlite(url: &str) -> sqlx::Result<SqlitePool> {
    let options = SqliteConnectOptions::from_str(url)?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(5));
    SqlitePoolOptions::new()
        .max_connections(connections())
        .acquire_timeout(TIMEOUT)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
}

/// Connects to a PostgreSQL server.
pub(crate) async fn postgres(url: &str) -> sqlx::Result<PgPool> {
    PgPoolOptions::new()
        .max_connections(connections())
        .acquire_timeout(TIMEOUT)
        .test_before_acquire(false)
        .connect(url)
        .await
}

fn connections() -> u32 {
    let cores = available_parallelism().map_or(2, usize::from);
    u32::try_from(cores * 4).unwrap_or(16).clamp(4, 16)
}
