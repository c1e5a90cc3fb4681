//! `host migrate` and `host showmigrations`.

use serde::Serialize;

use super::OutputFormat;
use super::output;
use crate::database::{self, MigrationState};
use crate::{DatabaseError, Plan, Settings};

#[derive(Serialize)]
struct MigrationRow<'a> {
    module: &'a str,
    name: &'a str,
    applied: bool,
    linked: bool,
}

/// Applies what is missing.
pub(super) async fn migrate(plan: &Plan, settings: &Settings) -> Result<(), DatabaseError> {
    let (pool, _) = database::open(settings).await?;
    let before = database::state_of_migrations(&pool, &plan.migrations).await?;
    crate::open_database(plan, settings).await?;
    let missing: Vec<&MigrationState> = before.iter().filter(|state| !state.applied).collect();
    for state in &missing {
        output::line(&format!("applied {} {}", state.module, state.name));
    }
    if missing.is_empty() {
        output::line("nothing to migrate");
    }
    Ok(())
}

/// Prints all migrations and whether they are applied.
pub(super) async fn show(
    plan: &Plan,
    settings: &Settings,
    format: OutputFormat,
) -> Result<(), DatabaseError> {
    let (pool, _) = database::open(settings).await?;
    let states = database::state_of_migrations(&pool, &plan.migrations).await?;
    if format == OutputFormat::Json {
        let rows = states.iter().map(|state| MigrationRow {
            module: &state.module,
            name: &state.name,
            applied: state.applied,
            linked: state.known,
        });
        output::json(&rows.collect::<Vec<_>>());
        return Ok(());
    }
    let mut module = "";
    for state in &states {
        if state.module != module {
            module = &state.module;
            output::line(module);
        }
        let mark = if state.applied { "X" } else { " " };
        let known = if state.known { "" } else { "  (its module is not active)" };
        output::line(&format!(" [{mark}] {}{known}", state.name));
    }
    Ok(())
}
