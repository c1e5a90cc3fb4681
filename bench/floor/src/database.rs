//! The pools, opened with the same options as those of the site.

use std::str::FromStr;
use std::thread::available_parallelism;
use std::time::Duration;

use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Postgres, Sqlite};

/// The timeout of a request for a connection.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The idle time after which a connection to a server is tested before it is handed out.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// The database, either kind.
pub(crate) enum Database {
    /// A file.
    Sqlite {
        /// The connections that pages read with.
        readers: sqlx::Pool<Sqlite>,
        /// No page writes, but the site has such a connection, and memory is compared.
        _writer: sqlx::Pool<Sqlite>,
    },
    /// A server.
    Postgres(sqlx::Pool<Postgres>),
}

impl Database {
    /// Opens the database at an address that begins with `sqlite:` or `postgres:`.
    pub(crate) async fn open(url: &str) -> Result<Self, sqlx::Error> {
        let cores = available_parallelism().map_or(2, usize::from);
        let connections = u32::try_from(cores * 4).unwrap_or(16).clamp(4, 16);
        if url.starts_with("sqlite:") {
            sqlite(url, connections).await
        } else {
            postgres(url, connections).await
        }
    }
}

/// Returns an idle connection, or waits for one: that future has many kilobytes, which would be
/// copied for each request.
pub(crate) async fn reader(
    readers: &sqlx::Pool<Sqlite>,
) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
    match readers.try_acquire() {
        Some(connection) => Ok(connection),
        None => Box::pin(readers.acquire()).await,
    }
}

async fn sqlite(url: &str, connections: u32) -> Result<Database, sqlx::Error> {
    let options = SqliteConnectOptions::from_str(url)?
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .synchronous(SqliteSynchronous::Normal);
    options.clone().journal_mode(SqliteJournalMode::Wal).connect().await?.close().await?;
    let pool = || {
        PoolOptions::new()
            .acquire_timeout(TIMEOUT)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
    };
    let reading = options.clone().pragma("query_only", "ON");
    Ok(Database::Sqlite {
        _writer: pool().max_connections(1).connect_with(options).await?,
        readers: pool().max_connections(connections).connect_with(reading).await?,
    })
}

async fn postgres(url: &str, connections: u32) -> Result<Database, sqlx::Error> {
    let pool = PoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(TIMEOUT)
        .test_before_acquire(false)
        .before_acquire(|connection: &mut PgConnection, idle| {
            Box::pin(async move {
                if idle.idle_for > TRUSTED_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(PgConnectOptions::from_str(url)?)
        .await?;
    Ok(Database::Postgres(pool))
}
