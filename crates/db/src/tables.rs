//! Queries about existing tables and the capabilities of a database.

use sqlx::AssertSqlSafe;

use crate::{DatabaseKind, DbError, Executor, query, quoted};

/// Returns `true` if there is a table of that name in the search path.
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

/// Returns the operator class by which PostgreSQL indexes the trigrams of texts, quoted and
/// qualified with its schema, which need not be in the search path. `None` without the extension
/// `pg_trgm`, and if this user may not use its schema.
///
/// # Errors
///
/// The database is out of reach.
pub async fn trigram_operators(on: impl Into<Executor<'_>>) -> Result<Option<String>, DbError> {
    let on = on.into();
    if on.kind() == DatabaseKind::Sqlite {
        return Ok(None);
    }
    let find = query(
        "SELECT CAST(nspname AS text) AS value FROM pg_extension \
         JOIN pg_namespace ON pg_namespace.oid = extnamespace \
         WHERE extname = 'pg_trgm' AND has_schema_privilege(pg_namespace.oid, 'USAGE')",
    );
    let schema: Option<(String,)> = find.fetch_optional(on).await?;
    Ok(schema.map(|(schema,)| format!("{}.gin_trgm_ops", quoted(&schema))))
}

/// Moves the sequence of a table's `id` on PostgreSQL past the greatest one, after rows were
/// inserted with explicit ids. SQLite does so by itself.
///
/// # Errors
///
/// The database is out of reach, or there is no such table.
pub async fn continue_sequence(table: &str, on: impl Into<Executor<'_>>) -> Result<(), DbError> {
    let on = on.into();
    if on.kind() == DatabaseKind::Sqlite {
        return Ok(());
    }
    let quoted = quoted(table);
    // A sequence that is ahead is not moved back: ids are never given twice.
    let sql = format!(
        "SELECT setval(sequence, highest) FROM (SELECT \
         CAST(pg_get_serial_sequence($1, 'id') AS regclass) AS sequence, \
         (SELECT MAX(id) FROM {quoted}) AS highest) ids \
         WHERE sequence IS NOT NULL AND highest > COALESCE(pg_sequence_last_value(sequence), 0)"
    );
    query(AssertSqlSafe(sql)).bind(quoted).execute(on).await?;
    Ok(())
}
