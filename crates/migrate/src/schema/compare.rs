//! Comparison of an existing table with the one that a migration creates.

use std::fmt;

use module_api::db::DatabaseKind;

use super::{Column, ColumnKind, ForeignKey, Numbering, Table};

/// A difference between the database and the schema of a migration.
///
/// ```
/// use migrate::{Difference, Mismatch};
///
/// let (table, column) = ("guests_entry".to_owned(), Some("author".to_owned()));
/// let difference = Difference { table, column, mismatch: Mismatch::Key };
/// assert!(difference.to_string().starts_with("guests_entry.author: the primary key"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: String,
    /// The column; `None` for the whole table.
    pub column: Option<String>,
    /// The kind of the difference.
    pub mismatch: Mismatch,
}

/// The kind of a difference.
///
/// See [`Difference`] for an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// The table does not exist.
    NoTable,
    /// The column does not exist. The migration creates it with this type.
    NoColumn(String),
    /// The column is of another type.
    Type {
        /// The type in the migration.
        made: String,
        /// The type in the database.
        there: String,
    },
    /// The migration does not create the column, which is required and has no default.
    Required,
    /// The column is `NOT NULL`, and nullable in the migration.
    NotNull,
    /// This many rows have `NULL` in the column, which is `NOT NULL` in the migration.
    HoldsNull(i64),
    /// The column differs in whether it is the primary key.
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

/// Returns `true` if two names denote the same table or column. SQLite ignores case.
pub(crate) fn is_same_name(a: &str, b: &str, on: DatabaseKind) -> bool {
    match on {
        DatabaseKind::Sqlite => a.eq_ignore_ascii_case(b),
        DatabaseKind::Postgres => a == b,
    }
}

/// Returns the differences that prevent an existing table from replacing the one that a migration
/// creates on SQLite.
///
/// The order of columns, lengths of texts and additional columns are ignored. So are missing
/// indexes, unique constraints, checks and foreign keys: Django has created and named them in many
/// ways over the years, people add and drop them by hand, they do not affect how rows are read or
/// written, and values are validated before they are written. A missing default is ignored as well:
/// Django drops those of new columns, and an insert sets every column that its migration knows.
pub(crate) fn compare(made: &Table, there: &Table, on: DatabaseKind) -> Vec<Difference> {
    let mut differences = compare_columns(made, there, on);
    let unknown = there.columns.iter().filter(|column| find(made, &column.name, on).is_none());
    let required = unknown.filter(|column| {
        !column.null
            && column.default.is_none()
            && column.numbering == Numbering::No
            && !column.computed
    });
    differences.extend(required.map(|column| difference(there, column, Mismatch::Required)));
    differences
}

/// Returns the differences of the migration's columns alone.
pub(crate) fn compare_columns(made: &Table, there: &Table, on: DatabaseKind) -> Vec<Difference> {
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
        } else if column.numbering == Numbering::Yes
            && found.numbering == Numbering::No
            && found.default.is_none()
        {
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

/// The columns that are `NOT NULL` in `made`, and nullable in `there`.
pub(crate) fn newly_nullable<'a>(
    made: &Table,
    there: &'a Table,
    on: DatabaseKind,
) -> Vec<&'a Column> {
    let found = made.columns.iter().filter(|column| !column.null);
    found.filter_map(|column| find(there, &column.name, on)).filter(|column| column.null).collect()
}

fn difference(table: &Table, column: &Column, mismatch: Mismatch) -> Difference {
    Difference { table: table.name.clone(), column: Some(column.name.clone()), mismatch }
}

fn find<'a>(table: &'a Table, name: &str, on: DatabaseKind) -> Option<&'a Column> {
    table.columns.iter().find(|column| is_same_name(&column.name, name, on))
}

/// The foreign key of this single column.
fn reference<'a>(table: &'a Table, column: &Column) -> Option<&'a ForeignKey> {
    table.foreign_keys.iter().find(|key| key.columns == [column.name.as_str()])
}

/// The type that a migration declares, as the name in the other database.
fn type_name(made: &Column, on: DatabaseKind) -> String {
    match on {
        DatabaseKind::Sqlite => made.declared.clone(),
        DatabaseKind::Postgres => made.kind.postgres_name(made.max_length),
    }
}

/// Returns `true` if an existing column can store and return all values of the one that a migration
/// creates.
fn fits(made: &Column, there: &Column, on: DatabaseKind) -> bool {
    use ColumnKind::{BigInteger, Duration, Integer, Ip, Other, SmallInteger, Text, Uuid};
    match (&made.kind, &there.kind, on) {
        // Django's keys have 32 or 64 bits depending on its version; on SQLite all whole numbers
        // have 64. SQLite has no type for durations either: Django stores their microseconds. An
        // unknown type in the migration's SQL for SQLite has no meaning elsewhere.
        (Integer | BigInteger, Integer | BigInteger, _)
        | (SmallInteger, SmallInteger | Integer | BigInteger, _)
        | (Integer | BigInteger, SmallInteger, DatabaseKind::Sqlite)
        | (Duration, BigInteger, DatabaseKind::Sqlite)
        | (Other(_), _, DatabaseKind::Postgres) => true,
        // Types that SQLite does not have, Django stores as text of this length.
        (Text, Uuid, DatabaseKind::Postgres) => made.max_length == Some(32),
        (Text, Ip, DatabaseKind::Postgres) => made.max_length == Some(39),
        (made, there, _) => made == there,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, declared: &str) -> Column {
        let (kind, max_length) = ColumnKind::of_sqlite(declared);
        typed(name, declared, kind, max_length)
    }

    fn on_postgres(name: &str, declared: &str) -> Column {
        let (kind, max_length) = ColumnKind::of_postgres(declared);
        typed(name, declared, kind, max_length)
    }

    fn typed(name: &str, declared: &str, kind: ColumnKind, max_length: Option<u32>) -> Column {
        Column {
            name: name.to_owned(),
            declared: declared.to_owned(),
            kind,
            max_length,
            null: false,
            primary_key: false,
            numbering: Numbering::No,
            positive: false,
            computed: false,
            default: None,
            collation: None,
        }
    }

    fn table(columns: &[Column]) -> Table {
        Table { columns: columns.to_vec(), ..Table::named("t") }
    }

    fn mismatches(made: &[Column], there: &[Column], on: DatabaseKind) -> Vec<Mismatch> {
        let differences = compare(&table(made), &table(there), on);
        differences.into_iter().map(|difference| difference.mismatch).collect()
    }

    fn on_sqlite(made: Column, there: Column) -> Vec<Mismatch> {
        mismatches(&[made], &[there], DatabaseKind::Sqlite)
    }

    #[test]
    fn lengths_and_widths_and_order_do_not_matter() {
        let made = [column("id", "integer"), column("name", "varchar(150)")];
        let there = [column("name", "varchar(30)"), column("id", "bigint")];
        assert_eq!(mismatches(&made, &there, DatabaseKind::Sqlite), []);
        let there = [on_postgres("name", "character varying(30)"), on_postgres("id", "bigint")];
        assert_eq!(mismatches(&made, &there, DatabaseKind::Postgres), []);
    }

    #[test]
    fn kinds_of_columns_fit_or_do_not() {
        for (made, there, good) in [
            ("integer", "integer", true),
            ("integer unsigned", "integer", true),
            ("bigint", "integer", true),
            ("smallint", "bigint", true),
            ("integer", "smallint", false),
            ("integer", "boolean", false),
            ("bool", "boolean", true),
            ("bool", "integer", false),
            ("varchar(9)", "text", true),
            ("varchar(9)", "citext", true),
            ("varchar(9)", "integer", false),
            ("datetime", "timestamp with time zone", true),
            ("datetime", "timestamp without time zone", false),
            ("datetime", "date", false),
            ("char(32)", "uuid", true),
            ("varchar(64)", "uuid", false),
            ("decimal", "numeric(10,2)", true),
            ("text", "text[]", false),
            ("inet", "inet", true),
            ("char(39)", "inet", true),
            ("varchar(64)", "inet", false),
            ("interval", "interval", true),
            ("interval", "bigint", false),
            ("bigint", "interval", false),
            ("decimal(8, 2)", "numeric(10,2)", true),
        ] {
            let found = mismatches(
                &[column("c", made)],
                &[on_postgres("c", there)],
                DatabaseKind::Postgres,
            );
            assert_eq!(found.is_empty(), good, "{made} on {there}: {found:?}");
        }
        assert_eq!(on_sqlite(column("c", "integer"), column("c", "smallint")), []);
        assert_eq!(on_sqlite(column("c", "point"), column("c", "Point")), []);
        let found = on_sqlite(column("c", "varchar(9)"), column("c", "integer"));
        let (made, there) = ("varchar(9)".to_owned(), "integer".to_owned());
        assert_eq!(found, [Mismatch::Type { made, there }]);
    }

    #[test]
    fn a_time_without_a_zone_is_explained() {
        let there = on_postgres("at", "timestamp without time zone");
        let found =
            compare(&table(&[column("at", "datetime")]), &table(&[there]), DatabaseKind::Postgres);
        let text = found[0].to_string();
        assert!(
            text.starts_with("t.at: the migration makes it timestamp with time zone"),
            "{text}"
        );
        assert!(text.contains("AT TIME ZONE"), "{text}");
    }

    #[test]
    fn a_column_that_is_missing_is_told_with_its_type() {
        let found = mismatches(&[column("c", "varchar(9)")], &[], DatabaseKind::Sqlite);
        assert_eq!(found, [Mismatch::NoColumn("varchar(9)".to_owned())]);
        let found = mismatches(&[column("c", "varchar(9)")], &[], DatabaseKind::Postgres);
        assert_eq!(found, [Mismatch::NoColumn("character varying(9)".to_owned())]);
    }

    #[test]
    fn a_further_column_must_do_without_a_value() {
        let plain = column("more", "text");
        let further = |column| mismatches(&[], &[column], DatabaseKind::Sqlite);
        assert_eq!(further(plain.clone()), [Mismatch::Required]);
        assert_eq!(further(Column { null: true, ..plain.clone() }), []);
        assert_eq!(further(Column { default: Some("''".to_owned()), ..plain.clone() }), []);
        assert_eq!(further(Column { computed: true, ..plain.clone() }), []);
        assert_eq!(further(Column { numbering: Numbering::Yes, ..plain.clone() }), []);
        let columns = compare_columns(&table(&[]), &table(&[plain]), DatabaseKind::Sqlite);
        assert_eq!(columns, []);
    }

    #[test]
    fn what_could_not_be_written_does_not_fit() {
        let id = Column { primary_key: true, numbering: Numbering::Yes, ..column("id", "integer") };
        let by_hand = Column { numbering: Numbering::No, ..id.clone() };
        assert_eq!(on_sqlite(id.clone(), by_hand.clone()), [Mismatch::NotNumbered]);
        assert_eq!(on_sqlite(by_hand.clone(), id.clone()), []);
        // The key of a SQLite table may be numbers that its rows are given.
        let possible = Column { numbering: Numbering::Possible, ..id.clone() };
        assert_eq!(on_sqlite(possible.clone(), by_hand), []);
        assert_eq!(on_sqlite(id.clone(), possible), []);
        let no_key = Column { primary_key: false, numbering: Numbering::No, ..id.clone() };
        assert_eq!(on_sqlite(id, no_key), [Mismatch::Key]);
        let (plain, null) = (column("c", "text"), Column { null: true, ..column("c", "text") });
        assert_eq!(on_sqlite(null.clone(), plain.clone()), [Mismatch::NotNull]);
        let computed = Column { computed: true, ..plain.clone() };
        assert_eq!(on_sqlite(plain.clone(), computed), [Mismatch::Computed]);
        // Whether it holds NULL is for its rows to say.
        assert_eq!(on_sqlite(plain.clone(), null.clone()), []);
        let there = table(std::slice::from_ref(&null));
        assert_eq!(newly_nullable(&table(&[plain]), &there, DatabaseKind::Sqlite), [&null]);
        assert!(newly_nullable(&there, &there, DatabaseKind::Sqlite).is_empty());
    }

    #[test]
    fn a_reference_has_to_lead_to_the_same_table() {
        let refers_to = |to: &str| Table {
            foreign_keys: vec![ForeignKey {
                columns: vec!["user_id".to_owned()],
                to_table: to.to_owned(),
                to_columns: vec!["id".to_owned()],
                on_delete: "NO ACTION".to_owned(),
                deferred: true,
            }],
            ..table(&[column("user_id", "integer")])
        };
        let made = refers_to("auth_user");
        assert_eq!(compare(&made, &refers_to("AUTH_USER"), DatabaseKind::Sqlite), []);
        assert_eq!(
            compare(&made, &table(&made.columns), DatabaseKind::Sqlite),
            [],
            "it may be missing"
        );
        let found = compare(&made, &refers_to("members"), DatabaseKind::Sqlite);
        let (made, there) = ("auth_user".to_owned(), "members".to_owned());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].mismatch, Mismatch::RefersTo { made, there });
    }

    #[test]
    fn capitals_are_told_from_small_letters_on_postgresql_alone() {
        let (made, there) = ([column("Id", "integer")], [column("id", "integer")]);
        assert_eq!(mismatches(&made, &there, DatabaseKind::Sqlite), []);
        assert_eq!(mismatches(&made, &there, DatabaseKind::Postgres).len(), 2);
    }
}
