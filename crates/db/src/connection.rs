//! A connection out of a pool, and a transaction on one: each holds its permit until it is dropped.

use std::any::Any;
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite};

use crate::limits::Permits;
use crate::{DatabaseKind, DbError, Executor, PostgresConnection, Statements};

/// The value that a site attaches to its database: see [`Db::new`](crate::Db::new).
pub(crate) type Context = Arc<dyn Any + Send + Sync>;

/// A connection out of the pool, which returns there when dropped.
///
/// ```
/// use module_api::db::{Db, DbConnection, DbError, query};
///
/// async fn successor(number: i64, on: &mut DbConnection) -> Result<i64, DbError> {
///     let (next,): (i64,) = query("SELECT $1 + 1").bind(number).fetch_one(on).await?;
///     Ok(next)
/// }
/// # module_api::rocket::async_test(async {
/// # let options = module_api::rocket::figment::Figment::from(("url", "sqlite::memory:"));
/// # let options: module_api::db::DatabaseOptions = options.extract()?;
/// # let db = Db::from(module_api::db::DbPool::open(options.location()?, &options).await?);
///
/// let mut connection = db.acquire().await?;
/// let three = successor(2, &mut connection).await?;
/// assert_eq!(successor(three, &mut connection).await?, 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct DbConnection {
    // Dropped before its permit, which lets another take it.
    on: ConnectionTo,
    _permits: Permits,
}

pub(crate) enum ConnectionTo {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PostgresConnection),
}

/// A transaction that may write; rolled back when dropped without [`commit`](Transaction::commit).
///
/// ```
/// use module_api::db::{Db, DbError, query};
///
/// async fn rename(db: &Db, id: i64, title: &str) -> Result<(), DbError> {
///     let mut transaction = db.begin().await?;
///     query("UPDATE lettings_letting SET title = $1 WHERE id = $2")
///         .bind(title)
///         .bind(id)
///         .execute(&mut transaction)
///         .await?;
///     transaction.commit().await
/// }
/// ```
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Transaction {
    // Dropped before its permit, which lets another begin.
    on: TransactionOn,
    context: Option<Context>,
    _permits: Permits,
}

pub(crate) enum TransactionOn {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>, Statements),
}

impl DbConnection {
    pub(crate) const fn new(on: ConnectionTo, permits: Permits) -> Self {
        Self { on, _permits: permits }
    }
}

impl Transaction {
    pub(crate) const fn new(on: TransactionOn, permits: Permits) -> Self {
        Self { on, context: None, _permits: permits }
    }

    /// Attaches the value of the database to the transaction.
    pub(crate) fn with_context(self, context: Option<Context>) -> Self {
        Self { context, ..self }
    }

    /// The kind of the database.
    pub fn kind(&self) -> DatabaseKind {
        match self.on {
            TransactionOn::Sqlite(_) => DatabaseKind::Sqlite,
            TransactionOn::Postgres(..) => DatabaseKind::Postgres,
        }
    }

    /// The value that was passed to [`Db::new`](crate::Db::new), if it is of that type; `None` in a transaction of
    /// a pool instead of [`Db`](crate::Db).
    pub fn context<C: Any + Send + Sync>(&self) -> Option<Arc<C>> {
        self.context.clone()?.downcast().ok()
    }

    /// Commits the transaction.
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
