//! The current tables of a database: their columns, keys, indexes and constraints.
//!
//! Both databases are read into the same types, so that a schema that the migrations build on one
//! can be compared with that of the other.

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

/// The tables of a database, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Schema {
    /// The tables, without views and the database's own tables.
    pub(crate) tables: BTreeMap<String, Table>,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// The name.
    pub(crate) name: String,
    /// The columns, in their order.
    pub(crate) columns: Vec<Column>,
    /// The columns of the primary key, in the key's order.
    pub(crate) primary_key: Vec<String>,
    /// The unique constraints and the indexes over whole columns, by name, without that of the
    /// primary key.
    pub(crate) indexes: Vec<Index>,
    /// The other indexes, by name.
    pub(crate) special_indexes: Vec<SpecialIndex>,
    /// The foreign keys, by column.
    pub(crate) foreign_keys: Vec<ForeignKey>,
    /// The checks, except those covered by [`Column::positive`], by expression.
    pub(crate) checks: Vec<Check>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(crate) struct Column {
    /// The name.
    pub(crate) name: String,
    /// The declared type, in lower case: `varchar(64)` on SQLite, `character varying(64)` on
    /// PostgreSQL.
    pub(crate) declared: String,
    /// The kind of the values.
    pub(crate) kind: ColumnKind,
    /// The maximum number of characters, if the type declares it.
    pub(crate) max_length: Option<u32>,
    /// `true` if the column is nullable.
    pub(crate) null: bool,
    /// `true` if the column is the primary key, or part of it.
    pub(crate) primary_key: bool,
    /// The way the database numbers new rows by it.
    pub(crate) numbering: Numbering,
    /// `true` if a check constraint refuses negative values.
    pub(crate) positive: bool,
    /// `true` if the column is computed from others and cannot be written.
    pub(crate) computed: bool,
    /// The expression of the default, as the database stores it; `None` for a column that is
    /// numbered or computed.
    pub(crate) default: Option<String>,
    /// The collation, in lower case, if one is declared. Only read on SQLite.
    pub(crate) collation: Option<String>,
}

/// The way in which the database numbers new rows by a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbering {
    /// The column is not numbered.
    No,
    /// The column may be numbered: on SQLite an integer primary key is the row id, whether that is
    /// intended or not. It may also be the key of another row.
    Possible,
    /// The column is numbered: `AUTOINCREMENT`, an identity, a serial.
    Yes,
}

/// An index over whole columns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Index {
    /// The name. SQLite generates that of a constraint: `sqlite_autoindex_…`.
    pub(crate) name: String,
    /// The columns, in order.
    pub(crate) columns: Vec<String>,
    /// `true` if no two rows may have the same values.
    pub(crate) unique: bool,
    /// `true` if it belongs to a `UNIQUE` constraint rather than `CREATE INDEX`.
    pub(crate) constraint: bool,
}

/// A partial or expression index, or one in another order than its columns have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SpecialIndex {
    /// The name.
    pub(crate) name: String,
    /// The statement that creates it, as the database stores it.
    pub(crate) definition: String,
}

/// Columns whose values refer to rows of another table, or of the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ForeignKey {
    /// The columns.
    pub(crate) columns: Vec<String>,
    /// The referenced table.
    pub(crate) to_table: String,
    /// The referenced columns.
    pub(crate) to_columns: Vec<String>,
    /// The action when the referenced row is deleted: `NO ACTION`, `CASCADE`, `SET NULL`…
    pub(crate) on_delete: String,
    /// `true` if it is checked at the end of the transaction: `DEFERRABLE INITIALLY DEFERRED`.
    pub(crate) deferred: bool,
}

/// A check constraint: a condition that each row meets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Check {
    /// The expression, as the database stores it.
    pub(crate) expression: String,
    /// The name, if it has one.
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

    /// Reads the tables with these names, or all.
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

    /// Sorts everything whose order is irrelevant.
    fn sort(&mut self) {
        self.indexes.sort();
        self.special_indexes.sort();
        self.foreign_keys.sort();
        self.checks.sort();
    }
}
