//! The SQL that changes tables, for either database.

mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use module_api::db::DatabaseKind;
use sha2::{Digest, Sha256};

use super::diff::{Changes, TableChange};
use super::state::ColumnState;

/// What rows that are there get in columns that need a value: by table and column.
pub(super) type Fillings = BTreeMap<(String, String), Filling>;

/// A value in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filling {
    Bool(bool),
    Int(i64),
    Text(String),
    Now,
}

/// A column that needs a value for the rows that are there, and has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Needed {
    pub(super) table: String,
    pub(super) column: String,
    /// Whether the column is new, or may be `NULL` so far.
    pub(super) is_new: bool,
}

/// The script that makes the changes.
pub(super) fn script(changes: &Changes, fillings: &Fillings, database: DatabaseKind) -> String {
    let statements = match database {
        DatabaseKind::Sqlite => sqlite::statements(changes, fillings),
        DatabaseKind::Postgres => postgres::statements(changes, fillings),
    };
    statements.join("\n\n") + "\n"
}

/// The columns for which the script would have to know a value and does not.
pub(super) fn needed(changes: &Changes, fillings: &Fillings) -> Vec<Needed> {
    let of_table = |change: &TableChange| {
        let table = &change.to.name;
        let missing =
            |column: &ColumnState| !column.null && filling(fillings, table, column).is_none();
        let need = |column: &ColumnState, is_new| Needed {
            table: table.clone(),
            column: column.name.clone(),
            is_new,
        };
        let added = change.added().filter(|column| missing(column));
        let tightened = change.changed().filter(|c| c.from.null && missing(c.to)).map(|c| c.to);
        let added: Vec<Needed> = added.map(|column| need(column, true)).collect();
        added.into_iter().chain(tightened.map(|column| need(column, false))).collect::<Vec<_>>()
    };
    changes.altered.iter().flat_map(of_table).collect()
}

fn filling<'a>(fillings: &'a Fillings, table: &str, column: &ColumnState) -> Option<&'a Filling> {
    fillings.get(&(table.to_owned(), column.name.clone()))
}

impl Filling {
    fn sql(&self) -> String {
        match self {
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
            Self::Int(value) => value.to_string(),
            Self::Text(value) => text(value),
            Self::Now => "CURRENT_TIMESTAMP".to_owned(),
        }
    }
}

/// Text, quoted.
fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A name, quoted.
fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn names<'a>(columns: impl IntoIterator<Item = &'a String>) -> String {
    columns.into_iter().map(|column| name(column)).collect::<Vec<_>>().join(", ")
}

/// The name of an index or constraint, with a digest such that it is the only one even if it had to
/// be cut: PostgreSQL's names have 63 bytes at most.
fn name_of<'a>(table: &str, columns: impl IntoIterator<Item = &'a String>, suffix: &str) -> String {
    let columns: Vec<&str> = columns.into_iter().map(String::as_str).collect();
    let digest = Sha256::digest(format!("{table}\n{}", columns.join("\n")).as_bytes());
    let digest: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let mut start = format!("{table}_{}", columns.join("_"));
    start.truncate(63 - 1 - digest.len() - suffix.len());
    format!("{start}_{digest}{suffix}")
}
