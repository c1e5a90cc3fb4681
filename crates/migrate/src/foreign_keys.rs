//! Dangling references in a SQLite database. While a migration runs, foreign keys are not
//! enforced, so that a table can be rebuilt; violations are found before it is committed.

use std::collections::BTreeSet;

use module_api::db::{DbError, Executor, FromRow, query};

/// A row that refers to a missing one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, FromRow)]
pub(crate) struct Violation {
    table: String,
    /// The row id; `None` in a table without row ids.
    #[row(column = "rowid")]
    row: Option<i64>,
    parent: String,
}

/// Foreign keys that a migration violated.
#[derive(Debug, thiserror::Error)]
#[error("{}", describe(.0))]
pub(crate) struct Broken(Vec<Violation>);

/// Returns all violations.
pub(crate) async fn violations(
    on: impl Into<Executor<'_>>,
) -> Result<BTreeSet<Violation>, DbError> {
    Ok(query("PRAGMA foreign_key_check").fetch_all(on).await?.into_iter().collect())
}

/// Fails if there are new violations.
pub(crate) fn check(
    before: &BTreeSet<Violation>,
    after: &BTreeSet<Violation>,
) -> Result<(), Broken> {
    let new: Vec<Violation> = after.difference(before).cloned().collect();
    if new.is_empty() { Ok(()) } else { Err(Broken(new)) }
}

fn describe(violations: &[Violation]) -> String {
    const SHOWN: usize = 5;
    let describe = |violation: &Violation| {
        let Violation { table, row, parent } = violation;
        let row = row.map_or("a row".to_owned(), |row| format!("row {row}"));
        format!("{row} of `{table}` refers to a row of `{parent}` that is not there")
    };
    let mut lines: Vec<String> = violations.iter().take(SHOWN).map(describe).collect();
    if violations.len() > SHOWN {
        lines.push(format!("and {} more", violations.len() - SHOWN));
    }
    lines.join("; ")
}
