//! The triggers that record changed rows of a table, for changes by any program.

use std::collections::{BTreeMap, BTreeSet};

use module_api::db::{DatabaseKind, DbError, Transaction, execute_script, query, quoted};
use module_api::sqlx::AssertSqlSafe;

use super::definition::{Definition, Source};
use super::names;

/// The version of the triggers, raised when their format changes.
const VERSION: u32 = 1;

/// The function that the triggers call on PostgreSQL.
const FUNCTION: &str = "admin_search_note";

/// The condition on PostgreSQL that a trigger, of a table in `pg_class`, has recorded all changes.
///
/// It is enabled `ALWAYS`: for sessions in the role of a replica, too, and it loses that when it is
/// disabled and enabled again, as by `pg_restore --disable-triggers`. Only the owner of a table can enable
/// one in this way.
pub(super) const FIRES: &str =
    "(tgenabled = 'A' OR (tgenabled = 'O' AND NOT pg_has_role(relowner, 'USAGE')))";

/// An existing trigger.
pub(super) struct Trigger {
    pub(super) name: String,
    /// The table, quoted for SQL.
    table: String,
    /// `true` if it was never disabled, as far as the database can tell.
    pub(super) fires: bool,
}

/// A table whose changes are recorded.
pub(super) struct TrackedTable {
    pub(super) table: &'static str,
    key: &'static str,
    /// The columns that any index depends on. Changes of others are not recorded.
    columns: BTreeSet<&'static str>,
}

impl TrackedTable {
    /// The distinct tables of all sources of these indexes.
    pub(super) fn all(definitions: &[Definition]) -> Vec<Self> {
        let mut all: BTreeMap<&str, Self> = BTreeMap::new();
        for source in definitions.iter().flat_map(|definition| &definition.sources) {
            let tracked = all.entry(source.table).or_insert_with(|| Self::of(source));
            tracked.columns.extend(&source.columns);
        }
        all.into_values().collect()
    }

    fn of(source: &Source) -> Self {
        Self { table: source.table, key: source.key, columns: BTreeSet::from([source.key]) }
    }

    /// The names of its triggers, which depend on its columns.
    pub(super) fn trigger_names(&self) -> [String; 3] {
        let columns: Vec<&str> = self.columns.iter().copied().collect();
        let definition = format!("{VERSION} {} {}", self.key, columns.join(" "));
        ["insert", "update", "delete"].map(|event| names::trigger(self.table, event, &definition))
    }
}

/// Creates the triggers on a table.
pub(super) async fn make(table: &TrackedTable, on: &mut Transaction) -> Result<(), DbError> {
    let script = match on.kind() {
        DatabaseKind::Sqlite => on_sqlite(table),
        DatabaseKind::Postgres => on_postgres(table, is_owned(table, &mut *on).await?),
    };
    execute_script(AssertSqlSafe(script), on).await
}

/// The triggers name only their own table and that of the changes: SQLite refuses to rename a table, as
/// Django does to alter one, while a trigger of another refers to a missing one.
fn on_sqlite(tracked: &TrackedTable) -> String {
    let (table, key) = (quoted(tracked.table), quoted(tracked.key));
    let text = text(tracked.table);
    let note = |row: &str| {
        format!(
            "INSERT INTO \"admin_search_change\" (\"source\", \"object_id\") \
             SELECT {text}, {row}.{key} WHERE NOT EXISTS (SELECT 1 FROM \"admin_search_change\" \
             WHERE \"source\" = {text} AND \"object_id\" = {row}.{key}); "
        )
    };
    let columns: Vec<String> = tracked.columns.iter().map(|column| quoted(column)).collect();
    let columns = columns.join(", ");
    let [insert, update, delete] = tracked.trigger_names().map(|name| quoted(&name));
    format!(
        "CREATE TRIGGER {insert} AFTER INSERT ON {table} BEGIN {} END; \
         CREATE TRIGGER {update} AFTER UPDATE OF {columns} ON {table} BEGIN {} {} END; \
         CREATE TRIGGER {delete} AFTER DELETE ON {table} BEGIN {} END;",
        note("NEW"),
        note("OLD"),
        note("NEW"),
        note("OLD"),
    )
}

/// Returns `true` if this user may enable triggers of a table of PostgreSQL.
async fn is_owned(tracked: &TrackedTable, on: &mut Transaction) -> Result<bool, DbError> {
    let is_owned = query(
        "SELECT pg_has_role(relowner, 'USAGE') AS value FROM pg_class \
         WHERE oid = CAST(CAST($1 AS text) AS regclass)",
    );
    let is_owned = is_owned.bind(quoted(tracked.table));
    Ok(is_owned.fetch_one::<(bool,)>(on).await?.0)
}

/// The triggers name no column: PostgreSQL refuses to alter a column that a trigger names, as Django's
/// migrations do. They are passed to the function as texts, the primary key first.
fn on_postgres(tracked: &TrackedTable, is_owned: bool) -> String {
    let table = quoted(tracked.table);
    let columns = tracked.columns.iter().filter(|column| **column != tracked.key);
    let columns: Vec<String> =
        [&tracked.key].into_iter().chain(columns).map(|column| text(column)).collect();
    let columns = columns.join(", ");
    let [insert, update, delete] = tracked.trigger_names().map(|name| quoted(&name));
    let made = [
        (insert, "INSERT", "NEW TABLE AS changed"),
        (update, "UPDATE", "NEW TABLE AS changed OLD TABLE AS former"),
        (delete, "DELETE", "OLD TABLE AS changed"),
    ];
    let made = made.map(|(name, event, rows)| {
        let enable = if is_owned {
            format!("ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};")
        } else {
            String::new()
        };
        format!(
            "CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {rows} \
             FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}({columns}); {enable}"
        )
    });
    made.concat()
}

/// A text literal in SQL.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Creates the function that the triggers call on PostgreSQL.
///
/// It writes as its owner: other programs need no privileges on the table of changes. A row that is
/// already recorded gets a new id, so that a reader of the former one does not delete it, and is locked
/// until the transaction ends. An update is recorded only if one of the columns differs; a column that
/// does not exist any more is left out.
pub(super) async fn make_function(on: &mut Transaction) -> Result<(), DbError> {
    if on.kind() == DatabaseKind::Sqlite {
        return Ok(());
    }
    let schema = query("SELECT CAST(current_schema() AS text) AS value");
    let (schema,): (String,) = schema.fetch_one(&mut *on).await?;
    let schema = quoted(&schema);
    let function = format!(
        r#"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
        DECLARE
            texts text := (
                SELECT string_agg(format('CAST(%1$I AS text) COLLATE "C" AS %1$I', attname), ', ')
                FROM pg_attribute WHERE attrelid = TG_RELID AND attname = ANY (TG_ARGV));
            noted text := format('SELECT %s FROM changed', texts);
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                noted := format('%s EXCEPT SELECT %s FROM former', noted, texts);
            END IF;
            EXECUTE format(
                'INSERT INTO admin_search_change (source, object_id)
                SELECT DISTINCT %L, CAST(%I AS bigint) FROM (%s) noted
                ON CONFLICT (source, object_id) DO UPDATE SET id = DEFAULT',
                TG_TABLE_NAME, TG_ARGV[0], noted);
            RETURN NULL;
        END $$"#
    );
    execute_script(AssertSqlSafe(function), on).await
}

/// All existing triggers.
pub(super) async fn all(on: &mut Transaction) -> Result<Vec<Trigger>, DbError> {
    let kind = on.kind();
    let triggers = match kind {
        DatabaseKind::Sqlite => {
            "SELECT name, tbl_name, TRUE FROM sqlite_master \
             WHERE type = 'trigger' AND name LIKE 'admin\\_search\\_%' ESCAPE '\\'"
        }
        DatabaseKind::Postgres => &format!(
            "SELECT CAST(tgname AS text), CAST(tgrelid AS regclass)::text, {FIRES} \
             FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal \
             AND tgname LIKE 'admin\\_search\\_%' AND pg_table_is_visible(pg_class.oid)"
        ),
    };
    let triggers = query(AssertSqlSafe(triggers.to_owned()));
    let triggers: Vec<(String, String, bool)> = triggers.fetch_all(on).await?;
    let read = |(name, table, fires): (String, String, bool)| match kind {
        DatabaseKind::Sqlite => Trigger { name, table: quoted(&table), fires },
        DatabaseKind::Postgres => Trigger { name, table, fires },
    };
    Ok(triggers.into_iter().map(read).collect())
}

/// Drops a trigger of a table.
pub(super) async fn drop(trigger: &Trigger, on: &mut Transaction) -> Result<(), DbError> {
    let name = quoted(&trigger.name);
    let drop = match on.kind() {
        DatabaseKind::Sqlite => format!("DROP TRIGGER {name}"),
        DatabaseKind::Postgres => format!("DROP TRIGGER {name} ON {}", trigger.table),
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
