//! Tests of the models that are written: each file in `tests/` is compiled, compared with what is
//! written anew, and its tables with those of the database.
//!
//! `UPDATE_MODELS=1` writes the files.

mod django;
mod place;
mod public;
mod requests;

/// The files that are written, each a module.
macro_rules! written {
    ($($file:ident),*) => {
        $(
            #[expect(unreachable_pub, reason = "a module's models are public")]
            #[allow(
                clippy::struct_excessive_bools,
                clippy::struct_field_names,
                reason = "the fields are those of tables"
            )]
            mod $file;
        )*
    };
}

written!(
    contrib_postgres,
    contrib_sqlite,
    kinds_postgres,
    kinds_sqlite,
    polls,
    stays_postgres,
    stays_sqlite,
    wagtail_postgres,
    wagtail_sqlite
);

/// The models of a file.
macro_rules! models {
    ($file:ident: $($model:ident),*) => {
        &[$($file::$model::INFO),*]
    };
}
use models;

use std::collections::BTreeSet;
use std::path::Path;

use module_api::db::{DatabaseKind, DbPool};
use module_api::model::{Model, ModelInfo};
use module_api::rocket_db_pools::Pool;
use module_api::{Migration, MigrationFiles, Module};
use rocket::figment::Figment;

use super::{Request, inspect};
use crate::adopt::already_there;
use crate::graph::{MigrationGraph, ModuleMigrations};
use crate::makemigrations::{self, propose};
use crate::schema::{Schema, Scratch, Table, compare};

use place::Place;

/// The name of the module of models that were written.
const MODULE: &str = "written";

/// A module of models that were written.
struct Written(&'static [&'static ModelInfo]);

impl Module for Written {
    fn name(&self) -> &'static str {
        MODULE
    }

    fn models(&self) -> Vec<&'static ModelInfo> {
        self.0.to_vec()
    }
}

fn graph_of(migrations: Vec<Migration>) -> MigrationGraph {
    let mut problems = Vec::new();
    let of_module = ModuleMigrations { module: MODULE, requires: &[], migrations };
    let graph = MigrationGraph::build(vec![of_module], &[MODULE], &mut problems);
    assert_eq!(problems, []);
    graph
}

fn empty_graph() -> MigrationGraph {
    graph_of(Vec::new())
}

fn of_app(app: &str) -> Request {
    Request { app: Some(app.to_owned()), ..Request::default() }
}

fn of_tables(tables: &[&str]) -> Request {
    Request { tables: tables.iter().map(|&table| table.to_owned()).collect(), app: None }
}

/// Compares the models that are written with those that are compiled, and these with the database.
async fn holds(
    file: &str,
    models: &'static [&'static ModelInfo],
    request: &Request,
    place: &mut Place,
) {
    let written = inspect(place.executor(), &empty_graph(), &[], request).await.unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/inspect/tests").join(file);
    if std::env::var_os("UPDATE_MODELS").is_some() {
        std::fs::write(&path, &written).unwrap();
        return;
    }
    let compiled = std::fs::read_to_string(&path).unwrap();
    assert_eq!(written, compiled, "{file} on {:?}", place.kind());
    assert_eq!(written.matches("pub struct ").count(), models.len(), "each model is in the list");
    lack_nothing(models, place).await;
}

/// Fails unless the first migration of the models makes the tables that are there, is adopted, and is
/// all that the models ask for.
async fn lack_nothing(models: &'static [&'static ModelInfo], place: &mut Place) {
    let module: &'static dyn Module = Box::leak(Box::new(Written(models)));
    let request = makemigrations::Request::default();
    let proposals = propose(&empty_graph(), &[module], &request).await.unwrap();
    let [proposal] = &proposals[..] else { panic!("one migration: {proposals:?}") };
    let script = |ending: &str| {
        let mut files = proposal.files.iter().filter(|(file, _)| !file.contains(".down."));
        files.find(|(file, _)| file.ends_with(ending)).map(|(_, sql)| sql.clone()).unwrap()
    };
    let migration = Migration {
        name: proposal.name.clone(),
        sqlite: script(".sqlite.sql"),
        postgres: script(".postgres.sql"),
        files: MigrationFiles::PerDatabase,
        down: None,
        code: None,
        depends: Vec::new(),
        before: Vec::new(),
        renames: Vec::new(),
    };
    let mut scratch = Scratch::new().await.unwrap();
    scratch.run(MODULE, &migration.name, &migration.sqlite).await.unwrap();
    let made = scratch.schema().await.unwrap();
    let kind = place.kind();
    let there = Schema::read(place.executor()).await.unwrap();
    assert!(made.tables.len() >= models.len());
    for table in made.tables.values() {
        let found = &there.tables[&table.name];
        assert_eq!(compare(table, found, kind), [], "{}", table.name);
        assert_eq!(alike(table), alike(found), "{}", table.name);
    }

    let graph = graph_of(vec![migration]);
    let pool = Figment::new().merge(("url", place.url())).merge(("max_connections", 2));
    let pool = DbPool::init(&pool).await.unwrap();
    let adopted = already_there(&pool, &graph, &[0]).await.unwrap();
    assert_eq!(adopted.into_iter().collect::<Vec<_>>(), [graph.at(0).id()]);
    pool.close().await;
    assert_eq!(propose(&graph, &[module], &request).await.unwrap(), []);
}

/// The parts of a table that have to be the same.
type Alike<'a> = (
    BTreeSet<(&'a str, bool, bool)>,
    BTreeSet<(Vec<&'a str>, bool)>,
    BTreeSet<(&'a [String], &'a str, &'a [String])>,
    BTreeSet<&'a str>,
);

fn alike(table: &Table) -> Alike<'_> {
    let columns = table.columns.iter().map(|it| (it.name.as_str(), it.null, it.positive));
    let indexes = table.indexes.iter().map(|index| {
        let columns = index.columns.iter().map(String::as_str);
        (columns.collect(), index.unique)
    });
    let keys = table.foreign_keys.iter();
    // One to what is no model is in a comment.
    let keys = keys.filter(|key| key.to_columns == ["id"]);
    let keys = keys.map(|key| (&*key.columns, &*key.to_table, &*key.to_columns));
    let special = table.special_indexes.iter().filter(|it| !it.definition.contains("_pattern_ops"));
    let special = special.map(|index| index.name.as_str());
    let checks = table.checks.iter().filter_map(|check| check.name.as_deref());
    (columns.collect(), indexes.collect(), keys.collect(), special.chain(checks).collect())
}

/// Both databases.
const KINDS: [DatabaseKind; 2] = [DatabaseKind::Sqlite, DatabaseKind::Postgres];
