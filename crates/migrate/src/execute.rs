//! Executes the steps, each in a transaction with its entry in the ledger.

use std::collections::BTreeSet;
use std::error::Error;

use module_api::db::{DatabaseKind, DbError, DbPool, Transaction, execute_script};
use sqlx::AssertSqlSafe;

use crate::error::MigrateError;
use crate::foreign_keys::{self, Violation};
use crate::graph::{Direction, MigrationGraph, PlannedMigration};
use crate::ledger;
use crate::lock::begin_step;
use crate::statements::statements;
use crate::steps::{Action, Step};

/// The callback for each step that was executed.
pub type Report<'a> = &'a mut (dyn FnMut(Action, &PlannedMigration) + Send);

/// The place and cause of a failed migration.
struct Failure {
    place: String,
    source: Box<dyn Error + Send + Sync>,
}

impl Failure {
    fn new(place: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { place: place.into(), source: source.into() }
    }
}

/// Executes the steps one after the other, on the one connection that migrates. A step that fails
/// leaves the database as it was before it.
pub(crate) async fn execute(
    pool: &DbPool,
    graph: &MigrationGraph,
    steps: &[Step],
    report: Report<'_>,
) -> Result<(), MigrateError> {
    let mut broken = None;
    for step in steps {
        let migration = graph.at(step.place);
        let mut transaction = begin_step(pool).await?;
        let done = match perform(step.action, migration, &mut transaction, &mut broken).await {
            Ok(()) => {
                let committed = transaction.commit().await;
                committed.map_err(|error| Failure::new("when it was to be kept", error))
            }
            Err(failure) => Err(failure),
        };
        done.map_err(|Failure { place, source }| MigrateError::Failed {
            id: migration.id(),
            place,
            source,
        })?;
        let (module, name, action) = (migration.module, &*migration.migration.name, step.action);
        tracing::debug!(module, migration = name, "{}", action.done());
        report(action, migration);
    }
    Ok(())
}

/// Executes a step. `broken` holds the dangling references in a SQLite database before the step,
/// once they are known, and after it those that remain.
async fn perform(
    action: Action,
    migration: &PlannedMigration,
    transaction: &mut Transaction,
    broken: &mut Option<BTreeSet<Violation>>,
) -> Result<(), Failure> {
    let database = transaction.kind();
    let runs = matches!(action, Action::Apply | Action::Unapply);
    if runs && database == DatabaseKind::Sqlite {
        let on_check = |error| Failure::new("when the foreign keys were checked", error);
        let before = match broken.take() {
            Some(known) => known,
            None => foreign_keys::violations(&mut *transaction).await.map_err(on_check)?,
        };
        run(action.direction(), migration, database, transaction).await?;
        let after = foreign_keys::violations(&mut *transaction).await.map_err(on_check)?;
        foreign_keys::check(&before, &after)
            .map_err(|broken| Failure::new("when the foreign keys were checked", broken))?;
        *broken = Some(after);
    } else if runs {
        run(action.direction(), migration, database, transaction).await?;
    }
    let entered = match action.direction() {
        Direction::Forward => ledger::record(migration, database, transaction).await,
        Direction::Backward => ledger::forget(&migration.id(), transaction).await,
    };
    entered.map_err(|error| Failure::new("when it was entered in the ledger", error))
}

/// Runs a migration's SQL and code; to unapply it, in the opposite order.
async fn run(
    direction: Direction,
    planned: &PlannedMigration,
    database: DatabaseKind,
    transaction: &mut Transaction,
) -> Result<(), Failure> {
    let migration = &planned.migration;
    match direction {
        Direction::Forward => {
            if let Some(file) = migration.file_name(database) {
                run_script(planned.module, &file, migration.sql(database), transaction).await?;
            }
            if let Some(code) = &migration.code {
                let done = code.up_function()(transaction).await;
                done.map_err(|error| Failure::new("in its code", error))?;
            }
        }
        Direction::Backward => {
            if let Some(down) = migration.code.as_ref().and_then(|code| code.down_function()) {
                let done = down(transaction).await;
                done.map_err(|error| Failure::new("in the code that undoes it", error))?;
            }
            if let Some((file, sql)) =
                migration.down_file_name(database).zip(migration.down_sql(database))
            {
                run_script(planned.module, &file, sql, transaction).await?;
            }
        }
    }
    Ok(())
}

/// Runs the statements of a file.
async fn run_script(
    module: &str,
    file: &str,
    sql: &str,
    transaction: &mut Transaction,
) -> Result<(), Failure> {
    let database = transaction.kind();
    for (index, statement) in statements(sql, database).iter().enumerate() {
        let text = AssertSqlSafe(statement.text.to_owned());
        let done: Result<(), DbError> = execute_script(text, &mut *transaction).await;
        done.map_err(|error| {
            let (number, summary) = (index + 1, statement.summary());
            Failure::new(format!("in {module}/{file}, statement {number} `{summary}`"), error)
        })?;
    }
    Ok(())
}
