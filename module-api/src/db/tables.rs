//! What a migration asks about tables that others made.

use sqlx::AssertSqlSafe;

use super::{DatabaseKind, DbError, Executor, query};

/// Whether there is a table of that name, in the schemas that are searched for tables.
///
/// # Errors
///
/// The database is out of reach.
pub async fn table_exists(name: &str, on: impl Into<Executor<'_>>) -> Result<bool, DbError> {
    let on = on.into();
    let tables = query(match on.kind() {
        DatabaseKind::Sqlite => {
            "SELECT COUNT(*) AS value FROM sqlite_master WHERE type = 'table' AND name = $1"
        }
        DatabaseKind::Postgres => {
            "SELECT COUNT(*) AS value FROM pg_catalog.pg_tables \
             WHERE tablename = $1 AND schemaname = ANY (current_schemas(false))"
        }
    });
    let (tables,): (i64,) = tables.bind(name).fetch_one(on).await?;
    Ok(tables > 0)
}

/// Has the column `id` of a table go on after its highest value, once rows were written with ids of
/// their own. SQLite does so by itself. The name of the table is SQL.
///
/// # Errors
///
/// The database is out of reach, or there is no such table.
pub async fn continue_sequence(
    table: &'static str,
    on: impl Into<Executor<'_>>,
) -> Result<(), DbError> {
    let on = on.into();
    if on.kind() == DatabaseKind::Postgres {
        // In an empty table there is no highest id, and `setval` does nothing.
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), MAX(id)) FROM \"{table}\""
        );
        query(AssertSqlSafe(sql)).execute(on).await?;
    }
    Ok(())
}
