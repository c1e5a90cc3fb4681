//! The SQL that changes tables, for either database.

mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use module_api::db::{DatabaseKind, quoted as name};
use sha2::{Digest, Sha256};

use super::diff::{Changes, TableChange};
use super::state::ColumnState;

/// Values for existing rows in columns that need one, by table and column.
pub(super) type Fillings = BTreeMap<(String, String), Filling>;

/// A value in SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filling {
    Bool(bool),
    Int(i64),
    Text(String),
    /// A number, as a literal.
    Number(String),
    /// A moment in UTC, as Django writes it on SQLite.
    Moment(String),
    /// A duration, in microseconds.
    Microseconds(i64),
    /// A UUID, in its usual form.
    Uuid(String),
    /// Bytes, in hexadecimal digits.
    Bytes(String),
    Now,
    Today,
    TimeOfNow,
    RandomUuid,
}

/// A column that needs a value for existing rows, and has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MissingFilling {
    pub(super) table: String,
    pub(super) column: String,
    /// `true` if the column is new, or was nullable.
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

/// The columns whose missing values the script needs.
pub(super) fn needed(changes: &Changes, fillings: &Fillings) -> Vec<MissingFilling> {
    let mut needed = Vec::new();
    for change in &changes.altered {
        let table = &change.to.name;
        let mut need = |column: &ColumnState, is_new| {
            if !column.null && filling(fillings, table, column).is_none() {
                let (table, column) = (table.clone(), column.name.clone());
                needed.push(MissingFilling { table, column, is_new });
            }
        };
        change.added().for_each(|column| need(column, true));
        let tightened = change.changed().filter(|column| column.from.null);
        tightened.for_each(|column| need(column.to, false));
    }
    needed
}

/// Returns `true` if SQLite needs a rebuild of the table for the change.
pub(super) fn must_rebuild(change: &TableChange, fillings: &Fillings) -> bool {
    sqlite::must_rebuild(change, fillings)
}

fn filling<'a>(fillings: &'a Fillings, table: &str, column: &ColumnState) -> Option<&'a Filling> {
    fillings.get(&(table.to_owned(), column.name.clone()))
}

impl Filling {
    fn sql(&self, database: DatabaseKind) -> String {
        let is_postgres = database == DatabaseKind::Postgres;
        match self {
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
            Self::Number(value) => value.clone(),
            // PostgreSQL would interpret it in the time zone of the session.
            Self::Moment(value) if is_postgres => text(&format!("{value}+00")),
            Self::Moment(value) | Self::Text(value) => text(value),
            Self::Microseconds(value) if is_postgres => text(&format!("{value} microseconds")),
            Self::Int(value) | Self::Microseconds(value) => value.to_string(),
            Self::Uuid(value) if is_postgres => text(value),
            Self::Uuid(value) => text(&value.replace('-', "")),
            Self::Bytes(value) if is_postgres => text(&format!("\\x{value}")),
            Self::Bytes(value) => format!("X'{value}'"),
            Self::Now => "CURRENT_TIMESTAMP".to_owned(),
            Self::Today if is_postgres => "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')::date".to_owned(),
            Self::Today => "CURRENT_DATE".to_owned(),
            Self::TimeOfNow if is_postgres => {
                "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')::time".to_owned()
            }
            Self::TimeOfNow => "CURRENT_TIME".to_owned(),
            Self::RandomUuid if is_postgres => "gen_random_uuid()".to_owned(),
            Self::RandomUuid => "lower(hex(randomblob(16)))".to_owned(),
        }
    }
}

/// Returns the subset of [`Fillings`] for unapplying: the value of a column that becomes `NOT NULL`
/// again, if it has the same kind as the field.
pub(super) fn fillings_back(changes: &Changes, fillings: &Fillings) -> Fillings {
    let mut back = Fillings::new();
    for change in &changes.altered {
        for column in change.changed().filter(|column| column.from.kind == column.to.kind) {
            if let Some(value) = filling(fillings, &change.to.name, column.to) {
                let key = (change.to.name.clone(), column.to.name.clone());
                back.insert(key, value.clone());
            }
        }
    }
    back
}

/// Text, quoted.
fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn names<'a>(columns: impl IntoIterator<Item = &'a String>) -> String {
    columns.into_iter().map(|column| name(column)).collect::<Vec<_>>().join(", ")
}

/// The name of an index or constraint, with a digest that keeps it unique even if it is truncated:
/// PostgreSQL's names have at most 63 bytes.
fn name_of<'a>(table: &str, columns: impl IntoIterator<Item = &'a String>, suffix: &str) -> String {
    let columns: Vec<&str> = columns.into_iter().map(String::as_str).collect();
    let digest = Sha256::digest(format!("{table}\n{}", columns.join("\n")).as_bytes());
    let digest = hex::encode(&digest[..4]);
    let mut start = format!("{table}_{}", columns.join("_"));
    start.truncate(start.floor_char_boundary(63 - 1 - digest.len() - suffix.len()));
    format!("{start}_{digest}{suffix}")
}
