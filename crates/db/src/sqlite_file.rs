//! The file of a SQLite database: its permissions, and its journal.

use std::fs::File;
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};

use crate::DbError;

/// The timeout of one attempt to lock a SQLite file in order to switch it to WAL mode.
const BUSY_ATTEMPT: Duration = Duration::from_millis(200);

/// Creates an empty file that no other user may read, since it will hold sessions and password hashes.
/// SQLite treats it as an empty database, gives the files beside it the same permissions, and itself
/// reports why a file cannot be created.
pub(crate) fn make_private(file: &Path) {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    drop(options.open(file));
}

/// Switches a SQLite file permanently to WAL mode. The switch needs an exclusive lock and does not wait
/// for it as other statements do, so of programs that start at the same moment all but one have to retry.
pub(crate) async fn switch_to_wal(
    options: &SqliteConnectOptions,
    within: Duration,
) -> Result<(), DbError> {
    let options = options.clone().journal_mode(SqliteJournalMode::Wal);
    let options = options.busy_timeout(BUSY_ATTEMPT).disable_statement_logging();
    let since = Instant::now();
    loop {
        match options.connect().await {
            Ok(connection) => return connection.close().await.map_err(DbError::from),
            Err(sqlx::Error::Database(busy))
                if is_busy(busy.as_ref()) && since.elapsed() < within =>
            {
                rocket::tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Returns `true` for `SQLITE_BUSY`: another connection holds the lock on the file.
fn is_busy(error: &dyn DatabaseError) -> bool {
    error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}
