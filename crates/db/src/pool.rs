//! The pools of connections to the database: many readers and one writer on SQLite, one pool on
//! PostgreSQL.

use rocket::figment::Figment;
use rocket_db_pools::Pool;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, SqlSafeStr, Sqlite};

use crate::connection::{ConnectionTo, DbConnection, Transaction, TransactionOn};
use crate::limits::{ConnectionLimits, Permits};
use crate::reaching::reach;
use crate::sqlite_file::{make_private, switch_to_wal};
use crate::{
    Causes, ConnectionShare, DatabaseKind, DatabaseOptions, DbError, Location, PostgresPool,
    execute_script, with_causes,
};

/// The pools behind [`Db`](crate::Db).
///
/// ```
/// use module_api::db::{DatabaseKind, Db, DbPool};
///
/// fn year_added(pool: &DbPool) -> &'static str {
///     match pool.kind() {
///         DatabaseKind::Sqlite => "CAST(strftime('%Y', added) AS integer)",
///         DatabaseKind::Postgres => "CAST(extract(year FROM added) AS integer)",
///     }
/// }
/// # module_api::rocket::async_test(async {
/// # let options = module_api::rocket::figment::Figment::from(("url", "sqlite::memory:"));
/// # let options: module_api::db::DatabaseOptions = options.extract()?;
/// # let db = Db::from(module_api::db::DbPool::open(options.location()?, &options).await?);
///
/// // `Db` dereferences to its pool.
/// assert!(year_added(&db).contains("strftime"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub enum DbPool {
    /// SQLite: connections that may only read, and the one that writes.
    Sqlite {
        /// The connections that read.
        readers: sqlx::Pool<Sqlite>,
        /// The connection that writes.
        writer: sqlx::Pool<Sqlite>,
        /// The limits on both.
        limits: ConnectionLimits,
    },
    /// PostgreSQL.
    Postgres(PostgresPool),
}

/// The numbers of connections to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Open connections.
    pub open: usize,
    /// Open connections that are idle.
    pub idle: usize,
    /// The maximum number of open connections.
    pub max: usize,
    /// Requests that wait for a connection.
    pub waiting: usize,
    /// Requests that were refused a connection since the start.
    pub refused: u64,
}

impl DbPool {
    /// The kind of the database.
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
                // Fractions are not read here, and PgBouncer refuses parameters that it cannot
                // share.
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

    /// Opens the database for reading. A SQLite file is neither created nor changed: if it is
    /// missing, an empty database in memory takes its place.
    ///
    /// # Errors
    ///
    /// The database cannot be reached or opened.
    pub async fn open_to_read(
        location: Location,
        options: &DatabaseOptions,
    ) -> Result<Self, DbError> {
        let connect = match &location {
            // A file whose existence cannot be determined is opened, for the precise error.
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
            // A locked file is to be reported as such before the pool reports a timeout.
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

    /// A share of the connections for one part of a site: half of those that read, on PostgreSQL
    /// including those that write, but at least two.
    pub fn share(&self) -> ConnectionShare {
        self.limits().share()
    }

    /// The current numbers of connections.
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
        Ok(DbConnection::new(on, permits))
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
        Ok(Transaction::new(on, permits))
    }

    /// A transaction that reads a snapshot: it does not see what others write meanwhile.
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
        Ok(Transaction::new(on, permits))
    }

    /// The permits for a transaction that writes, which on PostgreSQL also counts as one that
    /// reads.
    async fn to_write(&self) -> Result<Permits, DbError> {
        match self {
            Self::Sqlite { limits, .. } => limits.to_write().await,
            Self::Postgres(pool) => pool.limits().to_write_on_one_of_all().await,
        }
    }

    /// A transaction that begins with a script; see [`Db::begin_with`](crate::Db::begin_with).
    ///
    /// # Errors
    ///
    /// Same as for [`begin`](Self::begin), or the database refuses a statement.
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
        Ok(Transaction::new(on, permits))
    }

    pub(crate) fn for_health(&self) -> Self {
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

    /// A pool for migrations on the same database, with a single connection. On SQLite it does not
    /// enforce foreign keys: with them, a table that others refer to could not be rebuilt. The
    /// caller checks `PRAGMA foreign_key_check`, and closes the pool.
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

    /// Takes a connection for the guard `Connection<Db>`, which answers 503 without a reason.
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
