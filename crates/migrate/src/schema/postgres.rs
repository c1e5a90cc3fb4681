//! The tables of a PostgreSQL database in the search path, from its catalog.

use std::collections::BTreeMap;

use module_api::db::{DbError, Executor, FromRow, Row, query};

use super::sql::{Meaning, meaning};
use super::{Check, Column, ColumnKind, ForeignKey, Index, Numbering, Schema, SpecialIndex, Table};

macro_rules! for_each_table {
    ($columns:expr, $joins:literal, $order:literal) => {
        concat!(
            "SELECT CAST(listed.relname AS text) AS table_name, ",
            $columns,
            " FROM pg_catalog.pg_class listed \
             JOIN pg_catalog.pg_namespace place ON place.oid = listed.relnamespace ",
            $joins,
            // Of two tables of one name in the search path only the first is visible.
            " WHERE listed.relkind IN ('r', 'p') \
             AND place.nspname = ANY (current_schemas(false)) \
             AND pg_catalog.pg_table_is_visible(listed.oid) \
             AND ($1::text IS NULL OR listed.relname = ANY \
                 (ARRAY(SELECT json_array_elements_text($1::json)))) \
             ORDER BY listed.relname, ",
            $order
        )
    };
}

/// The names of a table's columns, in the order of an array of their numbers.
macro_rules! names {
    ($numbers:literal, $table:literal) => {
        concat!(
            "(SELECT CAST(json_agg(named.attname ORDER BY part.place) AS text) \
             FROM unnest(",
            $numbers,
            ") WITH ORDINALITY part (number, place) JOIN pg_catalog.pg_attribute named \
             ON named.attrelid = ",
            $table,
            " AND named.attnum = part.number)"
        )
    };
}

const TABLES: &str = for_each_table!("listed.relkind", "", "1");

const COLUMNS: &str = for_each_table!(
    "CAST(it.attname AS text) AS name, \
     pg_catalog.format_type(it.atttypid, it.atttypmod) AS declared, \
     it.attnotnull AS not_null, it.attidentity <> '' AS is_identity, \
     it.attgenerated <> '' AS is_computed, \
     pg_catalog.pg_get_expr(given.adbin, given.adrelid) AS default_value",
    "JOIN pg_catalog.pg_attribute it \
     ON it.attrelid = listed.oid AND it.attnum > 0 AND NOT it.attisdropped \
     LEFT JOIN pg_catalog.pg_attrdef given \
     ON given.adrelid = it.attrelid AND given.adnum = it.attnum",
    "it.attnum"
);

const CONSTRAINTS: &str = for_each_table!(
    concat!(
        "CAST(it.conname AS text) AS name, CAST(it.contype AS text) AS kind, it.condeferred, \
         CAST(it.confdeltype AS text) AS on_delete, CAST(target.relname AS text) AS to_table, \
         pg_catalog.pg_get_expr(it.conbin, it.conrelid) AS expression, ",
        names!("it.conkey", "it.conrelid"),
        " AS columns, ",
        names!("it.confkey", "it.confrelid"),
        " AS to_columns"
    ),
    "JOIN pg_catalog.pg_constraint it ON it.conrelid = listed.oid AND it.contype IN ('p', 'f', 'c') \
     LEFT JOIN pg_catalog.pg_class target ON target.oid = it.confrelid",
    "it.conname"
);

const INDEXES: &str = for_each_table!(
    concat!(
        "CAST(named_index.relname AS text) AS name, it.indisunique AS is_unique, \
         EXISTS (SELECT 1 FROM pg_catalog.pg_constraint owner \
                 WHERE owner.conindid = it.indexrelid AND owner.contype = 'u') AS is_constraint, \
         it.indpred IS NOT NULL OR it.indexprs IS NOT NULL OR it.indnkeyatts <> it.indnatts \
         OR method.amname <> 'btree' \
         OR EXISTS (SELECT 1 FROM unnest(it.indoption) chosen WHERE chosen <> 0) \
         OR EXISTS (SELECT 1 FROM unnest(it.indclass) chosen \
                    JOIN pg_catalog.pg_opclass class ON class.oid = chosen \
                    WHERE NOT class.opcdefault) AS is_special, \
         pg_catalog.pg_get_indexdef(it.indexrelid) AS definition, ",
        names!("it.indkey", "it.indrelid"),
        " AS columns"
    ),
    "JOIN pg_catalog.pg_index it ON it.indrelid = listed.oid AND NOT it.indisprimary \
     JOIN pg_catalog.pg_class named_index ON named_index.oid = it.indexrelid \
     JOIN pg_catalog.pg_am method ON method.oid = named_index.relam",
    "named_index.relname"
);

struct ColumnRow {
    table: String,
    column: Column,
}

struct ConstraintRow {
    table: String,
    name: String,
    /// `p` primary key, `f` foreign key, `c` check.
    kind: String,
    deferred: bool,
    on_delete: String,
    to_table: Option<String>,
    expression: Option<String>,
    columns: Vec<String>,
    to_columns: Vec<String>,
}

struct IndexRow {
    table: String,
    special: bool,
    definition: String,
    index: Index,
}

/// The names in a JSON array; `NULL` becomes an empty list.
fn names_in(row: &Row<'_>, column: &str) -> Result<Vec<String>, DbError> {
    let Some(json) = row.get::<Option<String>>(column)? else { return Ok(Vec::new()) };
    serde_json::from_str(&json).map_err(|error| DbError::Column {
        column: column.to_owned(),
        source: sqlx::Error::Decode(Box::new(error)),
    })
}

impl FromRow for ColumnRow {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let declared: String = row.get("declared")?;
        let (kind, max_length) = ColumnKind::of_postgres(&declared);
        let default: Option<String> = row.get("default_value")?;
        let computed = row.get("is_computed")?;
        // A serial's default is the next number of its sequence.
        let is_serial = default.as_ref().is_some_and(|default| default.starts_with("nextval("));
        let numbered = row.get("is_identity")? || is_serial;
        let column = Column {
            name: row.get("name")?,
            declared,
            kind,
            max_length,
            null: !row.get::<bool>("not_null")?,
            primary_key: false,
            numbering: if numbered { Numbering::Yes } else { Numbering::No },
            positive: false,
            computed,
            default: default.filter(|_| !numbered && !computed),
            collation: None,
        };
        Ok(Self { table: row.get("table_name")?, column })
    }
}

impl FromRow for ConstraintRow {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            table: row.get("table_name")?,
            name: row.get("name")?,
            kind: row.get("kind")?,
            deferred: row.get("condeferred")?,
            on_delete: row.get("on_delete")?,
            to_table: row.get("to_table")?,
            expression: row.get("expression")?,
            columns: names_in(row, "columns")?,
            to_columns: names_in(row, "to_columns")?,
        })
    }
}

impl FromRow for IndexRow {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let index = Index {
            name: row.get("name")?,
            columns: names_in(row, "columns")?,
            unique: row.get("is_unique")?,
            constraint: row.get("is_constraint")?,
        };
        Ok(Self {
            table: row.get("table_name")?,
            special: row.get("is_special")?,
            definition: row.get("definition")?,
            index,
        })
    }
}

/// Reads the tables of these names, a JSON array, or all.
pub(super) async fn read(mut on: Executor<'_>, names: Option<String>) -> Result<Schema, DbError> {
    let tables: Vec<(String,)> = query(TABLES).bind(names.clone()).fetch_all(on.reborrow()).await?;
    let columns: Vec<ColumnRow> =
        query(COLUMNS).bind(names.clone()).fetch_all(on.reborrow()).await?;
    let constraints: Vec<ConstraintRow> =
        query(CONSTRAINTS).bind(names.clone()).fetch_all(on.reborrow()).await?;
    let indexes: Vec<IndexRow> = query(INDEXES).bind(names).fetch_all(on).await?;

    let mut tables: BTreeMap<String, Table> =
        tables.into_iter().map(|(name,)| (name.clone(), Table::named(&name))).collect();
    // A table that was created between two of the queries is left out.
    for row in columns {
        if let Some(table) = tables.get_mut(&row.table) {
            table.columns.push(row.column);
        }
    }
    for row in constraints {
        if let Some(table) = tables.get_mut(&row.table) {
            add_constraint(table, row);
        }
    }
    for row in indexes {
        let Some(table) = tables.get_mut(&row.table) else { continue };
        if row.special {
            let (name, definition) = (row.index.name, row.definition);
            table.special_indexes.push(SpecialIndex { name, definition });
        } else {
            table.indexes.push(row.index);
        }
    }
    tables.values_mut().for_each(Table::sort);
    Ok(Schema { tables })
}

fn add_constraint(table: &mut Table, row: ConstraintRow) {
    match &*row.kind {
        "p" => {
            for column in &mut table.columns {
                column.primary_key = row.columns.contains(&column.name);
            }
            table.primary_key = row.columns;
        }
        "f" => table.foreign_keys.push(ForeignKey {
            columns: row.columns,
            to_table: row.to_table.unwrap_or_default(),
            to_columns: row.to_columns,
            on_delete: on_delete(&row.on_delete).to_owned(),
            deferred: row.deferred,
        }),
        _ => {
            let expression = row.expression.unwrap_or_default();
            let column = match meaning(&expression) {
                Some(Meaning::Positive(name)) => {
                    table.columns.iter_mut().find(|column| column.name.to_lowercase() == name)
                }
                _ => None,
            };
            match column {
                Some(column) => column.positive = true,
                None => table.checks.push(Check { expression, name: Some(row.name) }),
            }
        }
    }
}

/// The action for a letter of `pg_constraint.confdeltype`.
fn on_delete(letter: &str) -> &'static str {
    match letter {
        "r" => "RESTRICT",
        "c" => "CASCADE",
        "n" => "SET NULL",
        "d" => "SET DEFAULT",
        _ => "NO ACTION",
    }
}
