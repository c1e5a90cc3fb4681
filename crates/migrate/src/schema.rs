//! The tables of a database as they are: their columns, keys, indexes and constraints.
//!
//! Both databases are read into the same types, so that what the migrations build on one can be
//! compared with what stands in the other.

mod compare;
mod kind;
mod postgres;
mod scratch;
mod sql;
mod sqlite;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use module_api::db::{DbError, Executor};

pub use compare::{Difference, Mismatch};
pub(crate) use compare::{compare, compare_columns, is_same_name, newly_nullable};
pub(crate) use kind::ColumnKind;
pub use scratch::ScratchError;
pub(crate) use scratch::{SchemaChanges, Scratch};

/// The tables of a database, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Schema {
    /// The tables. Views and the database's own tables are none of them.
    pub(crate) tables: BTreeMap<String, Table>,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    /// Its columns, in their order.
    pub(crate) columns: Vec<Column>,
    /// The columns of the primary key, in the key's order.
    pub(crate) primary_key: Vec<String>,
    /// The unique constraints and the indexes over whole columns, by name. That of the primary key
    /// is not among them.
    pub(crate) indexes: Vec<Index>,
    /// The indexes that are more than that, by name.
    pub(crate) special_indexes: Vec<SpecialIndex>,
    /// Its foreign keys, by their columns.
    pub(crate) foreign_keys: Vec<ForeignKey>,
    /// The checks, but for those that [`Column::positive`] tells, by their texts.
    pub(crate) checks: Vec<Check>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(crate) struct Column {
    /// Its name.
    pub(crate) name: String,
    /// Its type as the database tells it, in small letters: `varchar(64)` on SQLite, `character
    /// varying(64)` on PostgreSQL.
    pub(crate) declared: String,
    /// The kind of its values.
    pub(crate) kind: ColumnKind,
    /// The number of characters that it holds at most, if the type says so.
    pub(crate) max_length: Option<u32>,
    /// `true` if it may be `NULL`.
    pub(crate) null: bool,
    /// `true` if it is the primary key, or part of it.
    pub(crate) primary_key: bool,
    /// The way the database numbers new rows by it.
    pub(crate) numbering: Numbering,
    /// `true` if a check constraint keeps it from being negative.
    pub(crate) positive: bool,
    /// `true` if it is computed from other columns and cannot be written.
    pub(crate) computed: bool,
    /// The expression of its default, as the database tells it. Not of one that is numbered or
    /// computed.
    pub(crate) default: Option<String>,
    /// The collation that its values are compared by, in lower case, if one was given. Only read on
    /// SQLite.
    pub(crate) collation: Option<String>,
}

/// The way the database numbers new rows by a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbering {
    /// It does not.
    No,
    /// It would, since on SQLite a key that is a whole number is the number of the row. Nobody says
    /// that it is meant: it may be the key of another row.
    Possible,
    /// It does: `AUTOINCREMENT`, an identity, a serial.
    Yes,
}

/// An index over whole columns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Index {
    /// Its name. SQLite names that of a constraint itself: `sqlite_autoindex_…`.
    pub(crate) name: String,
    /// Its columns, in its order.
    pub(crate) columns: Vec<String>,
    /// `true` if no two rows may have the same values.
    pub(crate) unique: bool,
    /// `true` if it belongs to a `UNIQUE` constraint rather than `CREATE INDEX`.
    pub(crate) constraint: bool,
}

/// An index of some of the rows, over expressions, or in another order than its columns have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SpecialIndex {
    /// Its name.
    pub(crate) name: String,
    /// The statement that makes it, as the database tells it.
    pub(crate) definition: String,
}

/// Columns whose values have to stand in another table, or in this one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ForeignKey {
    /// The columns.
    pub(crate) columns: Vec<String>,
    /// The table where their values stand.
    pub(crate) to_table: String,
    /// The columns there.
    pub(crate) to_columns: Vec<String>,
    /// The action when the referenced row is deleted: `NO ACTION`, `CASCADE`, `SET NULL`…
    pub(crate) on_delete: String,
    /// `true` if it is checked at the end of the transaction: `DEFERRABLE INITIALLY DEFERRED`.
    pub(crate) deferred: bool,
}

/// A condition that each row meets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Check {
    /// The expression, as the database tells it.
    pub(crate) expression: String,
    /// Its name, if it has one.
    pub(crate) name: Option<String>,
}

impl Schema {
    /// Reads all tables of the database.
    ///
    /// # Errors
    ///
    /// The database is out of reach, or its catalog cannot be read.
    pub(crate) async fn read(on: impl Into<Executor<'_>>) -> Result<Self, DbError> {
        Self::read_tables(on.into(), None).await
    }

    /// Reads the tables of these names, or all.
    async fn read_tables(on: Executor<'_>, names: Option<&[&str]>) -> Result<Self, DbError> {
        let names = names.map(|names| serde_json::json!(names).to_string());
        match on {
            Executor::Sqlite(connection) => sqlite::read(connection, names).await,
            on @ Executor::Postgres(..) => postgres::read(on, names).await,
        }
    }
}

impl Table {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Puts everything whose order means nothing into one order.
    fn sort(&mut self) {
        self.indexes.sort();
        self.special_indexes.sort();
        self.foreign_keys.sort();
        self.checks.sort();
    }
}
