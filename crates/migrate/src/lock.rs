//! The lock under which migrations run, so that processes that start at the same moment do not run
//! them twice. It is released when its holder ends, by a crash or otherwise.

use std::fs::{File, TryLockError};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

use module_api::db::{DatabaseKind, DbError, DbPool, Location, Transaction, execute_script, query};
use module_api::rocket_db_pools::Pool;
use rocket::tokio::time::{Instant, sleep};
use sqlx::AssertSqlSafe;

/// The number of the PostgreSQL advisory lock, which is per database: the letters `hostmigr`.
const KEY: i64 = 0x686f_7374_6d69_6772;
/// The lock of a single step: `hoststep`.
const STEP_KEY: i64 = 0x686f_7374_7374_6570;
/// The interval at which a held lock is retried.
const POLL: Duration = Duration::from_millis(50);
/// The time after which a line reports the wait.
const PATIENCE: Duration = Duration::from_secs(1);

/// An error of taking the lock.
///
/// Returned by [`acquire`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another process held it for too long.
    #[error("another process has been migrating for {} s and longer", .0.as_secs())]
    TimedOut(Duration),
    /// The lock file cannot be opened or locked.
    #[error("{}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The held lock.
///
/// Returned by [`acquire`].
pub enum Lock {
    /// SQLite: a lock of the operating system on a file beside the database.
    File(File),
    /// PostgreSQL: an advisory lock of a transaction, on a connection of its own.
    Transaction {
        /// The transaction.
        transaction: Box<Transaction>,
        /// The pool of its one connection.
        pool: DbPool,
    },
    /// A database in memory needs no lock: it belongs to this process.
    None,
}

impl Lock {
    /// Releases the lock.
    pub async fn release(self) {
        if let Self::Transaction { transaction, pool } = self {
            drop(transaction);
            pool.close().await;
        }
    }
}

/// Waits for the lock, up to a timeout.
///
/// # Errors
///
/// See [`LockError`].
pub async fn acquire(
    pool: &DbPool,
    location: &Location,
    limit: Duration,
) -> Result<Lock, LockError> {
    let waiting = Waiting { since: Instant::now(), limit, said: false };
    match (pool, location) {
        (DbPool::Postgres(_), _) => {
            acquire_transaction(pool.for_migrations().await?, waiting).await
        }
        (DbPool::Sqlite { .. }, Location::Sqlite { file: Some(file), .. }) => {
            let mut path = file.clone().into_os_string();
            path.push("-migrate.lock");
            acquire_file(path.into(), waiting).await
        }
        (DbPool::Sqlite { .. }, _) => Ok(Lock::None),
    }
}

/// Takes the lock in a transaction, which it does not outlast, even behind a pooler that shares
/// sessions.
async fn acquire_transaction(pool: DbPool, mut waiting: Waiting) -> Result<Lock, LockError> {
    loop {
        if let Some(transaction) = attempt(&pool).await? {
            return Ok(Lock::Transaction { transaction: Box::new(transaction), pool });
        }
        waiting.pause().await?;
    }
}

async fn attempt(pool: &DbPool) -> Result<Option<Transaction>, DbError> {
    let mut transaction = pool.begin().await?;
    if !try_lock(KEY, &mut transaction).await? {
        return Ok(None);
    }
    // A killed process leaves its current statement running on the server.
    execute_script("SAVEPOINT before", &mut transaction).await?;
    if !try_lock(STEP_KEY, &mut transaction).await? {
        return Ok(None);
    }
    execute_script("ROLLBACK TO SAVEPOINT before", &mut transaction).await?;
    // The connection is idle for as long as the migrations take.
    let patient = "SELECT set_config(name, '0', true) AS value FROM pg_settings \
                   WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')";
    query(patient).execute(&mut transaction).await?;
    Ok(Some(transaction))
}

async fn try_lock(key: i64, transaction: &mut Transaction) -> Result<bool, DbError> {
    let lock = query("SELECT pg_try_advisory_xact_lock($1) AS value").bind(key);
    let (got,): (bool,) = lock.fetch_one(transaction).await?;
    Ok(got)
}

/// Begins the transaction of a step. On PostgreSQL it has a lock of its own for as long as the server
/// runs it, even if the process is gone.
pub(crate) async fn begin_step(pool: &DbPool) -> Result<Transaction, DbError> {
    if pool.kind() == DatabaseKind::Sqlite {
        return pool.begin().await;
    }
    // If this process is killed, the server should notice even during a long statement. Before
    // version 14, and on some systems, it cannot.
    let script = format!(
        "SELECT pg_advisory_xact_lock({STEP_KEY}); \
         DO $$ BEGIN SET LOCAL client_connection_check_interval = 1000; \
         EXCEPTION WHEN OTHERS THEN NULL; END $$"
    );
    pool.begin_with(AssertSqlSafe(script)).await
}

async fn acquire_file(path: PathBuf, mut waiting: Waiting) -> Result<Lock, LockError> {
    let failed = |source| LockError::File { path: path.clone(), source };
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    options.mode(0o600);
    let file = options.open(&path).map_err(failed)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock::File(file)),
            Err(TryLockError::WouldBlock) => waiting.pause().await?,
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
    }
}

/// The time spent waiting, and whether it was reported.
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
