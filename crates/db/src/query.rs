//! A statement with its parameters, for either database.

use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query as SqlxQuery;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Connection, Postgres, SqlSafeStr, SqlStr, Sqlite};
use time::OffsetDateTime;

use crate::duration::{interval, microseconds};
use crate::json::Jsonb;
use crate::value::{date_text, datetime_text, time_text};
use crate::{DatabaseKind, DbError, FromRow, Row, Value};

/// The target of a query: a connection or a transaction of either database.
///
/// ```
/// use module_api::db::{Db, DbError, Executor, query};
///
/// /// Takes a connection or a transaction.
/// async fn count_guests(on: impl Into<Executor<'_>>) -> Result<i64, DbError> {
///     let (guests,): (i64,) = query("SELECT count(*) FROM guest").fetch_one(on).await?;
///     Ok(guests)
/// }
/// # module_api::rocket::async_test(async {
/// # let options = module_api::rocket::figment::Figment::from(("url", "sqlite::memory:"));
/// # let options: module_api::db::DatabaseOptions = options.extract()?;
/// # let db = Db::from(module_api::db::DbPool::open(options.location()?, &options).await?);
///
/// let mut transaction = db.begin().await?;
/// query("CREATE TABLE guest (name text)").execute(&mut transaction).await?;
/// assert_eq!(count_guests(&mut transaction).await?, 0);
/// transaction.commit().await?;
/// assert_eq!(count_guests(&mut db.acquire().await?).await?, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub enum Executor<'a> {
    /// SQLite.
    Sqlite(&'a mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'a mut PgConnection, Statements),
}

/// The way in which statements are prepared on PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statements {
    /// Under names that the session keeps: each is parsed once for each connection.
    Named,
    /// Without a name, each time anew: the session may be another client's after this transaction.
    Unnamed,
}

impl Executor<'_> {
    /// The kind of the database.
    pub const fn kind(&self) -> DatabaseKind {
        match self {
            Self::Sqlite(_) => DatabaseKind::Sqlite,
            Self::Postgres(..) => DatabaseKind::Postgres,
        }
    }

    /// Reborrows the target, to run several queries one after the other.
    pub fn reborrow(&mut self) -> Executor<'_> {
        match self {
            Self::Sqlite(connection) => Executor::Sqlite(connection),
            Self::Postgres(connection, statements) => Executor::Postgres(connection, *statements),
        }
    }
}

impl<'a> From<&'a mut SqliteConnection> for Executor<'a> {
    fn from(connection: &'a mut SqliteConnection) -> Self {
        Self::Sqlite(connection)
    }
}

impl<'a> From<&'a mut PgConnection> for Executor<'a> {
    fn from(connection: &'a mut PgConnection) -> Self {
        Self::Postgres(connection, Statements::Named)
    }
}

/// PostgreSQL's code for "cached plan must not change result type".
const OUTDATED_PLAN: &str = "0A000";

/// A statement with its parameters.
///
/// ```
/// use module_api::db::{Db, query};
/// # module_api::rocket::async_test(async {
/// # let options = module_api::rocket::figment::Figment::from(("url", "sqlite::memory:"));
/// # let options: module_api::db::DatabaseOptions = options.extract()?;
/// # let db = Db::from(module_api::db::DbPool::open(options.location()?, &options).await?);
/// # use module_api::db::execute_script;
/// # let mut transaction = db.begin().await?;
/// # let table = "CREATE TABLE guest (name text); INSERT INTO guest VALUES ('Ann'), ('Bo')";
/// # execute_script(table, &mut transaction).await?;
/// # transaction.commit().await?;
/// # let mut connection = db.acquire().await?;
///
/// let long_names = query("SELECT name FROM guest WHERE length(name) > $1 ORDER BY name").bind(2);
/// let long_names: Vec<(String,)> = long_names.fetch_all(&mut connection).await?;
/// assert_eq!(long_names, [("Ann".to_owned(),)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[must_use = "a query does nothing until it is run"]
pub struct Query {
    sql: SqlStr,
    values: Vec<Value>,
}

/// A statement of SQL that both databases understand, with `$1`, `$2`… for its parameters. It is
/// prepared once for each connection.
pub fn query(sql: impl SqlSafeStr) -> Query {
    Query { sql: sql.into_sql_str(), values: Vec::new() }
}

impl Query {
    /// A statement with its parameters.
    pub fn with_values(sql: impl SqlSafeStr, values: Vec<Value>) -> Self {
        Self { sql: sql.into_sql_str(), values }
    }

    /// The text of the statement.
    pub fn sql(&self) -> &str {
        self.sql.as_str()
    }

    /// Binds the next parameter.
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Binds the next parameters.
    pub fn bind_all(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        self.values.extend(values);
        self
    }

    /// All rows of the result.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the statement, or a row is not a `T`.
    pub async fn fetch_all<T: FromRow>(
        self,
        on: impl Into<Executor<'_>>,
    ) -> Result<Vec<T>, DbError> {
        self.fetch_all_with(T::from_row, on.into()).await
    }

    /// Reads each row of the result with a function.
    ///
    /// # Errors
    ///
    /// Same as [`fetch_all`](Query::fetch_all).
    pub async fn fetch_all_with<T>(
        self,
        read: impl Fn(&Row<'_>) -> Result<T, DbError>,
        on: Executor<'_>,
    ) -> Result<Vec<T>, DbError> {
        match on {
            Executor::Sqlite(connection) => {
                let rows = self.for_sqlite().fetch_all(connection).await?;
                rows.iter().map(|row| read(&Row::Sqlite(row))).collect()
            }
            Executor::Postgres(connection, statements) => {
                let mut found = self.for_postgres(statements).fetch_all(&mut *connection).await;
                if forgets_plans(found.as_ref().err(), connection).await
                    && let Ok(again) = self.for_postgres(statements).fetch_all(connection).await
                {
                    found = Ok(again);
                }
                let rows = found?;
                rows.iter().map(|row| read(&Row::Postgres(row))).collect()
            }
        }
    }

    /// The first row of the result, if there is one.
    ///
    /// # Errors
    ///
    /// Same as [`fetch_all`](Query::fetch_all).
    pub async fn fetch_optional<T: FromRow>(
        self,
        on: impl Into<Executor<'_>>,
    ) -> Result<Option<T>, DbError> {
        match on.into() {
            Executor::Sqlite(connection) => {
                let row = self.for_sqlite().fetch_optional(connection).await?;
                row.map(|row| T::from_row(&Row::Sqlite(&row))).transpose()
            }
            Executor::Postgres(connection, statements) => {
                let mut found =
                    self.for_postgres(statements).fetch_optional(&mut *connection).await;
                if forgets_plans(found.as_ref().err(), connection).await
                    && let Ok(again) =
                        self.for_postgres(statements).fetch_optional(connection).await
                {
                    found = Ok(again);
                }
                let row = found?;
                row.map(|row| T::from_row(&Row::Postgres(&row))).transpose()
            }
        }
    }

    /// The only row of the result.
    ///
    /// # Errors
    ///
    /// Same as [`fetch_all`](Query::fetch_all), or there is no row.
    pub async fn fetch_one<T: FromRow>(self, on: impl Into<Executor<'_>>) -> Result<T, DbError> {
        match self.fetch_optional(on).await? {
            Some(row) => Ok(row),
            None => Err(DbError::Statement(sqlx::Error::RowNotFound)),
        }
    }

    /// Runs a statement that returns no rows, and returns the number of changed rows.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the statement.
    pub async fn execute(self, on: impl Into<Executor<'_>>) -> Result<u64, DbError> {
        Ok(match on.into() {
            Executor::Sqlite(connection) => {
                self.for_sqlite().execute(connection).await?.rows_affected()
            }
            Executor::Postgres(connection, statements) => {
                let mut done = self.for_postgres(statements).execute(&mut *connection).await;
                if forgets_plans(done.as_ref().err(), connection).await
                    && let Ok(again) = self.for_postgres(statements).execute(connection).await
                {
                    done = Ok(again);
                }
                done?.rows_affected()
            }
        })
    }

    fn for_sqlite(self) -> SqlxQuery<'static, Sqlite, SqliteArguments> {
        self.values.into_iter().fold(sqlx::query(self.sql), bind_sqlite)
    }

    fn for_postgres(&self, statements: Statements) -> SqlxQuery<'static, Postgres, PgArguments> {
        let query = sqlx::query(self.sql.clone()).persistent(statements == Statements::Named);
        self.values.iter().cloned().fold(query, |query, value| match value {
            Value::Bool(value) => query.bind(value),
            Value::Int(value) => query.bind(value),
            Value::Float(value) => query.bind(value),
            Value::Decimal(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::DateTime(value) => query.bind(value.map(OffsetDateTime::from)),
            Value::Date(value) => query.bind(value),
            Value::Time(value) => query.bind(value),
            Value::Duration(value) => query.bind(value.map(interval)),
            Value::Uuid(value) => query.bind(value),
            Value::Json(value) => query.bind(value.map(Jsonb)),
            Value::Ip(value) => query.bind(value),
            Value::Binary(value) => query.bind(value),
        })
    }
}

/// Returns `true` if a statement failed because a table had another form when the connection prepared it, as
/// while a migration runs beside; the connection forgets its prepared statements then. In a transaction
/// it cannot be run again.
async fn forgets_plans(error: Option<&sqlx::Error>, connection: &mut PgConnection) -> bool {
    let is_outdated = error
        .and_then(sqlx::Error::as_database_error)
        .is_some_and(|error| error.code().as_deref() == Some(OUTDATED_PLAN));
    is_outdated && connection.clear_cached_statements().await.is_ok()
}

/// Binds the next parameter of a SQLite query.
#[doc(hidden)]
pub fn bind_sqlite(
    query: SqlxQuery<'_, Sqlite, SqliteArguments>,
    value: Value,
) -> SqlxQuery<'_, Sqlite, SqliteArguments> {
    match value {
        Value::Bool(value) => query.bind(value),
        Value::Int(value) => query.bind(value),
        Value::Float(value) => query.bind(value),
        Value::Text(value) | Value::Json(value) => query.bind(value),
        Value::Binary(value) => query.bind(value),
        Value::Duration(value) => query.bind(value.map(microseconds)),
        // Other types are text there, in Django's format.
        Value::Decimal(value) => query.bind(value.map(|value| value.to_string())),
        Value::DateTime(value) => query.bind(value.map(datetime_text)),
        Value::Date(value) => query.bind(value.map(date_text)),
        Value::Time(value) => query.bind(value.map(time_text)),
        Value::Uuid(value) => query.bind(value.map(|value| value.simple().to_string())),
        Value::Ip(value) => query.bind(value.map(|value| value.to_string())),
    }
}

/// Runs a script of several statements without parameters, as of a migration.
///
/// # Errors
///
/// The database is out of reach or refuses a statement.
pub async fn execute_script(
    sql: impl SqlSafeStr,
    on: impl Into<Executor<'_>>,
) -> Result<(), DbError> {
    let script = sqlx::raw_sql(sql);
    match on.into() {
        Executor::Sqlite(connection) => script.execute(connection).await.map(drop)?,
        Executor::Postgres(connection, _) => script.execute(connection).await.map(drop)?,
    }
    Ok(())
}
