//! The triggers that record changed rows of a table, whichever program changed them.

use module_api::db::{DatabaseKind, DbError, Transaction, execute_script, query, quoted};
use module_api::sqlx::AssertSqlSafe;

use super::definition::Source;

/// The prefix of all names.
const PREFIX: &str = "admin_search_";

/// The function of PostgreSQL that the triggers call.
const FUNCTION: &str = "admin_search_note";

/// The names of the triggers on a table.
pub(super) fn names(table: &str) -> [String; 3] {
    ["insert", "update", "delete"].map(|event| format!("{PREFIX}{table}_{event}"))
}

/// Makes the triggers on a table.
pub(super) async fn make(source: &Source, on: &mut Transaction) -> Result<(), DbError> {
    let script = match on.kind() {
        DatabaseKind::Sqlite => on_sqlite(source),
        DatabaseKind::Postgres => on_postgres(source),
    };
    execute_script(AssertSqlSafe(script), on).await
}

/// The triggers name no table but their own and that of the changes: SQLite refuses to rename a table, as
/// Django does to alter one, while a trigger of another names one that is gone.
fn on_sqlite(source: &Source) -> String {
    let (table, key) = (quoted(source.table), quoted(source.key));
    let text = source.table.replace('\'', "''");
    let note = |row: &str| {
        format!(
            "INSERT INTO \"admin_search_change\" (\"source\", \"object_id\") \
             SELECT '{text}', {row}.{key} WHERE NOT EXISTS (SELECT 1 FROM \"admin_search_change\" \
             WHERE \"source\" = '{text}' AND \"object_id\" = {row}.{key}); "
        )
    };
    let [insert, update, delete] = names(source.table).map(|name| quoted(&name));
    format!(
        "CREATE TRIGGER {insert} AFTER INSERT ON {table} BEGIN {} END; \
         CREATE TRIGGER {update} AFTER UPDATE ON {table} BEGIN {} {} END; \
         CREATE TRIGGER {delete} AFTER DELETE ON {table} BEGIN {} END;",
        note("NEW"),
        note("OLD"),
        note("NEW"),
        note("OLD"),
    )
}

/// The function writes as its owner: other programs need no rights on the table of changes.
fn on_postgres(source: &Source) -> String {
    let (table, key) = (quoted(source.table), source.key.replace('\'', "''"));
    let [insert, update, delete] = names(source.table).map(|name| quoted(&name));
    let made = [(insert, "INSERT", "NEW"), (update, "UPDATE", "NEW"), (delete, "DELETE", "OLD")];
    let made = made.map(|(name, event, rows)| {
        format!(
            "CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed \
             FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}('{key}');"
        )
    });
    made.concat()
}

/// Makes the function that the triggers of PostgreSQL call.
pub(super) async fn make_function(on: &mut Transaction) -> Result<(), DbError> {
    if on.kind() == DatabaseKind::Sqlite {
        return Ok(());
    }
    let schema = query("SELECT CAST(current_schema() AS text) AS value");
    let (schema,): (String,) = schema.fetch_one(&mut *on).await?;
    let schema = quoted(&schema);
    let function = format!(
        "CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql \
         SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$ BEGIN \
         EXECUTE format('INSERT INTO {schema}.admin_search_change (source, object_id) \
         SELECT %L, %I FROM changed', TG_TABLE_NAME, TG_ARGV[0]); RETURN NULL; END $$"
    );
    execute_script(AssertSqlSafe(function), on).await
}

/// The names of all triggers that there are, each with its table as SQL quotes it.
pub(super) async fn all(on: &mut Transaction) -> Result<Vec<(String, String)>, DbError> {
    let triggers = query(match on.kind() {
        DatabaseKind::Sqlite => {
            "SELECT name, tbl_name FROM sqlite_master \
             WHERE type = 'trigger' AND name LIKE 'admin\\_search\\_%' ESCAPE '\\'"
        }
        DatabaseKind::Postgres => {
            "SELECT CAST(tgname AS text), CAST(tgrelid AS regclass)::text FROM pg_trigger \
             WHERE NOT tgisinternal AND tgname LIKE 'admin\\_search\\_%' \
             AND tgrelid IN (SELECT oid FROM pg_class WHERE pg_table_is_visible(oid))"
        }
    });
    let kind = on.kind();
    let triggers: Vec<(String, String)> = triggers.fetch_all(on).await?;
    let quoted_table = |(name, table): (String, String)| match kind {
        DatabaseKind::Sqlite => (name, quoted(&table)),
        DatabaseKind::Postgres => (name, table),
    };
    Ok(triggers.into_iter().map(quoted_table).collect())
}

/// Drops a trigger of a table.
pub(super) async fn drop(name: &str, table: &str, on: &mut Transaction) -> Result<(), DbError> {
    let name = quoted(name);
    let drop = match on.kind() {
        DatabaseKind::Sqlite => format!("DROP TRIGGER {name}"),
        DatabaseKind::Postgres => format!("DROP TRIGGER {name} ON {table}"),
    };
    execute_script(AssertSqlSafe(drop), on).await
}

/// Drops the function.
pub(super) async fn drop_function(on: &mut Transaction) -> Result<(), DbError> {
    if on.kind() == DatabaseKind::Sqlite {
        return Ok(());
    }
    execute_script(AssertSqlSafe(format!("DROP FUNCTION IF EXISTS {FUNCTION}()")), on).await
}
