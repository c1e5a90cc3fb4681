//! Updates the texts of the indexes.

use std::collections::{BTreeMap, BTreeSet};

use module_api::db::{DatabaseKind, DbError, DbPool, Executor, Transaction, query, quoted};
use module_api::model::{Comparison, Filter, Path, Record, Records};
use module_api::sqlx::AssertSqlSafe;
use serde_json::json;

use super::definition::{Definition, text};

/// The number of rows whose texts are updated at once.
const ROWS: u32 = 1_000;

/// The advisory lock of PostgreSQL for updates: the letters `admsrch`. Of two updates that read a
/// row one after the other, the first must not write last.
const KEY: i64 = 0x0061_646d_7372_6368;

/// Applies all recorded changes to the indexes, unless another process is doing so.
///
/// On PostgreSQL it neither blocks other transactions nor waits for them. Rows that another
/// transaction is recording again are left for the next time, since they were read without its
/// changes.
pub(super) async fn take_in(pool: &DbPool, definitions: &[Definition]) -> Result<(), DbError> {
    let mut last = i64::MIN;
    loop {
        let mut transaction = pool.begin().await?;
        let is_postgres = transaction.kind() == DatabaseKind::Postgres;
        if is_postgres {
            let lock = query("SELECT pg_try_advisory_xact_lock($1) AS value").bind(KEY);
            if !lock.fetch_one::<(bool,)>(&mut transaction).await?.0 {
                return Ok(());
            }
        }
        let oldest = format!(
            "SELECT id, source, object_id FROM admin_search_change WHERE id > $1 \
             ORDER BY id LIMIT {ROWS}"
        );
        let oldest = query(AssertSqlSafe(oldest)).bind(last);
        let changes: Vec<(i64, String, i64)> = oldest.fetch_all(&mut transaction).await?;
        let Some((greatest, ..)) = changes.last() else { return Ok(()) };
        last = *greatest;
        let rows = changes.iter().map(|(_, source, object)| (source.as_str(), *object));
        let changed = ChangedRows::of(rows);
        for definition in definitions {
            renew(definition, &changed, &mut transaction).await?;
        }
        let ids: Vec<String> = changes.iter().map(|(id, ..)| id.to_string()).collect();
        let skip_locked = if is_postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
        let delete = format!(
            "DELETE FROM admin_search_change WHERE id IN \
             (SELECT id FROM admin_search_change WHERE id IN ({}) {skip_locked})",
            ids.join(", ")
        );
        query(AssertSqlSafe(delete)).execute(&mut transaction).await?;
        transaction.commit().await?;
    }
}

/// The rows of a model with outdated texts in the index. `None` if there are more than this number.
pub(super) async fn stale_rows(
    definition: &Definition,
    at_most: u32,
    mut on: Executor<'_>,
) -> Result<Option<Vec<i64>>, DbError> {
    let changes =
        format!("SELECT source, object_id FROM admin_search_change LIMIT {}", at_most + 1);
    let changes: Vec<(String, i64)> =
        query(AssertSqlSafe(changes)).fetch_all(on.reborrow()).await?;
    let rows = changes.iter().map(|(source, object)| (source.as_str(), *object));
    let ids = ids(definition, &ChangedRows::of(rows), Some(at_most + 1), on).await?;
    let is_short = |rows: usize| rows <= at_most as usize;
    Ok((is_short(changes.len()) && is_short(ids.len())).then(|| ids.into_iter().collect()))
}

/// Changed rows, by table.
struct ChangedRows<'a>(BTreeMap<&'a str, Vec<i64>>);

impl<'a> ChangedRows<'a> {
    fn of(rows: impl Iterator<Item = (&'a str, i64)>) -> Self {
        let mut sources: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for (source, object) in rows {
            sources.entry(source).or_default().push(object);
        }
        Self(sources)
    }
}

/// The rows of a model whose texts depend on changed rows; of each source at most this number.
async fn ids(
    definition: &Definition,
    changed: &ChangedRows<'_>,
    at_most: Option<u32>,
    mut on: Executor<'_>,
) -> Result<BTreeSet<i64>, DbError> {
    let mut ids = BTreeSet::new();
    for source in &definition.sources {
        let Some(rows) = changed.0.get(source.table) else { continue };
        if source.is_own() {
            ids.extend(rows);
            continue;
        }
        let dependent = source.rows(definition.model, rows);
        let dependent = match at_most {
            Some(at_most) => dependent.limit(at_most),
            None => dependent,
        };
        ids.extend(dependent.ids(on.reborrow()).await?);
    }
    Ok(ids)
}

/// Updates the texts of an index that depend on changed rows.
async fn renew(
    definition: &Definition,
    changed: &ChangedRows<'_>,
    on: &mut Transaction,
) -> Result<(), DbError> {
    let ids: Vec<i64> =
        ids(definition, changed, None, (&mut *on).into()).await?.into_iter().collect();
    for part in ids.chunks(ROWS as usize) {
        let filter = Filter::key_is_in(definition.model, part.iter().copied());
        write(definition, |records| records.filter(filter), part, on).await?;
    }
    Ok(())
}

/// Writes the texts of all rows into an index.
pub(super) async fn fill(pool: &DbPool, definition: &Definition) -> Result<(), DbError> {
    let key = Path::of(definition.model.primary_key());
    let mut last = i64::MIN;
    loop {
        let mut transaction = pool.begin().await?;
        if transaction.kind() == DatabaseKind::Postgres {
            let lock = query("SELECT pg_advisory_xact_lock($1)").bind(KEY);
            lock.execute(&mut transaction).await?;
        }
        let later = Filter::compare(key.clone(), Comparison::Gt, last.into());
        let next =
            |records: Records| records.filter(later).order_by(key.clone(), false).limit(ROWS);
        let Some(greatest) = write(definition, next, &[], &mut transaction).await? else {
            return Ok(());
        };
        transaction.commit().await?;
        last = greatest;
    }
}

/// Writes the texts of some rows, in place of those with these ids, and returns the greatest written
/// id.
async fn write(
    definition: &Definition,
    chosen: impl FnOnce(Records) -> Records,
    instead_of: &[i64],
    on: &mut Transaction,
) -> Result<Option<i64>, DbError> {
    let (records, places) = definition.records();
    let rows = chosen(records).fetch(&mut *on).await?;
    let mut ids: BTreeSet<i64> = rows.iter().map(Record::id).collect();
    let greatest = ids.last().copied();
    ids.extend(instead_of);
    let texts: Vec<_> = rows.iter().map(|row| json!([row.id(), text(row, &places)])).collect();
    let table = quoted(&definition.table);
    let (delete, insert) = match on.kind() {
        DatabaseKind::Sqlite => (
            format!("DELETE FROM {table} WHERE rowid IN (SELECT value FROM json_each($1))"),
            format!(
                "INSERT INTO {table} (rowid, \"text\") \
                 SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each($1)"
            ),
        ),
        DatabaseKind::Postgres => (
            format!(
                "DELETE FROM {table} WHERE object_id IN \
                 (SELECT CAST(id AS bigint) FROM jsonb_array_elements_text(CAST($1 AS jsonb)) id)"
            ),
            format!(
                "INSERT INTO {table} (object_id, \"text\") SELECT CAST(pair ->> 0 AS bigint), \
                 pair ->> 1 FROM jsonb_array_elements(CAST($1 AS jsonb)) pair"
            ),
        ),
    };
    query(AssertSqlSafe(delete)).bind(json!(ids).to_string()).execute(&mut *on).await?;
    if !texts.is_empty() {
        query(AssertSqlSafe(insert)).bind(json!(texts).to_string()).execute(on).await?;
    }
    Ok(greatest)
}
