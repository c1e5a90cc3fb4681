//! Tests of reading the tables of either database.

use module_api::db::{DatabaseKind, execute_script};
use module_api::host::{Registration, migrations_of_module};
use module_api::{Module, inventory};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Postgres, SqliteConnection};

use super::*;
use crate::graph::{MigrationGraph, ModuleMigrations};
use {accounts as _, lettings as _, profiles as _};

async fn sqlite() -> SqliteConnection {
    SqliteConnectOptions::new().in_memory(true).connect().await.unwrap()
}

/// A transaction in a place of its own on the server, all of which is gone when it is dropped.
async fn on_postgres<'a>(
    name: &str,
    connection: &'a mut PgConnection,
) -> sqlx::Transaction<'a, Postgres> {
    let mut transaction = connection.begin().await.unwrap();
    let place = format!("CREATE SCHEMA {name}; SET LOCAL search_path TO {name}");
    execute_script(AssertSqlSafe(place), &mut *transaction).await.unwrap();
    transaction
}

async fn connect() -> PgConnection {
    let server = std::env::var("TEST_POSTGRES_URL");
    let server = server.expect("run scripts/test, or set TEST_POSTGRES_URL");
    PgConnection::connect(&server).await.unwrap()
}

fn column(name: &str, declared: &str, kind: ColumnKind) -> Column {
    Column {
        name: name.to_owned(),
        declared: declared.to_owned(),
        kind,
        max_length: None,
        null: false,
        primary_key: false,
        numbering: Numbering::No,
        positive: false,
        computed: false,
        default: None,
        collation: None,
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn index(name: &str, columns: &[&str], unique: bool, constraint: bool) -> Index {
    Index { name: name.to_owned(), columns: names(columns), unique, constraint }
}

#[rocket::async_test]
async fn everything_of_a_table_of_sqlite_is_read() {
    let mut connection = sqlite().await;
    let other = "CREATE TABLE other (id integer PRIMARY KEY, a text, b text, UNIQUE (a, b))";
    execute_script(other, &mut connection).await.unwrap();
    let table = r#"
        CREATE TABLE "it""s" (
            "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
            "Number" integer unsigned NOT NULL CHECK ("number" >= 0),
            "name" varchar(64) NULL DEFAULT 'x, y' COLLATE RTRIM,
            "data" text NOT NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)),
            "twice" integer GENERATED ALWAYS AS ("Number" * 2),
            "other_id" bigint NOT NULL UNIQUE REFERENCES "other" DEFERRABLE INITIALLY DEFERRED,
            a text, b text,
            CONSTRAINT "short" CHECK (length("name") < 9),
            FOREIGN KEY (b, a) REFERENCES other (b, a) ON DELETE CASCADE
        );
        CREATE INDEX "by_name" ON "it""s" ("name", "Number");
        CREATE UNIQUE INDEX "one_a" ON "it""s" ("a", "b");
        CREATE INDEX "some" ON "it""s" ("name") WHERE "Number" > 3;
        CREATE INDEX "lower" ON "it""s" (lower("name"));
        CREATE INDEX "down" ON "it""s" ("name" DESC);
        CREATE INDEX "nocase" ON "it""s" ("name" COLLATE NOCASE);
        CREATE VIEW "seen" AS SELECT * FROM "other";"#;
    execute_script(table, &mut connection).await.unwrap();
    let schema = Schema::read(&mut connection).await.unwrap();

    assert_eq!(schema.tables.keys().collect::<Vec<_>>(), ["it\"s", "other"]);
    assert_eq!(schema.tables["other"].columns[0].numbering, Numbering::Possible);
    let table = &schema.tables["it\"s"];
    let text = |name| Column { null: true, ..column(name, "text", ColumnKind::Text) };
    let expected = [
        Column {
            primary_key: true,
            numbering: Numbering::Yes,
            ..column("id", "integer", ColumnKind::Integer)
        },
        Column { positive: true, ..column("Number", "integer unsigned", ColumnKind::Integer) },
        Column {
            null: true,
            max_length: Some(64),
            default: Some("'x, y'".to_owned()),
            collation: Some("rtrim".to_owned()),
            ..column("name", "varchar(64)", ColumnKind::Text)
        },
        column("data", "text", ColumnKind::Json),
        Column { null: true, computed: true, ..column("twice", "integer", ColumnKind::Integer) },
        column("other_id", "bigint", ColumnKind::BigInteger),
        text("a"),
        text("b"),
    ];
    assert_eq!(table.columns, expected);
    assert_eq!(table.primary_key, ["id"]);
    let expected = [
        index("by_name", &["name", "Number"], false, false),
        index("one_a", &["a", "b"], true, false),
        index("sqlite_autoindex_it\"s_1", &["other_id"], true, true),
    ];
    assert_eq!(table.indexes, expected);
    let special: Vec<&str> = table.special_indexes.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(special, ["down", "lower", "nocase", "some"]);
    assert!(table.special_indexes[3].definition.ends_with("WHERE \"Number\" > 3"));
    let key = |columns: &[&str], to: &[&str], on_delete: &str, deferred| ForeignKey {
        columns: names(columns),
        to_table: "other".to_owned(),
        to_columns: names(to),
        on_delete: on_delete.to_owned(),
        deferred,
    };
    let expected = [
        key(&["b", "a"], &["b", "a"], "CASCADE", false),
        key(&["other_id"], &["id"], "NO ACTION", true),
    ];
    assert_eq!(table.foreign_keys, expected);
    let short =
        Check { expression: "length(\"name\") < 9".to_owned(), name: Some("short".to_owned()) };
    assert_eq!(table.checks, [short]);
}

#[rocket::async_test]
async fn everything_of_a_table_of_postgresql_is_read() {
    let mut connection = connect().await;
    let mut transaction = on_postgres("schema_read", &mut connection).await;
    let tables = r#"
        CREATE TABLE other (id serial PRIMARY KEY, a text, b text, UNIQUE (a, b));
        CREATE TABLE "it's" (
            "id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
            "Number" integer NOT NULL CHECK ("Number" >= 0),
            gone text,
            "name" varchar(64) NULL DEFAULT 'x, y',
            "data" jsonb NOT NULL,
            "twice" integer GENERATED ALWAYS AS ("Number" * 2) STORED,
            "other_id" integer NOT NULL UNIQUE REFERENCES "other" DEFERRABLE INITIALLY DEFERRED,
            "at" timestamp with time zone NOT NULL, "local" timestamp NOT NULL,
            a text, b text,
            CONSTRAINT "short" CHECK (length("name") < 9),
            FOREIGN KEY (b, a) REFERENCES other (b, a) ON DELETE CASCADE
        );
        ALTER TABLE "it's" DROP COLUMN gone;
        CREATE INDEX "by_name" ON "it's" ("name", "Number");
        CREATE UNIQUE INDEX "one_a" ON "it's" ("a", "b");
        CREATE INDEX "some" ON "it's" ("name") WHERE "Number" > 3;
        CREATE INDEX "lower" ON "it's" (lower("name"));
        CREATE INDEX "down" ON "it's" ("name" DESC);
        CREATE INDEX "it_like" ON "it's" ("name" varchar_pattern_ops);
        CREATE VIEW "seen" AS SELECT * FROM "other";"#;
    execute_script(tables, &mut *transaction).await.unwrap();
    let schema = Schema::read(&mut *transaction).await.unwrap();

    assert_eq!(schema.tables.keys().collect::<Vec<_>>(), ["it's", "other"]);
    assert_eq!(schema.tables["other"].columns[0].numbering, Numbering::Yes, "a serial");
    assert_eq!(schema.tables["other"].columns[0].default, None);
    let table = &schema.tables["it's"];
    let text = |name| Column { null: true, ..column(name, "text", ColumnKind::Text) };
    let local = "timestamp without time zone";
    let expected = [
        Column {
            primary_key: true,
            numbering: Numbering::Yes,
            ..column("id", "bigint", ColumnKind::BigInteger)
        },
        Column { positive: true, ..column("Number", "integer", ColumnKind::Integer) },
        Column {
            null: true,
            max_length: Some(64),
            default: Some("'x, y'::character varying".to_owned()),
            ..column("name", "character varying(64)", ColumnKind::Text)
        },
        column("data", "jsonb", ColumnKind::Json),
        Column { null: true, computed: true, ..column("twice", "integer", ColumnKind::Integer) },
        column("other_id", "integer", ColumnKind::Integer),
        column("at", "timestamp with time zone", ColumnKind::DateTime),
        column("local", local, ColumnKind::Other(local.to_owned())),
        text("a"),
        text("b"),
    ];
    assert_eq!(table.columns, expected);
    assert_eq!(table.primary_key, ["id"]);
    let expected = [
        index("by_name", &["name", "Number"], false, false),
        index("it's_other_id_key", &["other_id"], true, true),
        index("one_a", &["a", "b"], true, false),
    ];
    assert_eq!(table.indexes, expected);
    let special: Vec<&str> = table.special_indexes.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(special, ["down", "it_like", "lower", "some"]);
    let key = |columns: &[&str], to: &[&str], on_delete: &str, deferred| ForeignKey {
        columns: names(columns),
        to_table: "other".to_owned(),
        to_columns: names(to),
        on_delete: on_delete.to_owned(),
        deferred,
    };
    let expected = [
        key(&["b", "a"], &["b", "a"], "CASCADE", false),
        key(&["other_id"], &["id"], "NO ACTION", true),
    ];
    assert_eq!(table.foreign_keys, expected);
    assert_eq!(table.checks.len(), 1, "{:?}", table.checks);
    assert_eq!(table.checks[0].name.as_deref(), Some("short"));
}

#[rocket::async_test]
async fn only_the_tables_that_are_asked_for_are_read() {
    const TABLES: &str = "CREATE TABLE a (id integer); CREATE TABLE b (id integer)";
    let mut lite = sqlite().await;
    execute_script(TABLES, &mut lite).await.unwrap();
    let mut connection = connect().await;
    let mut transaction = on_postgres("schema_asked_for", &mut connection).await;
    execute_script(TABLES, &mut *transaction).await.unwrap();
    for on in [Executor::from(&mut lite), Executor::from(&mut *transaction)] {
        let schema = Schema::read_tables(on, Some(&["b", "c'\""])).await.unwrap();
        assert_eq!(schema.tables.keys().collect::<Vec<_>>(), ["b"]);
    }
}

#[rocket::async_test]
async fn of_two_tables_of_one_name_on_postgresql_the_one_that_queries_find_is_read() {
    let mut connection = connect().await;
    let mut transaction = on_postgres("schema_second", &mut connection).await;
    let tables = "CREATE TABLE a (second integer); CREATE SCHEMA schema_first; \
                  CREATE TABLE schema_first.a (first integer); \
                  SET LOCAL search_path TO schema_first, schema_second";
    execute_script(tables, &mut *transaction).await.unwrap();
    let schema = Schema::read(&mut *transaction).await.unwrap();
    let columns: Vec<&str> =
        schema.tables["a"].columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(columns, ["first"]);
}

/// Properties of a table that must be equal on both databases.
type Alike<'a> = (
    Vec<(&'a str, Option<u32>, bool, bool)>,
    &'a [String],
    Vec<(&'a [String], bool)>,
    &'a [ForeignKey],
);

fn alike(table: &Table) -> Alike<'_> {
    let mut columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.max_length, column.null, column.positive))
        .collect();
    columns.sort_unstable();
    let mut indexes: Vec<_> =
        table.indexes.iter().map(|index| (index.columns.as_slice(), index.unique)).collect();
    indexes.sort_unstable();
    (columns, &table.primary_key, indexes, &table.foreign_keys)
}

#[rocket::async_test]
async fn the_migrations_of_the_modules_make_the_same_tables_on_both_databases() {
    let modules = inventory::iter::<Registration>.into_iter().map(|linked| linked.module);
    let modules: Vec<&dyn Module> = modules.collect();
    let names: Vec<&str> = modules.iter().map(|module| module.name()).collect();
    let migrations = modules.iter().map(|module| ModuleMigrations {
        module: module.name(),
        requires: module.requires(),
        migrations: migrations_of_module(*module).unwrap(),
    });
    let mut problems = Vec::new();
    let graph = MigrationGraph::build(migrations.collect(), &names, &mut problems);
    assert_eq!(problems, []);
    let mut scratch = Scratch::new().await.unwrap();
    let mut connection = connect().await;
    let mut transaction = on_postgres("schema_of_modules", &mut connection).await;
    for planned in graph.all() {
        let migration = &planned.migration;
        scratch.run(planned.module, &migration.name, &migration.sqlite).await.unwrap();
        let sql = AssertSqlSafe(migration.postgres.clone());
        execute_script(sql, &mut *transaction).await.unwrap();
    }
    let made = scratch.schema().await.unwrap();
    let there = Schema::read(&mut *transaction).await.unwrap();
    assert!(made.tables.contains_key("lettings_letting"), "{made:?}");
    assert_eq!(made.tables.keys().collect::<Vec<_>>(), there.tables.keys().collect::<Vec<_>>());
    for (table, other) in made.tables.values().zip(there.tables.values()) {
        assert_eq!(compare(table, other, DatabaseKind::Postgres), []);
        assert_eq!(alike(table), alike(other), "{}", table.name);
    }
    // What is equal would be equal if nothing had been read.
    let address = &made.tables["lettings_address"];
    assert!(address.columns.iter().any(|column| column.positive && column.name == "zip_code"));
}
