//! Dumps of whole databases, for comparisons.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::{Database, DatabaseKind};

/// A row: its values by column.
pub type Row = Map<String, Value>;

/// Tables to which the site that takes the database over may add rows.
const MAY_GROW: &[&str] = &["auth_permission", "django_content_type"];

/// The whole content of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    /// The tables by name.
    pub tables: BTreeMap<String, Table>,
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns, indexes, constraints and triggers except ours, in the database's own words.
    pub schema: Vec<String>,
    /// The rows, in an order that depends only on themselves.
    pub rows: Vec<Row>,
    /// The value of the sequence, if there is one.
    pub sequence: Option<String>,
}

impl Dump {
    /// Reads a database through a connection of its own.
    pub async fn of(database: &Database) -> Self {
        let mut tables = match database.kind {
            DatabaseKind::Sqlite => {
                let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
                let tables = sqlite_tables(&mut connection).await;
                connection.close().await.unwrap();
                tables
            }
            DatabaseKind::Postgres => {
                let mut connection = PgConnection::connect(&database.url).await.unwrap();
                let tables = postgres_tables(&mut connection).await;
                connection.close().await.unwrap();
                tables
            }
        };
        for table in tables.values_mut() {
            table.rows.sort_by_cached_key(|row| Value::Object(row.clone()).to_string());
        }
        Self { tables }
    }

    /// The table with that name, which must exist.
    pub fn table(&self, name: &str) -> &Table {
        self.tables.get(name).unwrap_or_else(|| panic!("no table {name} in {:?}", self.names()))
    }

    /// The names of the tables.
    pub fn names(&self) -> BTreeSet<&str> {
        self.tables.keys().map(String::as_str).collect()
    }

    /// Asserts that a later dump contains all of this unchanged, except that tables of permissions
    /// may have more rows, and returns its additional tables.
    #[track_caller]
    pub fn assert_kept_in<'a>(&self, later: &'a Self) -> BTreeSet<&'a str> {
        for (name, before) in &self.tables {
            let after = later.table(name);
            assert_eq!(before.schema, after.schema, "the table {name}");
            if MAY_GROW.contains(&name.as_str()) {
                let gone = before.rows.iter().find(|row| !after.rows.contains(row));
                assert_eq!(gone, None, "a row of {name}");
            } else {
                assert_eq!(before.rows, after.rows, "the rows of {name}");
                assert_eq!(before.sequence, after.sequence, "the sequence of {name}");
            }
        }
        later.names().into_iter().filter(|name| !self.tables.contains_key(*name)).collect()
    }
}

/// Leaves out the tables of the search index, which are beside all others.
async fn sqlite_tables(connection: &mut SqliteConnection) -> BTreeMap<String, Table> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let objects: Vec<(String, String)> = sqlx::query_as(
        "SELECT tbl_name, type || ' ' || name || ': ' || COALESCE(sql, '') FROM sqlite_master \
         WHERE tbl_name <> 'sqlite_sequence' \
         AND NOT (type = 'trigger' AND name LIKE 'accounts/_%' ESCAPE '/') \
         AND name NOT LIKE 'admin/_search/_%' ESCAPE '/' \
         AND tbl_name NOT LIKE 'admin/_search/_%' ESCAPE '/' \
         ORDER BY tbl_name, type DESC, name",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    for (table, object) in objects {
        tables.entry(table).or_default().schema.push(object);
    }
    for (name, table) in &mut tables {
        let columns: Vec<String> =
            sqlx::query_scalar("SELECT name FROM pragma_table_info($1) ORDER BY cid")
                .bind(name)
                .fetch_all(&mut *connection)
                .await
                .unwrap();
        let pairs: Vec<String> =
            columns.iter().map(|column| format!("'{column}', \"{column}\"")).collect();
        let rows = format!("SELECT json_object({}) FROM \"{name}\"", pairs.join(", "));
        let rows: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(&mut *connection).await.unwrap();
        table.rows = rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
        table.sequence =
            sqlx::query_scalar("SELECT CAST(seq AS text) FROM sqlite_sequence WHERE name = $1")
                .bind(name)
                .fetch_optional(&mut *connection)
                .await
                .unwrap();
    }
    tables
}

async fn postgres_tables(connection: &mut PgConnection) -> BTreeMap<String, Table> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let parts: Vec<(String, String)> = sqlx::query_as(
        "WITH tables AS (
             SELECT oid, relname::text AS name FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
                 AND relname NOT LIKE 'admin\\_search\\_%'
         ), parts AS (
             SELECT tables.name, 0 AS kind, attnum::text AS place,
                 format('%s %s%s%s %s', attname, format_type(atttypid, atttypmod),
                     CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END,
                     CASE WHEN attidentity = '' THEN '' ELSE ' IDENTITY ' || attidentity::text END,
                     pg_get_expr(adbin, adrelid)) AS part
             FROM tables JOIN pg_attribute ON attrelid = tables.oid
             LEFT JOIN pg_attrdef ON adrelid = tables.oid AND adnum = attnum
             WHERE attnum > 0 AND NOT attisdropped
         UNION ALL
             SELECT tables.name, 1, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
             FROM tables JOIN pg_index ON indrelid = tables.oid
         UNION ALL
             SELECT tables.name, 2, conname::text, conname || ': ' || pg_get_constraintdef(c.oid)
             FROM tables JOIN pg_constraint AS c ON conrelid = tables.oid
         UNION ALL
             SELECT tables.name, 3, tgname::text, pg_get_triggerdef(t.oid)
             FROM tables JOIN pg_trigger AS t ON tgrelid = tables.oid AND NOT tgisinternal
             AND tgname NOT LIKE 'accounts/_%' ESCAPE '/'
             AND tgname NOT LIKE 'admin/_search/_%' ESCAPE '/'
         )
         SELECT name, part FROM parts ORDER BY name, kind, lpad(place, 64), part",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    for (table, part) in parts {
        tables.entry(table).or_default().schema.push(part);
    }
    for (name, table) in &mut tables {
        let rows = format!("SELECT CAST(row_to_json(t) AS text) FROM \"{name}\" AS t");
        let rows: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(rows)).fetch_all(&mut *connection).await.unwrap();
        table.rows = rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
        // The sequence of a `serial` or of an identity.
        let sequence: Option<(String, String)> = sqlx::query_as(
            "SELECT objid::regclass::text, format_type(seqtypid, NULL) FROM pg_depend \
             JOIN pg_sequence ON seqrelid = objid \
             WHERE classid = 'pg_class'::regclass AND refobjid = $1::regclass",
        )
        .bind(format!("\"{name}\""))
        .fetch_optional(&mut *connection)
        .await
        .unwrap();
        if let Some((sequence, kind)) = sequence {
            let state = format!("SELECT last_value, is_called FROM {sequence}");
            let (last, called): (i64, bool) =
                sqlx::query_as(AssertSqlSafe(state)).fetch_one(&mut *connection).await.unwrap();
            table.sequence = Some(format!("{sequence} {kind}: {last}, {called}"));
        }
    }
    tables
}
