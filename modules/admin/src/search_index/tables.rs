//! Creates the tables of the indexes, and drops obsolete ones.

use std::collections::BTreeSet;

use module_api::db;
use module_api::db::{DatabaseKind, Db, DbError, Transaction, execute_script, query, quoted};
use module_api::sqlx::AssertSqlSafe;

use super::definition::{Definition, Source};
use super::triggers::TrackedTable;
use super::{names, triggers, upkeep};

/// The suffix of a signature with a trigram index on PostgreSQL.
const TRIGRAMS: &str = " trigrams";
/// The suffix without one, or where none is needed.
const PLAIN: &str = " plain";

/// Returns the suffix of a signature, by the operator class of trigrams.
fn ending(operators: Option<&str>) -> &'static str {
    if operators.is_some() { TRIGRAMS } else { PLAIN }
}

/// Creates the indexes that are missing or have another definition, drops obsolete ones, and applies
/// recorded changes.
pub(super) async fn bring_up_to_date(db: &Db, definitions: &[Definition]) -> Result<(), DbError> {
    let operators = trigram_operators(db).await?;
    let ending = ending(operators.as_deref());
    let mut transaction = db.begin().await?;
    let tables_there = all(&mut transaction).await?;
    let signed: Vec<(String, String)> = query("SELECT label, signature FROM admin_search_index")
        .fetch_all(&mut transaction)
        .await?;
    let there = triggers::all(&mut transaction).await?;
    let tables = TrackedTable::all(definitions);
    let is_there = |name: &String| there.iter().any(|known| known.fires && known.name == *name);
    let (complete, incomplete): (Vec<&TrackedTable>, Vec<&TrackedTable>) =
        tables.iter().partition(|table| table.trigger_names().iter().all(is_there));
    let is_tracked =
        |source: &Source| complete.iter().any(|complete| complete.table == source.table);
    let is_made = |definition: &&Definition| {
        let signature = definition.signature(ending);
        signed.iter().any(|(label, known)| label == definition.model.label && *known == signature)
            && tables_there.contains(&definition.table)
            && definition.sources.iter().all(is_tracked)
    };
    let (made, missing): (Vec<&Definition>, Vec<&Definition>) =
        definitions.iter().partition(is_made);
    let is_wanted = |label: &str| made.iter().any(|definition| definition.model.label == label);
    let obsolete: Vec<&str> =
        signed.iter().map(|(label, _)| label.as_str()).filter(|label| !is_wanted(label)).collect();
    let kept: BTreeSet<String> = complete.iter().flat_map(|it| it.trigger_names()).collect();
    let is_complete = incomplete.is_empty() && kept.len() == there.len();
    if !(missing.is_empty() && obsolete.is_empty() && is_complete) {
        for label in obsolete {
            forget(label, &mut transaction).await?;
        }
        for trigger in there.iter().filter(|it| !kept.contains(&it.name)) {
            triggers::drop(trigger, &mut transaction).await?;
        }
        triggers::make_function(&mut transaction).await?;
        for table in incomplete {
            triggers::make(table, &mut transaction).await?;
        }
        for definition in &missing {
            make(definition, &mut transaction).await?;
        }
    }
    // From here on each change is recorded.
    transaction.commit().await?;
    for definition in missing {
        fill(db, definition, operators.as_deref()).await?;
    }
    upkeep::take_in(db, definitions).await
}

/// Fills the table of an index, and signs it.
async fn fill(db: &Db, definition: &Definition, operators: Option<&str>) -> Result<(), DbError> {
    upkeep::fill(db, definition).await?;
    let mut transaction = db.begin().await?;
    finish(definition, operators, &mut transaction).await?;
    transaction.commit().await
}

/// The names of all existing index tables, in the search path.
async fn all(on: &mut Transaction) -> Result<BTreeSet<String>, DbError> {
    let tables = query(match on.kind() {
        DatabaseKind::Sqlite => {
            "SELECT name AS value FROM sqlite_master \
             WHERE type = 'table' AND name LIKE 'admin\\_search\\_%' ESCAPE '\\'"
        }
        DatabaseKind::Postgres => {
            "SELECT CAST(tablename AS text) AS value FROM pg_tables \
             WHERE schemaname = ANY (current_schemas(false)) AND tablename LIKE 'admin\\_search\\_%'"
        }
    });
    let tables: Vec<(String,)> = tables.fetch_all(on).await?;
    Ok(tables.into_iter().map(|(name,)| name).collect())
}

/// Creates the empty table of an index.
async fn make(definition: &Definition, on: &mut Transaction) -> Result<(), DbError> {
    forget(definition.model.label, on).await?;
    let table = quoted(&definition.table);
    let script = match on.kind() {
        DatabaseKind::Sqlite => format!(
            "CREATE VIRTUAL TABLE {table} USING fts5 (\"text\", content='', contentless_delete=1, \
             detail=none, tokenize='trigram case_sensitive 1')"
        ),
        DatabaseKind::Postgres => format!(
            "CREATE TABLE {table} (object_id bigint NOT NULL PRIMARY KEY, \"text\" text NOT NULL)"
        ),
    };
    execute_script(AssertSqlSafe(script), on).await
}

/// Signs an index that is filled.
async fn finish(
    definition: &Definition,
    operators: Option<&str>,
    on: &mut Transaction,
) -> Result<(), DbError> {
    let table = quoted(&definition.table);
    let script = match (on.kind(), operators) {
        (DatabaseKind::Sqlite, _) => format!("INSERT INTO {table} ({table}) VALUES ('optimize')"),
        (DatabaseKind::Postgres, Some(operators)) => {
            let name = quoted(&names::trigrams(&definition.table));
            format!("CREATE INDEX {name} ON {table} USING gin (\"text\" {operators})")
        }
        (DatabaseKind::Postgres, None) => String::new(),
    };
    execute_script(AssertSqlSafe(script), &mut *on).await?;
    query("INSERT INTO admin_search_index (label, signature) VALUES ($1, $2)")
        .bind(definition.model.label)
        .bind(definition.signature(ending(operators)))
        .execute(on)
        .await?;
    Ok(())
}

/// Drops the index of a model, if there is one.
pub(super) async fn forget(label: &str, on: &mut Transaction) -> Result<(), DbError> {
    let table = quoted(&names::table(label));
    execute_script(AssertSqlSafe(format!("DROP TABLE IF EXISTS {table}")), &mut *on).await?;
    let delete = query("DELETE FROM admin_search_index WHERE label = $1");
    delete.bind(label).execute(on).await?;
    Ok(())
}

/// Returns the operator class by which PostgreSQL can index trigrams, if it can. The extension is
/// created if this user may.
async fn trigram_operators(db: &Db) -> Result<Option<String>, DbError> {
    if db.kind() == DatabaseKind::Sqlite {
        return Ok(None);
    }
    let known = db::trigram_operators(&mut db.acquire().await?).await?;
    if known.is_some() {
        return Ok(known);
    }
    let mut transaction = db.begin().await?;
    let made = execute_script("CREATE EXTENSION IF NOT EXISTS pg_trgm", &mut transaction).await;
    match made {
        Ok(()) => transaction.commit().await?,
        Err(error) => {
            let reason = db::with_causes(&error);
            tracing::info!("the search has no index of trigrams, without pg_trgm: {reason}");
        }
    }
    db::trigram_operators(&mut db.acquire().await?).await
}
