//! `showmigrations`: all migrations and their states.

use clap::Args;
use module_api::MigrationId;
use serde::Serialize;

use super::super::{Format, OutputFormat, output};
use crate::database;
use crate::database::DatabaseError;
use crate::plan::Plan;
use crate::settings::Settings;
use ::migrate::{LinkedModule, MigrationState, is_no_module, state_of_migrations};

/// The arguments of `showmigrations`.
#[derive(Debug, Args)]
pub(in crate::command) struct ShowArguments {
    /// The modules; all by default.
    modules: Vec<String>,
    /// List by module; the default.
    #[arg(long, conflicts_with = "plan")]
    list: bool,
    /// List in the order of execution.
    #[arg(long)]
    plan: bool,
    /// Print the dependencies of each.
    #[arg(long, short, requires = "plan")]
    verbose: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "they are the columns of a listing")]
struct MigrationRow<'a> {
    module: &'a str,
    name: &'a str,
    applied: bool,
    linked: bool,
    active: bool,
    has_file: bool,
    reversible: bool,
    depends: Vec<Named<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    module: &'a str,
    name: &'a str,
}

impl MigrationRow<'_> {
    fn mark(&self) -> &'static str {
        if self.applied { "[X]" } else { "[ ]" }
    }

    /// Returns a remark on unusual states, for people.
    fn remark(&self) -> &'static str {
        match self {
            Self { has_file: true, .. } => "",
            Self { linked: false, .. } => "  (its module is not linked)",
            Self { active: false, .. } => "  (its module is not active)",
            _ => "  (its module has no such file)",
        }
    }
}

/// Prints all migrations and whether they are applied.
pub(in crate::command) async fn show(
    plan: &Plan,
    settings: &Settings,
    arguments: &ShowArguments,
) -> Result<(), DatabaseError> {
    let pool = database::open_to_read(settings).await?;
    let mut states = state_of_migrations(&pool, &plan.migrations).await?;
    let wanted = &arguments.modules;
    for name in wanted {
        // A module that is no longer linked may have entries in the ledger.
        if !is_no_module(name) && !states.iter().any(|state| state.id.module == *name) {
            LinkedModule::named(&plan.linked(), name)?;
        }
    }
    states.retain(|state| wanted.is_empty() || wanted.contains(&state.id.module));
    let rows: Vec<MigrationRow<'_>> = states
        .iter()
        .map(|state| {
            let MigrationId { module, name } = &state.id;
            let planned = plan.modules.named(module);
            MigrationRow {
                module,
                name,
                applied: state.applied,
                linked: is_no_module(module) || planned.is_some(),
                active: is_no_module(module) || planned.is_some_and(|planned| planned.active),
                has_file: state.has_file,
                reversible: state.reversible,
                depends: state
                    .depends
                    .iter()
                    .map(|id| Named { module: &id.module, name: &id.name })
                    .collect(),
            }
        })
        .collect();
    match arguments {
        ShowArguments { format: Format { format: OutputFormat::Json }, .. } => output::json(&rows),
        ShowArguments { plan: true, verbose, .. } => print_plan(&rows, *verbose),
        _ => {
            print_list(rows);
            print_without_migrations(plan, wanted, &states);
        }
    }
    Ok(())
}

fn print_plan(rows: &[MigrationRow<'_>], verbose: bool) {
    for row in rows {
        let depends: Vec<String> =
            row.depends.iter().map(|before| format!("{} {}", before.module, before.name)).collect();
        let depends = match depends.join(", ") {
            names if verbose && !names.is_empty() => format!("  (after {names})"),
            _ => String::new(),
        };
        let (mark, remark) = (row.mark(), row.remark());
        output::line(&format!("{mark} {} {}{depends}{remark}", row.module, row.name));
    }
}

fn print_list(mut rows: Vec<MigrationRow<'_>>) {
    // Migrations that are only in the ledger are listed with their module.
    let modules: Vec<&str> = rows.iter().map(|row| row.module).collect();
    rows.sort_by_key(|row| modules.iter().position(|module| *module == row.module));
    let mut module = "";
    for row in &rows {
        if row.module != module {
            module = row.module;
            output::line(module);
        }
        output::line(&format!(" {} {}{}", row.mark(), row.name, row.remark()));
    }
}

/// Prints the requested modules that have no migrations.
fn print_without_migrations(plan: &Plan, wanted: &[String], states: &[MigrationState]) {
    for name in wanted {
        if states.iter().any(|state| state.id.module == *name) {
            continue;
        }
        let is_active = is_no_module(name) || plan.active().any(|module| module.name() == name);
        let why = if is_active { "no migrations" } else { "its module is not active" };
        output::line(&format!("{name}\n ({why})"));
    }
}
