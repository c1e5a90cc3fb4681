//! The connections to the database: many readers and one writer on SQLite, a pool on PostgreSQL.

use std::any::Any;
use std::fs::File;
use std::ops::{Deref, DerefMut};
#[cfg(unix)]
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rocket::figment::Figment;
use rocket_db_pools::{Connection, Database, Pool};
use sqlx::error::DatabaseError;
use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, Postgres, SqlSafeStr, Sqlite};

use crate::limits::{ConnectionLimits, Permits};
use crate::reaching::reach;
use crate::{
    Causes, ConnectionShare, DatabaseKind, DatabaseOptions, DbError, Executor, Location,
    PostgresConnection, PostgresPool, Statements, execute_script, with_causes,
};

/// How long one attempt to put a SQLite file into WAL mode waits for whoever has it locked.
const BUSY_ATTEMPT: Duration = Duration::from_millis(200);

/// The site's database, as Rocket manages it: `Connection<Db>` is the guard that reads.
pub struct Db {
    pool: DbPool,
    context: Option<Context>,
}

/// The value that a site keeps with its database: see [`Db::new`].
type Context = Arc<dyn Any + Send + Sync>;

/// The pools behind [`Db`].
#[derive(Clone)]
pub enum DbPool {
    /// SQLite: connections that may only read, and the one that writes.
    Sqlite {
        /// Those that read.
        readers: sqlx::Pool<Sqlite>,
        /// The one that writes.
        writer: sqlx::Pool<Sqlite>,
        /// How many of both are held at once.
        limits: ConnectionLimits,
    },
    /// PostgreSQL.
    Postgres(PostgresPool),
}

/// A connection out of the pool, which returns there when dropped.
pub struct DbConnection {
    // Dropped before its permit, which lets another take it.
    on: ConnectionTo,
    _permits: Permits,
}

enum ConnectionTo {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PostgresConnection),
}

/// A transaction that may write; rolled back when dropped without [`commit`](Transaction::commit).
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Transaction {
    // Dropped before its permit, which lets another begin.
    on: TransactionOn,
    context: Option<Context>,
    _permits: Permits,
}

enum TransactionOn {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>, Statements),
}

/// How many connections to the database there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Open ones.
    pub open: usize,
    /// Open ones that nobody uses.
    pub idle: usize,
    /// As many may be open.
    pub max: usize,
    /// Requests that wait for one.
    pub waiting: usize,
    /// Requests that were refused one since the start.
    pub refused: u64,
}

impl DbPool {
    /// Which database it is.
    pub const fn kind(&self) -> DatabaseKind {
        match self {
            Self::Sqlite { .. } => DatabaseKind::Sqlite,
            Self::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    /// Opens the database. A SQLite file is created if it is missing, with its folder.
    ///
    /// # Errors
    ///
    /// The database cannot be reached or opened.
    pub async fn open(location: Location, options: &DatabaseOptions) -> Result<Self, DbError> {
        match location {
            Location::Sqlite { options: connect, file: None } => {
                let one = PoolOptions::new()
                    .max_connections(1)
                    .acquire_timeout(options.timeout())
                    .idle_timeout(None)
                    .max_lifetime(None)
                    .connect_with(*connect)
                    .await?;
                Ok(Self::sqlite(one.clone(), one))
            }
            Location::Sqlite { options: connect, file: Some(file) } => {
                if let Some(directory) = file.parent() {
                    std::fs::create_dir_all(directory).map_err(sqlx::Error::Io)?;
                }
                if !options.url.contains("mode=ro") && !file.exists() {
                    make_private(&file);
                }
                let connect = connect.create_if_missing(true);
                switch_to_wal(&connect, options.timeout()).await?;
                let pool = || {
                    PoolOptions::new()
                        .acquire_timeout(options.timeout())
                        .test_before_acquire(false)
                        .idle_timeout(None)
                        .max_lifetime(None)
                };
                let reading = connect.clone().pragma("query_only", "ON");
                let writer = pool()
                    .max_connections(1)
                    .before_acquire(|connection: &mut SqliteConnection, _| {
                        // After some errors, as on a full disk, SQLite itself has ended the
                        // transaction, which sqlx takes for begun for ever.
                        let is_usable = !connection.is_in_transaction();
                        Box::pin(async move { Ok(is_usable) })
                    })
                    .connect_with(connect.clone())
                    .await?;
                let readers = pool()
                    .max_connections(options.max_connections.get().into())
                    .connect_with(reading)
                    .await?;
                Ok(Self::sqlite(readers, writer))
            }
            Location::Postgres(connect) => {
                // Nobody reads fractions here, and PgBouncer refuses what it cannot share.
                let connect = connect.extra_float_digits(None);
                // A pool would try again and again, and say in the end only that it took too long.
                let statements =
                    reach(&connect, options.timeout(), options.transaction_pooler).await?;
                let pool = PoolOptions::new()
                    .max_connections(options.max_connections.get().into())
                    .acquire_timeout(options.timeout());
                Ok(Self::Postgres(PostgresPool::new(pool, connect, statements)))
            }
        }
    }

    /// Opens the database to look at it. A SQLite file is neither made nor changed: in place of
    /// one that is missing there is an empty database in memory.
    ///
    /// # Errors
    ///
    /// The database cannot be reached or opened.
    pub async fn open_to_read(
        location: Location,
        options: &DatabaseOptions,
    ) -> Result<Self, DbError> {
        let connect = match &location {
            // What cannot be seen is opened, which tells why.
            Location::Sqlite { file: Some(file), .. } if matches!(file.try_exists(), Ok(false)) => {
                SqliteConnectOptions::new().in_memory(true)
            }
            Location::Sqlite { options, file: Some(_) } => {
                options.as_ref().clone().create_if_missing(false).pragma("query_only", "ON")
            }
            _ => return Self::open(location, options).await,
        };
        let one = PoolOptions::new()
            .max_connections(1)
            .acquire_timeout(options.timeout())
            .idle_timeout(None)
            .max_lifetime(None)
            // A file that is locked is to be called so before the pool says that it took too long.
            .connect_with(
                connect.busy_timeout(options.timeout() * 3 / 4).disable_statement_logging(),
            )
            .await?;
        Ok(Self::sqlite(one.clone(), one))
    }

    fn sqlite(readers: sqlx::Pool<Sqlite>, writer: sqlx::Pool<Sqlite>) -> Self {
        let limits = ConnectionLimits::new(
            readers.options().get_max_connections(),
            writer.options().get_max_connections(),
            readers.options().get_acquire_timeout(),
        );
        Self::Sqlite { readers, writer, limits }
    }

    fn limits(&self) -> &ConnectionLimits {
        match self {
            Self::Sqlite { limits, .. } => limits,
            Self::Postgres(pool) => pool.limits(),
        }
    }

    /// A share of the connections that read, for one part of a site: half of them.
    pub fn share(&self) -> ConnectionShare {
        self.limits().share()
    }

    /// How many connections there are at this moment.
    pub fn connections(&self) -> Connections {
        let limits = self.limits();
        let of = |open: u32, idle: usize, max: u32| Connections {
            open: open as usize,
            idle,
            max: max as usize,
            waiting: limits.waiting(),
            refused: limits.refused(),
        };
        match self {
            Self::Sqlite { readers, writer, .. } => {
                let size = readers.size() + writer.size();
                let max = readers.options().get_max_connections()
                    + writer.options().get_max_connections();
                of(size, readers.num_idle() + writer.num_idle(), max)
            }
            Self::Postgres(pool) => {
                of(pool.size(), pool.num_idle(), pool.options().get_max_connections())
            }
        }
    }

    /// A connection that reads.
    ///
    /// # Errors
    ///
    /// The database is out of reach, or none became free in time.
    pub async fn acquire(&self) -> Result<DbConnection, DbError> {
        let permits = self.limits().to_read().await?;
        let on = match self {
            // The future that waits for a connection has many kilobytes, which would be copied for
            // each request: it gets a place of its own. On SQLite, mostly one is idle, and needs no
            // test.
            Self::Sqlite { readers, .. } => ConnectionTo::Sqlite(match readers.try_acquire() {
                Some(connection) => connection,
                None => Box::pin(readers.acquire()).await?,
            }),
            Self::Postgres(pool) => ConnectionTo::Postgres(pool.acquire().await?),
        };
        Ok(DbConnection { on, _permits: permits })
    }

    /// A transaction that may write. On SQLite it holds the only writer from its start, so
    /// it cannot fail halfway because another one writes.
    ///
    /// # Errors
    ///
    /// The database is out of reach, or another transaction writes for too long.
    pub async fn begin(&self) -> Result<Transaction, DbError> {
        let permits = self.to_write().await?;
        let on = match self {
            Self::Sqlite { writer, .. } => {
                TransactionOn::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Self::Postgres(pool) => TransactionOn::Postgres(pool.begin().await?, pool.statements()),
        };
        Ok(Transaction { on, context: None, _permits: permits })
    }

    /// A transaction that reads, all of one moment: what others write meanwhile is not seen.
    ///
    /// # Errors
    ///
    /// The database is out of reach.
    pub async fn snapshot(&self) -> Result<Transaction, DbError> {
        let permits = self.limits().to_read().await?;
        let on = match self {
            Self::Sqlite { readers, .. } => TransactionOn::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                TransactionOn::Postgres(pool.begin_with(begin).await?, pool.statements())
            }
        };
        Ok(Transaction { on, context: None, _permits: permits })
    }

    /// The right to a connection that writes, which on PostgreSQL is one of those that read.
    async fn to_write(&self) -> Result<Permits, DbError> {
        match self {
            Self::Sqlite { limits, .. } => limits.to_write().await,
            Self::Postgres(pool) => pool.limits().to_write_on_one_of_all().await,
        }
    }

    /// The same with a script at its beginning; see [`Db::begin_with`].
    ///
    /// # Errors
    ///
    /// As for [`begin`](Self::begin), or the database refuses a statement.
    pub async fn begin_with(&self, script: impl SqlSafeStr) -> Result<Transaction, DbError> {
        let Self::Postgres(pool) = self else {
            let mut transaction = self.begin().await?;
            execute_script(script, &mut transaction).await?;
            return Ok(transaction);
        };
        let permits = self.to_write().await?;
        let script = format!("BEGIN;\n{}", script.into_sql_str().as_str());
        let begun = pool.begin_with(AssertSqlSafe(script)).await?;
        let on = TransactionOn::Postgres(begun, pool.statements());
        Ok(Transaction { on, context: None, _permits: permits })
    }

    fn for_health(&self) -> Self {
        match self {
            Self::Sqlite { readers, .. } => {
                let options = readers.options().clone().max_connections(1).min_connections(0);
                let connect = readers.connect_options().as_ref().clone();
                let one = options.connect_lazy_with(connect);
                Self::sqlite(one.clone(), one)
            }
            Self::Postgres(pool) => Self::Postgres(pool.of_one_connection()),
        }
    }

    /// The same database for migrations, through one connection of its own. On SQLite it does not
    /// enforce foreign keys: with them, a table that others refer to could not be rebuilt. Who uses
    /// it looks at `PRAGMA foreign_key_check`, and closes it.
    ///
    /// # Errors
    ///
    /// The database cannot be reached or opened.
    pub async fn for_migrations(&self) -> Result<Self, DbError> {
        match self {
            Self::Sqlite { writer, .. } => {
                let options = writer.connect_options().as_ref().clone().foreign_keys(false);
                let pool = PoolOptions::new().max_connections(1).idle_timeout(None);
                let one = pool.max_lifetime(None).connect_with(options).await?;
                Ok(Self::sqlite(one.clone(), one))
            }
            Self::Postgres(all) => {
                let options = all.connect_options().as_ref().clone();
                let pool = PoolOptions::new().max_connections(1).idle_timeout(None);
                let pool = pool.max_lifetime(None);
                let one = PostgresPool::new(pool, options, all.statements());
                one.acquire().await?;
                Ok(Self::Postgres(one))
            }
        }
    }
}

/// Makes an empty file, which SQLite takes for an empty database, that nobody else may read: it is to
/// hold sessions and hashes of passwords. SQLite gives the files beside it the same rights, and says
/// itself what keeps a file from being made.
fn make_private(file: &Path) {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    drop(options.open(file));
}

/// Puts a SQLite file into WAL mode, which lasts. The switch needs the file for itself and does not
/// wait for it as other statements do, so of programs that start at the same moment all but one
/// have to try again.
async fn switch_to_wal(options: &SqliteConnectOptions, within: Duration) -> Result<(), DbError> {
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

/// Whether another connection has SQLite's file for itself.
fn is_busy(error: &dyn DatabaseError) -> bool {
    error.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}

#[rocket::async_trait]
impl Pool for DbPool {
    type Connection = DbConnection;
    type Error = DbError;

    async fn init(figment: &Figment) -> Result<Self, DbError> {
        let unreadable = |error: Box<dyn std::error::Error + Send + Sync>| {
            DbError::Statement(sqlx::Error::Configuration(error))
        };
        let options: DatabaseOptions = figment.extract().map_err(|e| unreadable(e.into()))?;
        let location = options.location().map_err(|e| unreadable(e.into()))?;
        Self::open(location, &options).await
    }

    /// What the guard `Connection<Db>` asks for, which answers 503 without saying why.
    async fn get(&self) -> Result<DbConnection, DbError> {
        self.acquire().await.inspect_err(|error| match error {
            // A load that is too high, of which `/metrics` has the number.
            DbError::Busy => tracing::warn!("no connection for a handler: {error}"),
            _ => tracing::error!(
                causes = Causes::of(error).as_error(),
                "no connection for a handler: {}",
                with_causes(error),
            ),
        })
    }

    async fn close(&self) {
        match self {
            Self::Sqlite { readers, writer, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Database for Db {
    type Pool = DbPool;
    const NAME: &'static str = "site";
}

impl From<DbPool> for Db {
    fn from(pool: DbPool) -> Self {
        Self { pool, context: None }
    }
}

impl Deref for Db {
    type Target = DbPool;

    fn deref(&self) -> &DbPool {
        &self.pool
    }
}

impl DerefMut for Db {
    fn deref_mut(&mut self) -> &mut DbPool {
        &mut self.pool
    }
}

impl Db {
    /// A database with a value that goes along with it into every transaction, as the site's
    /// models do, which this crate does not know.
    pub fn new<C: Any + Send + Sync>(pool: DbPool, context: Arc<C>) -> Self {
        Self { pool, context: Some(context) }
    }

    /// The same database through one connection of its own, made when it is first needed: for checks
    /// of the site's health, which no other request keeps waiting. On SQLite it only reads.
    pub fn for_health(&self) -> Self {
        Self { pool: self.pool.for_health(), context: self.context.clone() }
    }

    /// The value given to [`new`](Self::new), if it is of that type.
    pub fn context<C: Any>(&self) -> Option<&C> {
        self.context.as_deref()?.downcast_ref()
    }

    /// A transaction that may write. On SQLite it holds the only writer from its start, so
    /// it cannot fail halfway because another one writes.
    ///
    /// # Errors
    ///
    /// The database is out of reach, or another transaction writes for too long.
    pub async fn begin(&self) -> Result<Transaction, DbError> {
        Ok(Transaction { context: self.context.clone(), ..self.pool.begin().await? })
    }

    /// A transaction that begins with a script, as of locks. On PostgreSQL both take one round trip
    /// to the server.
    ///
    /// # Errors
    ///
    /// As for [`begin`](Self::begin), or the database refuses a statement.
    pub async fn begin_with(&self, script: impl SqlSafeStr) -> Result<Transaction, DbError> {
        let begun = self.pool.begin_with(script).await?;
        Ok(Transaction { context: self.context.clone(), ..begun })
    }
}

impl Transaction {
    /// Which database it is.
    pub fn kind(&self) -> DatabaseKind {
        match self.on {
            TransactionOn::Sqlite(_) => DatabaseKind::Sqlite,
            TransactionOn::Postgres(..) => DatabaseKind::Postgres,
        }
    }

    /// The value that was given to [`Db::new`], if it is of that type; `None` in a transaction of
    /// a pool instead of [`Db`].
    pub fn context<C: Any + Send + Sync>(&self) -> Option<Arc<C>> {
        self.context.clone()?.downcast().ok()
    }

    /// Keeps what was written.
    ///
    /// # Errors
    ///
    /// The database is out of reach, or a deferred constraint does not hold.
    pub async fn commit(self) -> Result<(), DbError> {
        match self.on {
            TransactionOn::Sqlite(transaction) => transaction.commit().await?,
            TransactionOn::Postgres(transaction, _) => transaction.commit().await?,
        }
        Ok(())
    }
}

impl<'a> From<&'a mut DbConnection> for Executor<'a> {
    fn from(connection: &'a mut DbConnection) -> Self {
        match &mut connection.on {
            ConnectionTo::Sqlite(connection) => Self::Sqlite(connection),
            ConnectionTo::Postgres(connection) => {
                let statements = connection.statements;
                Self::Postgres(connection, statements)
            }
        }
    }
}

impl<'a> From<&'a mut Transaction> for Executor<'a> {
    fn from(transaction: &'a mut Transaction) -> Self {
        match &mut transaction.on {
            TransactionOn::Sqlite(transaction) => Self::Sqlite(transaction),
            TransactionOn::Postgres(transaction, statements) => {
                Self::Postgres(transaction, *statements)
            }
        }
    }
}

impl<'a> From<&'a mut Connection<Db>> for Executor<'a> {
    fn from(connection: &'a mut Connection<Db>) -> Self {
        Self::from(&mut **connection)
    }
}
