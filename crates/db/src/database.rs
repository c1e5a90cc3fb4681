//! The site's database as Rocket manages it, with the value that transactions inherit.

use std::any::Any;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use rocket_db_pools::{Connection, Database};
use sqlx::SqlSafeStr;

use crate::connection::{Context, Transaction};
use crate::{DbError, DbPool, Executor};

/// The site's database, as Rocket manages it: `Connection<Db>` is the guard that reads.
///
/// ```
/// use module_api::db::{Db, query};
/// # module_api::rocket::async_test(async {
/// # let options = module_api::rocket::figment::Figment::from(("url", "sqlite::memory:"));
/// # let options: module_api::db::DatabaseOptions = options.extract()?;
/// # let db = Db::from(module_api::db::DbPool::open(options.location()?, &options).await?);
///
/// let mut transaction = db.begin().await?;
/// query("CREATE TABLE guest (name text)").execute(&mut transaction).await?;
/// query("INSERT INTO guest VALUES ($1)").bind("Ann").execute(&mut transaction).await?;
/// transaction.commit().await?;
///
/// let mut connection = db.acquire().await?;
/// let guests: Vec<(String,)> = query("SELECT name FROM guest").fetch_all(&mut connection).await?;
/// assert_eq!(guests, [("Ann".to_owned(),)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct Db {
    pool: DbPool,
    context: Option<Context>,
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
    /// A database with a value that every transaction inherits, such as the models of the site,
    /// which this crate does not know.
    pub fn new<C: Any + Send + Sync>(pool: DbPool, context: Arc<C>) -> Self {
        Self { pool, context: Some(context) }
    }

    /// A handle on the same database with a connection of its own, opened on demand: for health
    /// checks, which do not wait for other requests. On SQLite it only reads.
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
        Ok(self.pool.begin().await?.with_context(self.context.clone()))
    }

    /// A transaction that begins with a script, for example of locks. On PostgreSQL both take one
    /// round trip to the server.
    ///
    /// # Errors
    ///
    /// Same as for [`begin`](Self::begin), or the database refuses a statement.
    pub async fn begin_with(&self, script: impl SqlSafeStr) -> Result<Transaction, DbError> {
        Ok(self.pool.begin_with(script).await?.with_context(self.context.clone()))
    }
}

impl<'a> From<&'a mut Connection<Db>> for Executor<'a> {
    fn from(connection: &'a mut Connection<Db>) -> Self {
        Self::from(&mut **connection)
    }
}
