//! Detects commits to a database, by any program, since an earlier moment.
//!
//! SQLite in WAL mode writes a header of two equal copies into its wal-index, the file `…-shm`, with each
//! commit of any process: change counter, number of frames, salts, checksum. All connections map that
//! file, so reading it shows every commit that was acknowledged before. It takes no lock and no thread
//! change. On PostgreSQL the stamp is `pg_current_snapshot()`, which is equal as long as no writing
//! transaction has ended, and the time of the server's start. One such query answers all requests that were
//! made before it was sent.

use std::fs::File;
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rocket::tokio;
use rocket::tokio::sync::{mpsc, oneshot};
use rocket::tokio::time::timeout;
use sqlx::sqlite::SqliteConnectOptions;

use crate::postgres_pool::PostgresConnection;
use crate::{DbPool, Executor, PostgresPool, Statements, query};

/// The timeout of PostgreSQL's snapshot query. Pages are rendered without it, if it takes longer.
const PATIENCE: Duration = Duration::from_secs(1);
/// The time that an idle connection to PostgreSQL is kept.
const HELD: Duration = Duration::from_secs(1);
/// The bytes of one copy of the header of SQLite's wal-index.
const COPY: usize = 48;

/// Observes the commits to a database.
#[derive(Debug)]
pub struct Freshness(Source);

#[derive(Debug)]
enum Source {
    Sqlite(WalIndex),
    Postgres(Probe),
}

/// The state of a database at one moment. If two are equal, nothing was committed in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp(State);

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// The number of the file, counted from the first, and the header.
    Sqlite(u64, [u8; COPY]),
    Postgres(Arc<str>),
}

impl Freshness {
    /// Observes the database of a pool. Returns `None` where that cannot be done: SQLite in memory or
    /// without WAL, or another system than Unix.
    pub fn of(pool: &DbPool) -> Option<Self> {
        Some(Self(match pool {
            DbPool::Sqlite { readers, .. } => {
                Source::Sqlite(WalIndex::of(&readers.connect_options())?)
            }
            DbPool::Postgres(pool) => Source::Postgres(Probe::new(pool.of_one_connection())),
        }))
    }

    /// The state of the database at a moment between the call and the return; `None` if it is not known, as
    /// while a commit is being written.
    pub async fn stamp(&self) -> Option<Stamp> {
        match &self.0 {
            Source::Sqlite(index) => index.stamp().map(Stamp),
            Source::Postgres(probe) => probe.ask().await.map(State::Postgres).map(Stamp),
        }
    }
}

/// SQLite's wal-index.
#[derive(Debug)]
struct WalIndex {
    path: PathBuf,
    /// The file, with its number; opened at the first read. It is never closed: closing would release the
    /// locks that SQLite in this process holds on it, by the rules of POSIX.
    open: RwLock<(u64, Option<ManuallyDrop<File>>)>,
}

impl WalIndex {
    fn of(options: &SqliteConnectOptions) -> Option<Self> {
        let mut path = options.get_filename().as_os_str().to_owned();
        path.push("-shm");
        let path = PathBuf::from(path);
        (cfg!(unix) && path.is_file()).then(|| Self { path, open: RwLock::default() })
    }

    fn stamp(&self) -> Option<State> {
        {
            let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
            if let (number, Some(file)) = &*open
                && is_linked(file)
            {
                return Some(State::Sqlite(*number, header(file)?));
            }
        }
        // It was never opened, or was deleted with the last connection and is made anew.
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        let file = File::open(&self.path).ok()?;
        open.0 += 1;
        let number = open.0;
        let file = open.1.insert(ManuallyDrop::new(file));
        Some(State::Sqlite(number, header(file)?))
    }
}

/// Returns `false` if the file was deleted.
#[cfg(unix)]
fn is_linked(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|metadata| metadata.nlink() > 0)
}

/// The header, unless its copies differ, as while it is being written, or it is not one of WAL.
#[cfg(unix)]
fn header(file: &File) -> Option<[u8; COPY]> {
    use std::os::unix::fs::FileExt;
    /// The version of the format, in the byte order of the machine.
    const VERSION: [u8; 4] = 3_007_000_u32.to_ne_bytes();
    let mut both = [0; 2 * COPY];
    file.read_exact_at(&mut both, 0).ok()?;
    let (first, second) = both.split_at(COPY);
    if first != second || !first.starts_with(&VERSION) {
        return None;
    }
    first.try_into().ok()
}

#[cfg(not(unix))]
fn is_linked(_: &File) -> bool {
    false
}

#[cfg(not(unix))]
fn header(_: &File) -> Option<[u8; COPY]> {
    None
}

/// Queries the snapshot of PostgreSQL, on a connection of its own.
#[derive(Debug)]
struct Probe {
    pool: PostgresPool,
    /// The sender to the task that queries, which runs as long as there is a sender.
    asks: Mutex<Option<mpsc::UnboundedSender<Asked>>>,
}

type Asked = oneshot::Sender<Option<Arc<str>>>;

impl Probe {
    fn new(pool: PostgresPool) -> Self {
        Self { pool, asks: Mutex::default() }
    }

    async fn ask(&self) -> Option<Arc<str>> {
        let (asked, answer) = oneshot::channel();
        {
            let mut asks = self.asks.lock().unwrap_or_else(PoisonError::into_inner);
            let refused = match &*asks {
                Some(sender) => sender.send(asked).err().map(|refused| refused.0),
                None => Some(asked),
            };
            if let Some(asked) = refused {
                // The first, or the runtime of the task before is gone.
                let (sender, receiver) = mpsc::unbounded_channel();
                tokio::spawn(answer_all(self.pool.clone(), receiver));
                // It has just been made, with its receiver.
                let _ = sender.send(asked);
                *asks = Some(sender);
            }
        }
        answer.await.ok().flatten()
    }
}

/// Answers all pending requests with one query, again and again, until the sender is gone.
async fn answer_all(pool: PostgresPool, mut asks: mpsc::UnboundedReceiver<Asked>) {
    let mut waiting = Vec::new();
    // Taken and returned for each query, the connection would cost as much as the query. Of a pooler that
    // shares sessions it is held for one.
    let mut connection = None;
    loop {
        let next = asks.recv_many(&mut waiting, usize::MAX);
        let asked = if connection.is_some() { timeout(HELD, next).await } else { Ok(next.await) };
        match asked {
            Ok(0) => return,
            Ok(_) => {}
            Err(_) => {
                connection = None;
                continue;
            }
        }
        // Requests that have arrived are read first, and join these.
        tokio::task::yield_now().await;
        while let Ok(asked) = asks.try_recv() {
            waiting.push(asked);
        }
        let snapshot = snapshot(&pool, &mut connection).await;
        for asked in waiting.drain(..) {
            // A receiver may have been dropped meanwhile.
            let _ = asked.send(snapshot.clone());
        }
    }
}

async fn snapshot(pool: &PostgresPool, held: &mut Option<PostgresConnection>) -> Option<Arc<str>> {
    let mut connection = match held.take() {
        Some(connection) => connection,
        None => timeout(PATIENCE, pool.acquire()).await.ok()?.ok()?,
    };
    // A server that was restored from a backup, or promoted, continues from an earlier transaction.
    let sql = "SELECT concat(pg_current_snapshot(), ' ', pg_postmaster_start_time()) AS snapshot";
    let on = Executor::Postgres(&mut connection, pool.statements());
    let Ok(found) = timeout(PATIENCE, query(sql).fetch_one::<(String,)>(on)).await else {
        // The answer may still arrive, or the server is gone without closing the connection.
        connection.discard();
        return None;
    };
    let (snapshot,) = found.ok()?;
    if pool.statements() == Statements::Named {
        *held = Some(connection);
    }
    Some(snapshot.into())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rocket::figment::Figment;
    use rocket_db_pools::Pool;
    use sqlx::sqlite::SqliteConnection;
    use sqlx::{AssertSqlSafe, Connection, Executor as _};

    use super::*;

    async fn pool(file: &Path) -> DbPool {
        let url = format!("sqlite:{}", file.display());
        DbPool::init(&Figment::from(("url", url))).await.unwrap()
    }

    async fn elsewhere(file: &Path) -> SqliteConnection {
        SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap()
    }

    async fn run(connection: &mut SqliteConnection, sql: &str) {
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.unwrap();
    }

    /// A database in a folder, with a table: its pool, the connection of another program, and the observer.
    async fn observed(folder: &Path) -> (DbPool, SqliteConnection, Freshness) {
        let file = folder.join("db.sqlite3");
        let pool = pool(&file).await;
        let mut other = elsewhere(&file).await;
        run(&mut other, "CREATE TABLE t (n integer)").await;
        let freshness = Freshness::of(&pool).unwrap();
        (pool, other, freshness)
    }

    #[rocket::async_test]
    async fn a_stamp_changes_with_each_commit_of_anybody_and_with_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (pool, mut other, freshness) = observed(folder.path()).await;
        let mut stamps = vec![freshness.stamp().await.unwrap()];
        for commit in [
            "INSERT INTO t VALUES (1)",
            "BEGIN; UPDATE t SET n = 2; COMMIT",
            "PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (3)",
            "DELETE FROM t",
            "PRAGMA wal_checkpoint(RESTART); CREATE TABLE u (n integer)",
        ] {
            run(&mut other, commit).await;
            let stamp = freshness.stamp().await.unwrap();
            assert!(!stamps.contains(&stamp), "{commit}");
            stamps.push(stamp);
        }
        for other_than_commit in [
            "SELECT * FROM t",
            "BEGIN IMMEDIATE; INSERT INTO t VALUES (4); ROLLBACK",
            "PRAGMA wal_checkpoint(PASSIVE)",
        ] {
            run(&mut other, other_than_commit).await;
            let stamp = freshness.stamp().await.unwrap();
            assert_eq!(Some(&stamp), stamps.last(), "{other_than_commit}");
        }
        let mut own = pool.begin().await.unwrap();
        query("INSERT INTO t VALUES (5)").execute(&mut own).await.unwrap();
        assert_eq!(freshness.stamp().await.as_ref(), stamps.last(), "it is not committed");
        own.commit().await.unwrap();
        assert_ne!(freshness.stamp().await.as_ref(), stamps.last());
    }

    #[rocket::async_test]
    async fn a_file_that_was_made_anew_is_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("db.sqlite3");
        let first = pool(&file).await;
        let freshness = Freshness::of(&first).unwrap();
        let before = freshness.stamp().await;
        first.close().await;
        assert_eq!(freshness.stamp().await, None, "the last connection took it along");
        let second = pool(&file).await;
        let mut reading = second.acquire().await.unwrap();
        query("SELECT 1 AS n").fetch_optional::<(i64,)>(&mut reading).await.unwrap();
        let mut other = elsewhere(&file).await;
        run(&mut other, "CREATE TABLE t (n integer)").await;
        let after = freshness.stamp().await;
        assert!(after.is_some() && after != before);
    }

    /// The locks of this process on a file.
    #[cfg(target_os = "linux")]
    fn locks_on(file: &Path) -> Vec<String> {
        use std::os::unix::fs::MetadataExt;
        let inode = format!(":{}", std::fs::metadata(file).unwrap().ino());
        let process = std::process::id().to_string();
        let all = std::fs::read_to_string("/proc/locks").unwrap();
        let own = all.lines().filter(|line| {
            let words: Vec<_> = line.split_ascii_whitespace().collect();
            words.contains(&process.as_str()) && words.iter().any(|word| word.ends_with(&inode))
        });
        own.map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
    }

    #[cfg(target_os = "linux")]
    #[rocket::async_test]
    async fn the_locks_of_sqlite_outlive_the_observer() {
        let folder = tempfile::tempdir().unwrap();
        let (pool, _other, freshness) = observed(folder.path()).await;
        assert!(freshness.stamp().await.is_some());
        let mut writing = pool.begin().await.unwrap();
        query("INSERT INTO t VALUES (1)").execute(&mut writing).await.unwrap();
        let index = folder.path().join("db.sqlite3-shm");
        let before = locks_on(&index);
        assert!(!before.is_empty(), "who writes holds a lock");
        drop(freshness);
        assert_eq!(locks_on(&index), before);
        writing.commit().await.unwrap();
    }

    #[rocket::async_test]
    async fn a_database_in_memory_cannot_be_observed() {
        let memory = DbPool::init(&Figment::from(("url", "sqlite::memory:"))).await.unwrap();
        assert!(Freshness::of(&memory).is_none());
    }
}
