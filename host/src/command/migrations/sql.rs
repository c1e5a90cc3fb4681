//! `sqlmigrate`: the SQL of a migration, as it is run.

use clap::{Args, ValueEnum};
use module_api::db::DatabaseKind;

use super::super::output;
use crate::database;
use crate::database::DatabaseError;
use crate::plan::Plan;
use crate::settings::Settings;
use ::migrate::{MigrateError, find_migration};

/// The arguments of `sqlmigrate`.
#[derive(Debug, Args)]
pub(in crate::command) struct SqlArguments {
    /// The module.
    module: String,
    /// The migration's name, or an unambiguous prefix of it.
    name: String,
    /// Print the SQL of its way down.
    #[arg(long)]
    backwards: bool,
    /// The kind of database; the site's by default.
    #[arg(long, value_enum)]
    database: Option<DatabaseWord>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DatabaseWord {
    Sqlite,
    Postgres,
}

impl From<DatabaseWord> for DatabaseKind {
    fn from(word: DatabaseWord) -> Self {
        match word {
            DatabaseWord::Sqlite => Self::Sqlite,
            DatabaseWord::Postgres => Self::Postgres,
        }
    }
}

/// Prints the SQL of a migration, without opening a database.
pub(in crate::command) fn print_sql(
    plan: &Plan,
    settings: &Settings,
    arguments: &SqlArguments,
) -> Result<(), DatabaseError> {
    let place =
        find_migration(&plan.migrations, &plan.linked(), &arguments.module, &arguments.name)?;
    let planned = plan.migrations.at(place);
    let migration = &planned.migration;
    let database = match arguments.database {
        Some(word) => word.into(),
        None => database::location(settings)?.kind(),
    };
    if arguments.backwards && !migration.is_reversible() {
        return Err(MigrateError::NoWayDown(planned.id()).into());
    }
    let code = migration.code.is_some().then_some("-- Rust code runs here.");
    let parts = if arguments.backwards {
        [code, migration.down_sql(database).map(str::trim)]
    } else {
        [migration.file_name(database).map(|_| migration.sql(database).trim()), code]
    };
    output::line("BEGIN;");
    for part in parts.into_iter().flatten().filter(|part| !part.is_empty()) {
        output::line(part);
    }
    output::line("COMMIT;");
    Ok(())
}
