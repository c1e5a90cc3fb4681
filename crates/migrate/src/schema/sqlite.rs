//! The tables of a SQLite database, from its pragmas and the statements that created them.

use module_api::db::{DbError, FromRow, query};
use sqlx::SqliteConnection;

use super::sql::{CreateTable, Meaning, create_table, meaning};
use super::{Column, ColumnKind, ForeignKey, Index, Numbering, Schema, SpecialIndex, Table};

/// The tables of the database itself are `sqlite_…`; the first parameter is the JSON of the names
/// of tables, or `NULL` for all.
const TABLES: &str = "SELECT name, sql FROM main.sqlite_master \
     WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
     AND ($1 IS NULL OR name IN (SELECT value FROM json_each($1)))";

macro_rules! for_each_table {
    ($columns:literal, $pragma:literal, $order:literal) => {
        concat!(
            "SELECT listed.name AS table_name, ",
            $columns,
            " FROM main.sqlite_master listed JOIN ",
            $pragma,
            " WHERE listed.type = 'table' AND listed.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             AND ($1 IS NULL OR listed.name IN (SELECT value FROM json_each($1))) \
             ORDER BY listed.name, ",
            $order
        )
    };
}

// `hidden` is 1 for a hidden column of a virtual table, 2 and 3 for a computed one.
const COLUMNS: &str = for_each_table!(
    "it.name, it.type AS declared, it.\"notnull\" AS not_null, it.dflt_value AS default_value, \
     it.pk, it.hidden",
    "pragma_table_xinfo(listed.name, 'main') it",
    "it.cid"
);

const INDEXES: &str = for_each_table!(
    "it.name, it.\"unique\" AS is_unique, it.origin, it.partial, part.name AS column_name, \
     part.desc AS is_descending, part.coll AS collation, made.sql",
    "pragma_index_list(listed.name, 'main') it \
     JOIN pragma_index_xinfo(it.name, 'main') part ON part.key = 1 \
     LEFT JOIN main.sqlite_master made ON made.type = 'index' AND made.name = it.name",
    "it.name, part.seqno"
);

const FOREIGN_KEYS: &str = for_each_table!(
    "it.id, it.\"table\" AS to_table, it.\"from\" AS column_name, it.\"to\" AS to_column, \
     it.on_delete",
    "pragma_foreign_key_list(listed.name, 'main') it",
    "it.id, it.seq"
);
#[derive(FromRow)]
struct TableRow {
    name: String,
    sql: Option<String>,
}
#[derive(FromRow)]
struct ColumnRow {
    #[row(column = "table_name")]
    table: String,
    name: String,
    declared: String,
    #[row(with = is_set)]
    not_null: bool,
    #[row(column = "default_value")]
    default: Option<String>,
    /// The place in the primary key, from 1; 0 if the column is not part of it.
    #[row(column = "pk")]
    key: i64,
    hidden: i64,
}
#[derive(FromRow)]
struct IndexRow {
    #[row(column = "table_name")]
    table: String,
    name: String,
    #[row(column = "is_unique", with = is_set)]
    unique: bool,
    /// `c` for `CREATE INDEX`, `u` for a `UNIQUE` constraint, `pk` for the primary key.
    origin: String,
    #[row(with = is_set)]
    partial: bool,
    /// `None` for an expression or the row id.
    #[row(column = "column_name")]
    column: Option<String>,
    #[row(column = "is_descending", with = is_set)]
    descending: bool,
    collation: String,
    sql: Option<String>,
}
#[derive(FromRow)]
struct ForeignKeyRow {
    #[row(column = "table_name")]
    table: String,
    id: i64,
    to_table: String,
    #[row(column = "column_name")]
    column: String,
    /// `None` for the primary key of the referenced table.
    to_column: Option<String>,
    on_delete: String,
}

/// SQLite has no boolean type.
fn is_set(number: i64) -> bool {
    number != 0
}

/// Reads the tables of these names, a JSON array, or all.
pub(super) async fn read(
    connection: &mut SqliteConnection,
    names: Option<String>,
) -> Result<Schema, DbError> {
    let tables: Vec<TableRow> =
        query(TABLES).bind(names.clone()).fetch_all(&mut *connection).await?;
    let columns: Vec<ColumnRow> =
        query(COLUMNS).bind(names.clone()).fetch_all(&mut *connection).await?;
    let indexes: Vec<IndexRow> =
        query(INDEXES).bind(names.clone()).fetch_all(&mut *connection).await?;
    let keys: Vec<ForeignKeyRow> = query(FOREIGN_KEYS).bind(names).fetch_all(connection).await?;

    let mut schema = Schema::default();
    for TableRow { name, sql } in tables {
        let made = create_table(&sql.unwrap_or_default());
        let mut table = Table::named(&name);
        read_columns(&mut table, columns.iter().filter(|row| row.table == name), &made);
        read_indexes(&mut table, indexes.iter().filter(|row| row.table == name), &made);
        read_foreign_keys(&mut table, keys.iter().filter(|row| row.table == name), &made);
        table.sort();
        schema.tables.insert(name, table);
    }
    name_primary_keys(&mut schema);
    Ok(schema)
}

fn read_columns<'a>(
    table: &mut Table,
    rows: impl Iterator<Item = &'a ColumnRow>,
    made: &CreateTable,
) {
    let rows: Vec<&ColumnRow> = rows.filter(|row| row.hidden != 1).collect();
    let mut key: Vec<(i64, String)> =
        rows.iter().filter(|row| row.key > 0).map(|row| (row.key, row.name.clone())).collect();
    key.sort();
    table.primary_key = key.into_iter().map(|(_, name)| name).collect();
    for row in rows {
        let (kind, max_length) = ColumnKind::of_sqlite(&row.declared);
        // A key of exactly this type is the row id.
        let is_number = row.key > 0
            && table.primary_key.len() == 1
            && row.declared.eq_ignore_ascii_case("integer")
            && !made.without_rowid;
        table.columns.push(Column {
            name: row.name.clone(),
            // SQLite stores a few types in upper case, regardless of how they were written.
            declared: row.declared.to_ascii_lowercase(),
            kind,
            max_length,
            null: !row.not_null && !is_number,
            primary_key: row.key > 0,
            numbering: match (is_number, made.autoincrement) {
                (false, _) => Numbering::No,
                (true, false) => Numbering::Possible,
                (true, true) => Numbering::Yes,
            },
            positive: false,
            computed: row.hidden != 0,
            default: row.default.clone(),
            collation: {
                let name = row.name.to_lowercase();
                let given = made.collations.iter().find(|(column, _)| *column == name);
                given.map(|(_, collation)| collation.clone())
            },
        });
    }
    for check in &made.checks {
        let meant = meaning(&check.expression);
        let Some(Meaning::Positive(name) | Meaning::Json(name)) = &meant else {
            table.checks.push(check.clone());
            continue;
        };
        match table.columns.iter_mut().find(|column| column.name.to_lowercase() == *name) {
            Some(column) if matches!(meant, Some(Meaning::Positive(_))) => column.positive = true,
            Some(column) if column.kind == ColumnKind::Text => column.kind = ColumnKind::Json,
            _ => table.checks.push(check.clone()),
        }
    }
}

fn read_indexes<'a>(
    table: &mut Table,
    rows: impl Iterator<Item = &'a IndexRow>,
    made: &CreateTable,
) {
    let rows: Vec<&IndexRow> = rows.filter(|row| row.origin != "pk").collect();
    for parts in rows.chunk_by(|a, b| a.name == b.name) {
        let [first, ..] = parts else { continue };
        let plain = |part: &&IndexRow| {
            let of_column = part.column.as_ref().map(|column| {
                let column = column.to_lowercase();
                let given = made.collations.iter().find(|(name, _)| *name == column);
                given.map_or("binary", |(_, collation)| collation)
            });
            let own = of_column.is_some_and(|name| name.eq_ignore_ascii_case(&part.collation));
            own && !part.descending
        };
        if first.partial || !parts.iter().all(plain) {
            let definition = first.sql.clone().unwrap_or_default();
            table.special_indexes.push(SpecialIndex { name: first.name.clone(), definition });
            continue;
        }
        table.indexes.push(Index {
            name: first.name.clone(),
            columns: parts.iter().filter_map(|part| part.column.clone()).collect(),
            unique: first.unique,
            constraint: first.origin == "u",
        });
    }
}

fn read_foreign_keys<'a>(
    table: &mut Table,
    rows: impl Iterator<Item = &'a ForeignKeyRow>,
    made: &CreateTable,
) {
    let rows: Vec<&ForeignKeyRow> = rows.collect();
    for parts in rows.chunk_by(|a, b| a.id == b.id) {
        let [first, ..] = parts else { continue };
        let columns: Vec<String> = parts.iter().map(|part| part.column.clone()).collect();
        let lower: Vec<String> = columns.iter().map(|column| column.to_lowercase()).collect();
        table.foreign_keys.push(ForeignKey {
            columns,
            to_table: first.to_table.clone(),
            to_columns: parts.iter().filter_map(|part| part.to_column.clone()).collect(),
            on_delete: first.on_delete.clone(),
            deferred: made.deferred.contains(&lower),
        });
    }
}

/// Resolves foreign keys without referenced columns to the primary key.
fn name_primary_keys(schema: &mut Schema) {
    let keys: Vec<(String, Vec<String>)> = schema
        .tables
        .values()
        .map(|table| (table.name.to_lowercase(), table.primary_key.clone()))
        .collect();
    let all = schema.tables.values_mut().flat_map(|table| &mut table.foreign_keys);
    for foreign_key in all.filter(|key| key.to_columns.is_empty()) {
        let to = foreign_key.to_table.to_lowercase();
        if let Some((_, key)) = keys.iter().find(|(name, _)| *name == to) {
            foreign_key.to_columns.clone_from(key);
        }
    }
}
