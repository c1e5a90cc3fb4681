//! `migrate`, `showmigrations` and `sqlmigrate`.

mod show;
mod sql;

use std::process::ExitCode;

use clap::Args;

use super::output;
use crate::database;
use crate::database::DatabaseError;
use crate::plan::Plan;
use crate::settings::Settings;
use ::migrate::{Action, PlannedMigration, Request, Target, find_steps, unapplied};

pub(super) use show::{ShowArguments, show};
pub(super) use sql::{SqlArguments, print_sql};

/// The arguments of `migrate`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are the options of a command line")]
pub(super) struct MigrateArguments {
    /// Migrate only this module and its dependencies.
    module: Option<String>,
    /// The last migration of the module to stay applied: a name, an unambiguous prefix of it, or
    /// `zero`.
    name: Option<String>,
    /// Print the steps without executing them.
    #[arg(long)]
    plan: bool,
    /// Print unapplied migrations; exit with 1 if there are any.
    #[arg(long, conflicts_with_all = ["fake", "fake_initial", "prune"])]
    check: bool,
    /// Record migrations as applied or unapplied without running them.
    #[arg(long, conflicts_with_all = ["fake_initial", "prune"])]
    fake: bool,
    /// Record initial migrations without running them if all their tables exist, with any columns.
    #[arg(long, conflicts_with = "prune")]
    fake_initial: bool,
    /// Remove migrations of the module without a file from the ledger.
    #[arg(long, requires = "module", conflicts_with = "name")]
    prune: bool,
}

/// Migrates to the requested target.
pub(super) async fn migrate(
    plan: &Plan,
    settings: &Settings,
    arguments: MigrateArguments,
) -> Result<ExitCode, DatabaseError> {
    let (module, name) = (arguments.module.as_deref(), arguments.name.as_deref());
    if let Some(module) = module.filter(|_| arguments.prune) {
        prune(plan, settings, module, !arguments.plan).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let target = Target::read(&plan.migrations, &plan.linked(), module, name)?;
    let MigrateArguments { fake, fake_initial, .. } = arguments;
    let request = Request { target, fake, fake_initial };
    if arguments.check || arguments.plan {
        let any = print_plan(plan, settings, request, arguments.plan).await?;
        return Ok(ExitCode::from(u8::from(any && arguments.check)));
    }
    let mut count = 0;
    let mut report = |action: Action, migration: &PlannedMigration| {
        count += 1;
        output::line(&line(action.done(), action, migration));
    };
    database::migrate(plan, settings, request, &mut report).await?;
    if count == 0 {
        output::line("nothing to migrate");
    }
    Ok(ExitCode::SUCCESS)
}

fn line(word: &str, action: Action, migration: &PlannedMigration) -> String {
    let why = if action == Action::Adopt { ": its tables are there already" } else { "" };
    format!("{word} {}{why}", migration.id())
}

/// Prints the steps, or only their migrations. Returns `true` if there are any.
async fn print_plan(
    plan: &Plan,
    settings: &Settings,
    request: Request,
    steps: bool,
) -> Result<bool, DatabaseError> {
    let pool = database::open_to_read(settings).await?;
    let graph = &plan.migrations;
    let found = if steps {
        find_steps(&pool, graph, request).await?
    } else {
        unapplied(&pool, graph, request.target).await?
    };
    for step in &found {
        let migration = graph.at(step.place);
        if steps {
            output::line(&line(&step.action.to_string(), step.action, migration));
        } else {
            output::line(&migration.id().to_string());
        }
    }
    if found.is_empty() {
        output::line("nothing to migrate");
    }
    Ok(!found.is_empty())
}

async fn prune(
    plan: &Plan,
    settings: &Settings,
    module: &str,
    does: bool,
) -> Result<(), DatabaseError> {
    let gone = database::prune(plan, settings, module, does).await?;
    let word = if does { "pruned" } else { "prune" };
    for id in &gone {
        output::line(&format!("{word} {id}"));
    }
    if gone.is_empty() {
        output::line("nothing to prune");
    }
    Ok(())
}
