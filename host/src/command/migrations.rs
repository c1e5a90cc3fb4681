//! `host migrate` and `host showmigrations`.

use serde::Serialize;

use super::OutputFormat;
use super::output;
use crate::{DatabaseError, Plan, Settings, database};

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are the columns of a listing")]
struct MigrationRow<'a> {
    module: &'a str,
    name: &'a str,
    applied: bool,
    linked: bool,
    active: bool,
    has_file: bool,
}

impl MigrationRow<'_> {
    /// What is odd about it, for people.
    fn remark(&self) -> &'static str {
        match self {
            Self { has_file: true, .. } => "",
            Self { linked: false, .. } => "  (its module is not linked)",
            Self { active: false, .. } => "  (its module is not active)",
            _ => "  (its module has no such file)",
        }
    }
}

/// Applies what is missing.
pub(super) async fn migrate(plan: &Plan, settings: &Settings) -> Result<(), DatabaseError> {
    let applied = database::migrate(plan, settings).await?;
    for (module, name) in &applied {
        output::line(&format!("applied {module} {name}"));
    }
    if applied.is_empty() {
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
    let row = |state: &database::MigrationState| {
        let planned = plan.modules.iter().find(|module| module.name() == state.module);
        (
            state.module == "host" || planned.is_some(),
            state.module == "host" || planned.is_some_and(|m| m.active),
        )
    };
    let rows = states.iter().map(|state| {
        let (linked, active) = row(state);
        MigrationRow {
            module: &state.module,
            name: &state.name,
            applied: state.applied,
            linked,
            active,
            has_file: state.has_file,
        }
    });
    let mut rows: Vec<MigrationRow<'_>> = rows.collect();
    if format == OutputFormat::Json {
        output::json(&rows);
        return Ok(());
    }
    // What is only in the ledger stands with its module.
    let place = |name: &str| states.iter().position(|state| state.module == name);
    rows.sort_by_key(|row| place(row.module));
    let mut module = "";
    for row in &rows {
        if row.module != module {
            module = row.module;
            output::line(module);
        }
        let mark = if row.applied { "X" } else { " " };
        output::line(&format!(" [{mark}] {}{}", row.name, row.remark()));
    }
    Ok(())
}
