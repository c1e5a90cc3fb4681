//! The schema that migrations build, read from an in-memory SQLite database in which they are run.

use std::collections::{BTreeMap, BTreeSet};

use module_api::db::{DbError, FromRow, execute_script, query};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection};

use super::sql::create_table;
use super::{Schema, Table};

/// A migration that cannot be run on an empty database.
///
/// Part of [`MigrateError::Scratch`](crate::MigrateError::Scratch).
#[derive(Debug, thiserror::Error)]
#[error(
    "the SQL for SQLite of migration `{name}` of `{module}` cannot be run after those before it"
)]
pub struct ScratchError {
    /// The migration's module.
    pub module: String,
    /// The migration's name.
    pub name: String,
    /// The cause.
    #[source]
    pub source: DbError,
}

/// An empty in-memory database to run migrations in.
///
/// Only SQL is run in it. Rust code of a migration changes rows, and there are none here.
///
/// SQLite parses all tables again after each `ALTER TABLE`, so one database with the migrations of
/// a hundred modules takes longer than a hundred with those of one: 2 ms for each such statement. A
/// foreign key to a missing table is allowed.
pub(crate) struct Scratch {
    connection: SqliteConnection,
    /// The tables at the last [`mark`](Scratch::mark), and the statements that created them.
    seen: BTreeMap<String, String>,
    /// The indexes at the last mark.
    seen_indexes: BTreeMap<String, String>,
}

#[derive(FromRow)]
struct CreatedTable {
    name: String,
    sql: String,
}

/// The changes since a mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SchemaChanges {
    /// The new tables.
    pub(crate) tables: Vec<Table>,
    /// The tables with new columns, reduced to these.
    pub(crate) additions: Vec<Table>,
    /// The changed tables, with all their columns.
    pub(crate) altered: Vec<Table>,
    /// The names of the dropped tables.
    pub(crate) dropped: Vec<String>,
    /// The new indexes with statements of their own, and their tables.
    pub(crate) indexes: BTreeMap<String, String>,
}

impl SchemaChanges {
    /// Returns `true` if any change remains once these tables are dropped.
    pub(crate) fn leaves_any(&self, gone: &BTreeSet<String>) -> bool {
        let tables = self.tables.iter().chain(&self.additions).map(|table| &table.name);
        tables.chain(self.indexes.values()).any(|table| !gone.contains(table))
    }
}

impl Scratch {
    /// Opens an empty database.
    pub(crate) async fn new() -> Result<Self, DbError> {
        let options = SqliteConnectOptions::new()
            .in_memory(true)
            .foreign_keys(false)
            .journal_mode(SqliteJournalMode::Off);
        let connection = options.connect().await?;
        Ok(Self { connection, seen: BTreeMap::new(), seen_indexes: BTreeMap::new() })
    }

    /// Runs the SQL for SQLite of a migration.
    pub(crate) async fn run(
        &mut self,
        module: &str,
        name: &str,
        sql: &str,
    ) -> Result<(), ScratchError> {
        let run = execute_script(AssertSqlSafe(sql.to_owned()), &mut self.connection).await;
        run.map_err(|source| ScratchError {
            module: module.to_owned(),
            name: name.to_owned(),
            source,
        })
    }

    /// Reads the current tables.
    pub(crate) async fn schema(&mut self) -> Result<Schema, DbError> {
        Schema::read(&mut self.connection).await
    }

    /// The statements that create the triggers, by table.
    pub(crate) async fn triggers(&mut self) -> Result<BTreeMap<String, Vec<String>>, DbError> {
        let made: Vec<CreatedTable> =
            query("SELECT tbl_name AS name, sql FROM sqlite_master WHERE type = 'trigger'")
                .fetch_all(&mut self.connection)
                .await?;
        let mut triggers: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for CreatedTable { name, sql } in made {
            triggers.entry(name).or_default().push(sql);
        }
        Ok(triggers)
    }

    /// Marks the current tables.
    pub(crate) async fn mark(&mut self) -> Result<(), DbError> {
        self.seen = self.tables().await?;
        self.seen_indexes = self.indexes().await?;
        Ok(())
    }

    /// Returns the changes since the last mark.
    pub(crate) async fn made(&mut self) -> Result<SchemaChanges, DbError> {
        let now = self.tables().await?;
        let changed: Vec<&str> = now
            .iter()
            .filter(|(name, sql)| self.seen.get(*name) != Some(sql))
            .map(|(name, _)| name.as_str())
            .collect();
        let mut made = SchemaChanges { indexes: self.indexes().await?, ..SchemaChanges::default() };
        made.indexes.retain(|name, _| !self.seen_indexes.contains_key(name));
        made.dropped.extend(self.seen.keys().filter(|name| !now.contains_key(*name)).cloned());
        if changed.is_empty() {
            return Ok(made);
        }
        let schema = Schema::read_tables((&mut self.connection).into(), Some(&changed)).await?;
        for (name, mut table) in schema.tables {
            let Some(before) = self.seen.get(&name) else {
                made.tables.push(table);
                continue;
            };
            made.altered.push(table.clone());
            let before = create_table(before).columns;
            table.columns.retain(|column| !before.contains(&column.name.to_lowercase()));
            if !table.columns.is_empty() {
                made.additions.push(table);
            }
        }
        Ok(made)
    }

    async fn indexes(&mut self) -> Result<BTreeMap<String, String>, DbError> {
        let indexes: Vec<(String, String)> = query(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        )
        .fetch_all(&mut self.connection)
        .await?;
        Ok(indexes.into_iter().collect())
    }

    async fn tables(&mut self) -> Result<BTreeMap<String, String>, DbError> {
        let tables: Vec<CreatedTable> =
            query("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
                .fetch_all(&mut self.connection)
                .await?;
        Ok(tables.into_iter().map(|table| (table.name, table.sql)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(tables: &[Table]) -> Vec<(&str, Vec<&str>)> {
        tables
            .iter()
            .map(|table| {
                let columns = table.columns.iter().map(|column| column.name.as_str()).collect();
                (table.name.as_str(), columns)
            })
            .collect()
    }

    #[rocket::async_test]
    async fn what_a_migration_makes_is_told_from_what_was_there() {
        let mut scratch = Scratch::new().await.unwrap();
        let first = "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer);";
        scratch.run("one", "0001_initial", first).await.unwrap();
        scratch.mark().await.unwrap();
        assert_eq!(scratch.made().await.unwrap(), SchemaChanges::default());
        let second = "CREATE TABLE c (id integer, a_id integer REFERENCES missing (id)); \
                      ALTER TABLE a ADD COLUMN \"Name\" text; CREATE INDEX b_id ON b (id); \
                      INSERT INTO c SELECT id, 7 FROM a; INSERT INTO c VALUES (1, 2);";
        scratch.run("two", "0001_initial", second).await.unwrap();
        let made = scratch.made().await.unwrap();
        assert_eq!(names(&made.tables), [("c", vec!["id", "a_id"])]);
        assert_eq!(names(&made.additions), [("a", vec!["Name"])]);
        assert_eq!(names(&made.altered), [("a", vec!["id", "Name"])]);
        assert_eq!(made.indexes, BTreeMap::from([("b_id".to_owned(), "b".to_owned())]));
        scratch.mark().await.unwrap();
        let third = "DROP TABLE b; ALTER TABLE c RENAME TO d";
        scratch.run("two", "0002_fewer", third).await.unwrap();
        assert_eq!(scratch.made().await.unwrap().dropped, ["b", "c"]);
        scratch.run("two", "0003_back", "ALTER TABLE d RENAME TO c").await.unwrap();
        scratch.run("two", "0004_back", "CREATE TABLE b (id integer)").await.unwrap();
        let all: Vec<String> = scratch.schema().await.unwrap().tables.into_keys().collect();
        assert_eq!(all, ["a", "b", "c"]);
    }

    #[rocket::async_test]
    async fn a_migration_that_cannot_be_run_is_named() {
        let mut scratch = Scratch::new().await.unwrap();
        let failed = scratch.run("lettings", "0002_more", "CREATE TABLE a (id integer); DROP b;");
        let error = failed.await.unwrap_err();
        assert_eq!((&*error.module, &*error.name), ("lettings", "0002_more"));
        let text = module_api::with_causes(&error);
        assert!(text.contains("`0002_more` of `lettings`"), "{text}");
        assert!(text.contains("near \"b\""), "{text}");
    }
}
