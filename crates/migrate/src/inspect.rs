//! Generates the models of the tables in an existing database.

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

/// The table in which Django stores the names of its models.
const CONTENT_TYPES: &str = "django_content_type";
/// The table in which Django stores its applied migrations.
const DJANGO_LEDGER: &str = "django_migrations";

/// The options of `inspectdb`.
///
/// Passed to [`inspect`].
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The tables; if empty, all that no migration of the site creates.
    pub tables: Vec<String>,
    /// The app in the models' labels. If no tables are named, and there are tables with its prefix,
    /// only those are selected.
    pub app: Option<String>,
}

/// An error of `inspectdb`.
///
/// Returned by [`inspect`].
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
    /// The text is not a valid app of a label.
    #[error("`{0}` is no name of an app: lower-case letters, digits and `_`, with a letter first")]
    App(String),
    /// The site's migrations cannot be run to determine its own tables.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Returns the `models.rs` of the tables of a database.
///
/// A foreign key to a table of a `known` model refers to that model. Properties without an
/// attribute are described in comments.
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

/// The table with that name.
fn find<'a>(schema: &'a Schema, name: &str, kind: DatabaseKind) -> Result<&'a Table, InspectError> {
    let found = schema.tables.values().find(|table| is_same_name(&table.name, name, kind));
    found.ok_or_else(|| {
        let hint = suggestion(name, schema.tables.keys().map(String::as_str));
        InspectError::NoTable { table: name.to_owned(), hint }
    })
}

/// The tables with the prefix of the app, or all if there are none.
fn of_app<'a>(tables: Vec<&'a Table>, app: Option<&str>) -> Vec<&'a Table> {
    let Some(prefix) = app.map(|app| format!("{app}_")) else { return tables };
    let is_of_app = |table: &&&Table| table.name.starts_with(&prefix);
    let own: Vec<&Table> = tables.iter().filter(is_of_app).copied().collect();
    if own.is_empty() { tables } else { own }
}

/// The tables that belong to the site.
struct OwnTables {
    /// The tables that its migrations create, the ledger, and Django's ledger.
    names: BTreeSet<String>,
    /// The prefixes of further tables: a module with tables that no model describes, such as the
    /// index of a search, creates more of them at runtime.
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

/// The app and the name of each of Django's models, by its default table.
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
    let valid = rows.into_iter().filter(|(app, _)| is_app(app));
    Ok(valid.map(|(app, model)| (format!("{app}_{model}"), (app, model))).collect())
}
