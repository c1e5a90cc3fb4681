//! The lock under which migrations run, so that processes that start at the same moment do not
//! run them twice. It is gone with its holder, however that ends.

use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::time::Duration;

use module_api::db::{DbError, DbPool, Location};
use rocket::tokio::time::{Instant, sleep};
use sqlx::PgConnection;

/// PostgreSQL's advisory locks are numbers, each database having its own: the letters `hostmigr`.
const KEY: i64 = 0x686f_7374_6d69_6772;
/// How often a lock that is held is asked for again.
const POLL: Duration = Duration::from_millis(50);
/// After this time a line says what is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another process held it for too long.
    #[error("another process has been migrating for {} s and longer", .0.as_secs())]
    TimedOut(Duration),
    /// The file of the lock cannot be opened or locked.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The lock, held.
pub enum Lock {
    /// SQLite: a lock of the operating system on a file beside the database.
    File(File),
    /// PostgreSQL: an advisory lock of the session that migrates, held until that is closed. So it
    /// is also held by what still runs for a process that is gone.
    Session,
    /// A database in memory is this process's alone.
    None,
}

/// Waits for the lock, up to a limit. The pool is the one connection that migrates.
///
/// # Errors
///
/// See [`LockError`].
pub async fn acquire(
    migrating: &DbPool,
    location: &Location,
    limit: Duration,
) -> Result<Lock, LockError> {
    let waiting = Waiting { since: Instant::now(), limit, said: false };
    match (migrating, location) {
        (DbPool::Postgres(pool), _) => {
            let mut connection = pool.acquire().await.map_err(DbError::from)?;
            acquire_session(&mut connection, waiting).await
        }
        (DbPool::Sqlite { .. }, Location::Sqlite { file: Some(file), .. }) => {
            let mut path = file.clone().into_os_string();
            path.push("-migrate.lock");
            acquire_file(path.into(), waiting).await
        }
        (DbPool::Sqlite { .. }, _) => Ok(Lock::None),
    }
}

async fn acquire_session(
    connection: &mut PgConnection,
    mut waiting: Waiting,
) -> Result<Lock, LockError> {
    // If this process is killed, the server is to notice in the middle of a long statement too.
    // Before version 14, and on some systems, it cannot.
    let notice = sqlx::query("SET client_connection_check_interval = 1000");
    if let Err(error) = notice.execute(&mut *connection).await {
        tracing::debug!("the server does not look whether its clients are there: {error}");
    }
    loop {
        let got: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(KEY)
            .fetch_one(&mut *connection)
            .await
            .map_err(DbError::from)?;
        if got {
            return Ok(Lock::Session);
        }
        waiting.pause().await?;
    }
}

async fn acquire_file(path: PathBuf, mut waiting: Waiting) -> Result<Lock, LockError> {
    let failed = |source| LockError::File { path: path.clone(), source };
    let options = File::options().create(true).truncate(false).write(true).open(&path);
    let file = options.map_err(failed)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock::File(file)),
            Err(TryLockError::WouldBlock) => waiting.pause().await?,
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
    }
}

/// The time spent waiting, and whether a line was said about it.
struct Waiting {
    since: Instant,
    limit: Duration,
    said: bool,
}

impl Waiting {
    async fn pause(&mut self) -> Result<(), LockError> {
        let waited = self.since.elapsed();
        if waited >= self.limit {
            return Err(LockError::TimedOut(self.limit));
        }
        if waited > PATIENCE && !self.said {
            let limit = self.limit.as_secs();
            tracing::info!(
                "another process migrates the database: waiting until it is done, up to {limit} s"
            );
            self.said = true;
        }
        sleep(POLL.min(self.limit.saturating_sub(waited))).await;
        Ok(())
    }
}
