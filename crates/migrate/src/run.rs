//! Migrates to a target state and updates the ledger: first all steps are found and checked, then
//! they are executed.

use std::collections::BTreeSet;

use module_api::db::{DatabaseKind, DbError, DbPool, query};
use module_api::{Migration, MigrationId};

use crate::adopt;
use crate::error::MigrateError;
use crate::execute::{self, Report};
use crate::graph::{MigrationGraph, PlannedMigration};
use crate::ledger::{self, Ledger};
use crate::statements::{Statement, statements};
use crate::steps::{Action, Step, steps};
use crate::target::Target;

/// The options of a run.
///
/// See [`Step`] for an example.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// The target state of the migrations.
    pub target: Target,
    /// `true` to record migrations, or remove them from the ledger, without running them.
    pub fake: bool,
    /// `true` to record initial migrations whose tables exist without comparing columns.
    pub fake_initial: bool,
}

impl Request {
    /// All missing migrations.
    pub const ALL: Self = Self { target: Target::All, fake: false, fake_initial: false };
}

/// Returns the steps of a run, without changing anything.
///
/// # Errors
///
/// See [`MigrateError`].
pub async fn find_steps(
    pool: &DbPool,
    graph: &MigrationGraph,
    request: Request,
) -> Result<Vec<Step>, MigrateError> {
    let ledger = Ledger::read(pool).await?;
    ledger.check_unchanged(graph, pool.kind())?;
    let mut steps = steps(graph, &ledger, request.target, request.fake)?;
    let unapplied: Vec<usize> =
        steps.iter().filter(|step| step.action == Action::Apply).map(|step| step.place).collect();
    let there = if request.fake_initial {
        let planned = unapplied.iter().map(|place| graph.at(*place));
        let initial: Vec<&PlannedMigration> =
            planned.filter(|migration| migration.is_initial).collect();
        with_tables(pool, &initial).await?
    } else {
        adopt::already_there(pool, graph, &unapplied).await?
    };
    for step in steps.iter_mut().filter(|step| step.action == Action::Apply) {
        if there.contains(&graph.at(step.place).id()) {
            step.action = Action::Adopt;
        }
    }
    Ok(steps)
}

/// Executes a run on the one connection that migrates, and reports each executed step.
///
/// # Errors
///
/// See [`MigrateError`].
pub async fn migrate(
    pool: &DbPool,
    graph: &MigrationGraph,
    request: Request,
    report: Report<'_>,
) -> Result<(), MigrateError> {
    let steps = find_steps(pool, graph, request).await?;
    execute::execute(pool, graph, &steps, report).await
}

/// Returns the migrations up to a target, including those that may be adopted.
///
/// # Errors
///
/// See [`MigrateError`].
pub async fn unapplied(
    pool: &DbPool,
    graph: &MigrationGraph,
    target: Target,
) -> Result<Vec<Step>, MigrateError> {
    let ledger = Ledger::read(pool).await?;
    ledger.check_unchanged(graph, pool.kind())?;
    steps(graph, &ledger, target, false)
}

/// Fails if a migration is not applied.
///
/// # Errors
///
/// See [`MigrateError`].
pub async fn check_applied(pool: &DbPool, graph: &MigrationGraph) -> Result<(), MigrateError> {
    let steps = unapplied(pool, graph, Target::All).await?;
    let missing: Vec<MigrationId> = steps.iter().map(|step| graph.at(step.place).id()).collect();
    if missing.is_empty() { Ok(()) } else { Err(MigrateError::Unapplied(missing)) }
}

/// Removes the entries of a module from the ledger that have no migration any more, and returns
/// them. `migrations` are the existing ones. Without `does`, nothing is removed.
///
/// # Errors
///
/// The database fails.
pub async fn prune(
    pool: &DbPool,
    module: &str,
    migrations: &[Migration],
    does: bool,
) -> Result<Vec<MigrationId>, DbError> {
    let names: BTreeSet<&str> = migrations.iter().map(|migration| &*migration.name).collect();
    let mut gone: Vec<MigrationId> = Ledger::read(pool).await?.applied.into_keys().collect();
    gone.retain(|id| id.module == module && !names.contains(&*id.name));
    if does && !gone.is_empty() {
        let mut transaction = pool.begin().await?;
        for id in &gone {
            ledger::forget(id, &mut transaction).await?;
        }
        transaction.commit().await?;
    }
    Ok(gone)
}

/// The migrations whose created tables all exist.
async fn with_tables(
    pool: &DbPool,
    migrations: &[&PlannedMigration],
) -> Result<BTreeSet<MigrationId>, DbError> {
    let mut connection = pool.acquire().await?;
    let (database, sql) = match pool.kind() {
        // Its names are case-insensitive.
        database @ DatabaseKind::Sqlite => {
            (database, "SELECT lower(name) AS name FROM sqlite_master WHERE type = 'table'")
        }
        database @ DatabaseKind::Postgres => (
            database,
            "SELECT CAST(tablename AS text) AS name FROM pg_catalog.pg_tables \
             WHERE schemaname = ANY (current_schemas(false))",
        ),
    };
    let tables = query(sql).fetch_all::<(String,)>(&mut connection).await?;
    let tables: BTreeSet<String> = tables.into_iter().map(|(name,)| name).collect();
    let is_there = |migration: &&&PlannedMigration| {
        let statements = statements(migration.migration.sql(database), database);
        let created = statements.iter().filter_map(Statement::created_table);
        let created: Vec<String> = created
            .map(|name| if database == DatabaseKind::Sqlite { name.to_lowercase() } else { name })
            .collect();
        !created.is_empty() && created.iter().all(|table| tables.contains(table))
    };
    Ok(migrations.iter().filter(is_there).map(|migration| migration.id()).collect())
}
