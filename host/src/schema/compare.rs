//! Whether a table that is there can stand for the one that a migration makes.

use std::fmt;

use super::{Column, ColumnKind, Dialect, ForeignKey, Table};

/// Something in a database that is not as a migration makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The column, unless it is the whole table.
    pub column: Option<String>,
    /// What is different.
    pub mismatch: Mismatch,
}

/// What is different.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// The table is not there.
    NoTable,
    /// The column is not there. The migration makes it of this type.
    NoColumn(String),
    /// The column is of another type.
    Type {
        /// The type in the migration.
        made: String,
        /// The type in the database.
        there: String,
    },
    /// The migration does not make the column, and rows without a value for it are refused.
    Required,
    /// The column has to have a value, and may be without one in the migration.
    NotNull,
    /// So many rows have no value in the column, which in the migration has to have one.
    HoldsNull(i64),
    /// The column is not in the primary key, or it alone is.
    Key,
    /// The database does not number new rows by the column.
    NotNumbered,
    /// The column is computed from others.
    Computed,
    /// The column refers to another table.
    RefersTo {
        /// The table in the migration.
        made: String,
        /// The table in the database.
        there: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{}.{column}: {}", self.table, self.mismatch),
            None => write!(f, "{}: {}", self.table, self.mismatch),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTable => f.write_str("the table is missing"),
            Self::NoColumn(made) => {
                write!(f, "the column is missing; the migration makes it {made}")
            }
            Self::Type { made, there } => {
                write!(f, "the migration makes it {made}, and here it is {there}")?;
                if there.starts_with("timestamp") && there.ends_with("without time zone") {
                    f.write_str(
                        ", which does not say which moment it is: change its type USING the \
                         column AT TIME ZONE 'UTC', or whichever zone its values are in",
                    )?;
                }
                Ok(())
            }
            Self::Required => f.write_str(
                "the migration does not make it, and it is NOT NULL without a default: rows that \
                 this site adds would be refused; give it a default",
            ),
            Self::NotNull => f.write_str("the migration lets it be NULL, and here it is NOT NULL"),
            Self::HoldsNull(rows) => {
                let rows = if *rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
                write!(f, "the migration makes it NOT NULL, and here it is NULL in {rows}")
            }
            Self::Key => f.write_str("the primary key is not the one that the migration makes"),
            Self::NotNumbered => f.write_str(
                "the migration has the database number new rows by it, and here they are refused \
                 without a value; make it an identity",
            ),
            Self::Computed => {
                f.write_str("here it is computed from other columns, and cannot be written")
            }
            Self::RefersTo { made, there } => {
                write!(f, "the migration makes it refer to {made}, and here it refers to {there}")
            }
        }
    }
}

/// Whether two names are of the same table or column. SQLite does not tell capitals from small
/// letters.
pub(crate) fn is_same_name(a: &str, b: &str, on: Dialect) -> bool {
    match on {
        Dialect::Sqlite => a.eq_ignore_ascii_case(b),
        Dialect::Postgres => a == b,
    }
}

/// What keeps a table that is `there` from standing for the one that a migration on SQLite `made`.
///
/// The order of columns, lengths of texts and further columns do not matter. Neither do indexes,
/// unique constraints, checks and foreign keys that are missing: Django has made and named them in
/// many ways over the years, people add and drop them by hand, no row is read or written
/// differently for lack of them, and what may be in a table is checked before it is written. A
/// default that is missing does not matter either: Django drops those of new columns again, and an
/// insert gives every column that its migration knows.
pub(crate) fn compare(made: &Table, there: &Table, on: Dialect) -> Vec<Difference> {
    let mut differences = compare_columns(made, there, on);
    let unknown = there.columns.iter().filter(|column| find(made, &column.name, on).is_none());
    let required = unknown.filter(|column| {
        !column.null && column.default.is_none() && !column.numbered && !column.computed
    });
    differences.extend(required.map(|column| difference(there, column, Mismatch::Required)));
    differences
}

/// The same without regard to further columns in the table that is there.
pub(crate) fn compare_columns(made: &Table, there: &Table, on: Dialect) -> Vec<Difference> {
    let mut differences = Vec::new();
    for column in &made.columns {
        let mut add = |mismatch| differences.push(difference(made, column, mismatch));
        let Some(found) = find(there, &column.name, on) else {
            add(Mismatch::NoColumn(type_name(column, on)));
            continue;
        };
        if !fits(column, found, on) {
            let (made, there) = (type_name(column, on), found.declared.clone());
            add(Mismatch::Type { made, there });
        }
        if column.primary_key != found.primary_key {
            add(Mismatch::Key);
        } else if column.numbered && !found.numbered && found.default.is_none() {
            add(Mismatch::NotNumbered);
        }
        if found.computed && !column.computed {
            add(Mismatch::Computed);
        } else if column.null && !found.null {
            add(Mismatch::NotNull);
        }
        if let (Some(ours), Some(theirs)) = (reference(made, column), reference(there, found))
            && !is_same_name(&ours.to_table, &theirs.to_table, on)
        {
            let (made, there) = (ours.to_table.clone(), theirs.to_table.clone());
            add(Mismatch::RefersTo { made, there });
        }
    }
    differences
}

/// The columns that are `NOT NULL` as `made`, and may be `NULL` as they are `there`.
pub(crate) fn perhaps_null<'a>(made: &Table, there: &'a Table, on: Dialect) -> Vec<&'a Column> {
    let found = made.columns.iter().filter(|column| !column.null);
    found.filter_map(|column| find(there, &column.name, on)).filter(|column| column.null).collect()
}

fn difference(table: &Table, column: &Column, mismatch: Mismatch) -> Difference {
    Difference { table: table.name.clone(), column: Some(column.name.clone()), mismatch }
}

fn find<'a>(table: &'a Table, name: &str, on: Dialect) -> Option<&'a Column> {
    table.columns.iter().find(|column| is_same_name(&column.name, name, on))
}

/// The foreign key that is of this column alone.
fn reference<'a>(table: &'a Table, column: &Column) -> Option<&'a ForeignKey> {
    table.foreign_keys.iter().find(|key| key.columns == [column.name.as_str()])
}

/// The type that a migration makes, as the database that is compared calls it.
fn type_name(made: &Column, on: Dialect) -> String {
    match on {
        Dialect::Sqlite => made.declared.clone(),
        Dialect::Postgres => made.kind.postgres_name(made.max_length),
    }
}

/// Whether what this site reads and writes in the column that a migration `made` can be read and
/// written in the one that is `there`.
fn fits(made: &Column, there: &Column, on: Dialect) -> bool {
    use ColumnKind::{BigInteger, Integer, Other, SmallInteger, Text, Uuid};
    match (&made.kind, &there.kind, on) {
        // Django's keys have 32 or 64 bits by its version; on SQLite all whole numbers have 64.
        (Integer | BigInteger, Integer | BigInteger, _)
        | (SmallInteger, SmallInteger | Integer | BigInteger, _)
        | (Integer | BigInteger, SmallInteger, Dialect::Sqlite) => true,
        // What SQLite has no type for, Django keeps there as text of this length.
        (Text, Uuid, Dialect::Postgres) => made.max_length == Some(32),
        // What the migration's SQL for SQLite calls it says nothing here.
        (Other(_), _, Dialect::Postgres) => true,
        (made, there, _) => made == there,
    }
}
