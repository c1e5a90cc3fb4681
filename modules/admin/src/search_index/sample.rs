//! Compares an index with a sample of rows, to detect writes with disabled triggers.

use std::collections::BTreeSet;

use module_api::db::{DatabaseKind, DbError, DbPool, Transaction, query, quoted};
use module_api::model::{Filter, Record};
use module_api::sqlx::AssertSqlSafe;
use serde_json::json;

use super::definition::{Definition, text};
use super::upkeep;

/// The number of rows in a sample. Shorter tables are compared as a whole.
const ROWS: u32 = 1_000;

/// The number of letters in a term of SQLite's index.
const LETTERS: usize = 3;

/// The maximum number of terms of a text that are looked up in SQLite's index.
const MAX_TERMS: usize = 256;

/// Returns `true` if an index lacks texts of some rows although no change of these is recorded.
pub(super) async fn lacks_changes(pool: &DbPool, definition: &Definition) -> Result<bool, DbError> {
    // One snapshot: a change is committed with its record, and a record is removed with its text.
    let mut on = pool.snapshot().await?;
    let own = &definition.sources[0];
    let ids = format!(
        "SELECT CAST({} AS bigint) AS value FROM {} ORDER BY random() LIMIT {ROWS}",
        quoted(own.key),
        quoted(own.table),
    );
    let ids: Vec<(i64,)> = query(AssertSqlSafe(ids)).fetch_all(&mut on).await?;
    if ids.is_empty() {
        return Ok(false);
    }
    let (records, places) = definition.records();
    let sample = Filter::key_is_in(definition.model, ids.into_iter().map(|(id,)| id));
    let rows = records.filter(sample).fetch(&mut on).await?;
    let texts: Vec<(i64, String)> =
        rows.iter().map(|row: &Record| (row.id(), text(row, &places))).collect();
    let kept = rows_with(definition, &texts, &mut on).await?;
    let lacking: Vec<i64> =
        texts.iter().map(|(id, _)| *id).filter(|id| !kept.contains(id)).collect();
    if lacking.is_empty() {
        return Ok(false);
    }
    let recorded = upkeep::stale_rows(definition, ROWS, (&mut on).into()).await?;
    // With more recorded changes than that, the result is unknown.
    Ok(recorded.is_some_and(|recorded| lacking.iter().any(|id| !recorded.contains(id))))
}

/// The rows in an index with these texts.
async fn rows_with(
    definition: &Definition,
    texts: &[(i64, String)],
    on: &mut Transaction,
) -> Result<BTreeSet<i64>, DbError> {
    let table = quoted(&definition.table);
    let mut kept = BTreeSet::new();
    let (find, wanted) = match on.kind() {
        DatabaseKind::Sqlite => {
            // The index does not store texts: it is queried for the terms of each, in this order of
            // tables.
            let find = format!(
                "SELECT c.rowid AS value FROM json_each($1) pair CROSS JOIN {table} c \
                 WHERE c.rowid = json_extract(pair.value, '$[0]') \
                 AND c.{table} MATCH json_extract(pair.value, '$[1]')"
            );
            let mut wanted = Vec::new();
            for (id, text) in texts {
                let terms = terms(text);
                if terms.is_empty() {
                    kept.insert(*id);
                } else {
                    wanted.push(json!([id, terms.join(" AND ")]));
                }
            }
            (find, wanted)
        }
        DatabaseKind::Postgres => {
            let find = format!(
                "SELECT c.object_id AS value FROM jsonb_array_elements(CAST($1 AS jsonb)) pair \
                 JOIN {table} c ON c.object_id = CAST(pair ->> 0 AS bigint) \
                 AND c.\"text\" = pair ->> 1"
            );
            (find, texts.iter().map(|(id, text)| json!([id, text])).collect())
        }
    };
    let found = query(AssertSqlSafe(find)).bind(json!(wanted).to_string());
    kept.extend(found.fetch_all::<(i64,)>(on).await?.into_iter().map(|(id,)| id));
    Ok(kept)
}

/// The distinct terms of a text, as a query of SQLite's full-text index.
fn terms(text: &str) -> Vec<String> {
    let mut terms = BTreeSet::new();
    for line in text.split('\n') {
        let letters: Vec<char> = line.chars().collect();
        terms.extend(letters.windows(LETTERS).map(|term| term.iter().collect::<String>()));
    }
    let phrase = |term: String| format!("\"{}\"", term.replace('"', "\"\""));
    terms.into_iter().take(MAX_TERMS).map(phrase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_of_one_line_quoted_and_each_there_once() {
        assert_eq!(terms("\nannann\nb\nc\"d\n"), ["\"ann\"", "\"c\"\"d\"", "\"nan\"", "\"nna\""]);
        assert_eq!(terms("\nab\n\n"), [""; 0]);
        let long: String = (0..2_000_u32).map(|n| char::from_u32(0x4e00 + n).unwrap()).collect();
        assert_eq!(terms(&long).len(), MAX_TERMS);
    }
}
