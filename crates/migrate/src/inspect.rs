//! Writes the models that describe the tables of an existing database.

mod column;
mod constraints;
mod fields;
mod names;
mod relations;
mod struct_text;
mod table_names;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use module_api::db::{DatabaseKind, DbError, Executor, query};
use module_api::model::ModelInfo;
use module_api::suggestion;

use crate::graph::MigrationGraph;
use crate::ledger;
use crate::makemigrations::UNMANAGED;
use crate::schema::{Schema, Scratch, ScratchError, Table, is_same_name};

use relations::Relations;
use struct_text::file;
use table_names::{Apps, is_app, named};

/// The table in which Django keeps the names of its models.
const CONTENT_TYPES: &str = "django_content_type";
/// The table in which Django keeps which of its migrations are applied.
const DJANGO_LEDGER: &str = "django_migrations";

/// A request for models.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The tables; none means all that no migration of the site creates.
    pub tables: Vec<String>,
    /// The app in the models' labels. If no tables are named, and names of some begin with it, only
    /// those are meant.
    pub app: Option<String>,
}

/// An error of `inspectdb`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The database has no such table.
    #[error("there is no table `{table}`; {hint}")]
    NoTable {
        /// The name.
        table: String,
        /// A hint at the table that was meant.
        hint: String,
    },
    /// No label can begin like that.
    #[error("`{0}` is no name of an app: lower-case letters, digits and `_`, with a letter first")]
    App(String),
    /// The site's migrations cannot be run, which tell the tables that are its own.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Returns the `models.rs` of the tables of a database.
///
/// A foreign key to a table of a `known` model refers to that model. What no attribute of a model
/// describes stands in comments.
///
/// # Errors
///
/// See [`InspectError`].
pub async fn inspect(
    on: impl Into<Executor<'_>>,
    graph: &MigrationGraph,
    known: &[&'static ModelInfo],
    request: &Request,
) -> Result<String, InspectError> {
    let mut on = on.into();
    if let Some(app) = request.app.as_ref().filter(|app| !is_app(app)) {
        return Err(InspectError::App(app.clone()));
    }
    let kind = on.kind();
    let schema = Schema::read(on.reborrow()).await?;
    let content_types = content_types(&schema, on).await?;
    let tables = if request.tables.is_empty() {
        let own = tables_of_the_site(graph).await?;
        let all = schema.tables.values().filter(|table| !own.has(&table.name)).collect();
        of_app(all, request.app.as_deref())
    } else {
        request.tables.iter().map(|name| find(&schema, name, kind)).collect::<Result<_, _>>()?
    };
    let apps = Apps { content_types, asked: request.app.clone() };
    let relations = Relations::of(&tables, named(&tables, &apps), known, kind);
    Ok(file(&tables, &relations, kind))
}

/// The table of that name.
fn find<'a>(schema: &'a Schema, name: &str, kind: DatabaseKind) -> Result<&'a Table, InspectError> {
    let found = schema.tables.values().find(|table| is_same_name(&table.name, name, kind));
    found.ok_or_else(|| {
        let hint = suggestion(name, schema.tables.keys().map(String::as_str));
        InspectError::NoTable { table: name.to_owned(), hint }
    })
}

/// The tables whose names begin with that of the app, or all if there are none.
fn of_app<'a>(tables: Vec<&'a Table>, app: Option<&str>) -> Vec<&'a Table> {
    let Some(prefix) = app.map(|app| format!("{app}_")) else { return tables };
    let is_of_app = |table: &&&Table| table.name.starts_with(&prefix);
    let own: Vec<&Table> = tables.iter().filter(is_of_app).copied().collect();
    if own.is_empty() { tables } else { own }
}

/// The tables that are the site's already.
struct OwnTables {
    /// Those that its migrations create, the ledger, and that of Django.
    names: BTreeSet<String>,
    /// The beginnings of others: a module with tables that no model describes creates more of them
    /// while it runs, as the index of a search.
    prefixes: BTreeSet<String>,
}

impl OwnTables {
    fn has(&self, table: &str) -> bool {
        self.names.contains(table) || self.prefixes.iter().any(|prefix| table.starts_with(prefix))
    }
}

async fn tables_of_the_site(graph: &MigrationGraph) -> Result<OwnTables, InspectError> {
    let mut scratch = Scratch::new().await?;
    let mut prefixes = BTreeSet::new();
    for planned in graph.all() {
        let sql = planned.migration.sql(DatabaseKind::Sqlite);
        scratch.run(planned.module, &planned.migration.name, sql).await?;
        if sql.contains(UNMANAGED) {
            prefixes.insert(format!("{}_", planned.module));
        }
    }
    let mut names: BTreeSet<String> = scratch.schema().await?.tables.into_keys().collect();
    names.extend([ledger::TABLE.to_owned(), DJANGO_LEDGER.to_owned()]);
    Ok(OwnTables { names, prefixes })
}

/// The app and the name of each of Django's models, by the table that it has unless it says
/// otherwise.
async fn content_types(
    schema: &Schema,
    on: Executor<'_>,
) -> Result<BTreeMap<String, (String, String)>, DbError> {
    let has = |name: &str| {
        let table = schema.tables.get(CONTENT_TYPES);
        table.is_some_and(|table| table.columns.iter().any(|column| column.name == name))
    };
    if !has("app_label") || !has("model") {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(String, String)> =
        query("SELECT app_label, model FROM django_content_type").fetch_all(on).await?;
    Ok(rows.into_iter().map(|(app, model)| (format!("{app}_{model}"), (app, model))).collect())
}
