//! The migrations of the host, the active modules and the site, in the order in which they run.

use ::migrate::{HOST, MigrationGraph, ModuleMigrations, SITE, transaction_control};
use module_api::db::DatabaseKind;
use module_api::host::{migrations_of, migrations_of_module};
use module_api::{Migration, MigrationError, Problem, embed, migrations_with_code};

use crate::planned::{PlannedModule, PlannedModules};
use crate::site::Site;

/// The migrations of the host, the active modules and the site. If some have errors, the result has those
/// that can be ordered.
pub(super) fn collect(
    modules: &PlannedModules,
    site: &Site,
    problems: &mut Vec<Problem>,
) -> MigrationGraph {
    let host = (HOST, &[][..], own_migrations());
    let of_modules = modules.active().map(|planned| {
        let module = planned.registration.module;
        (planned.name(), module.requires(), migrations_of_module(module))
    });
    let mut collected = Vec::new();
    let mut all_read = true;
    let of_site = (SITE, &[][..], migrations_of_site(site));
    for (module, requires, migrations) in std::iter::once(host).chain(of_modules).chain([of_site]) {
        match migrations {
            Ok(migrations) => {
                check_transactions(module, &migrations, problems);
                collected.push(ModuleMigrations { module, requires, migrations });
            }
            Err(errors) => {
                all_read = false;
                problems.extend(errors.iter().map(|error| unreadable(module, error)));
            }
        }
    }
    if !all_read {
        // Dependencies on migrations that could not be read would be reported needlessly.
        return MigrationGraph::default();
    }
    let linked: Vec<&str> = modules.iter().map(PlannedModule::name).collect();
    MigrationGraph::build(collected, &linked, problems)
}

/// The host's own migrations.
pub(crate) fn own_migrations() -> Result<Vec<Migration>, Vec<MigrationError>> {
    migrations_of(&embed!("migrations"))
}

/// The site's migrations.
pub(crate) fn migrations_of_site(site: &Site) -> Result<Vec<Migration>, Vec<MigrationError>> {
    migrations_with_code(&site.migrations, site.migration_code.clone())
}

fn unreadable(module: &'static str, error: &MigrationError) -> Problem {
    let hint = match error {
        MigrationError::Edge { .. } => {
            "write `-- depends: MODULE NNNN_name` or `-- before: MODULE NNNN_name`, with the \
             migration's whole name"
        }
        MigrationError::CodeTwice(_) => "give each MigrationCode a name of its own",
        _ => {
            "name the files NNNN_name.sql, or NNNN_name.sqlite.sql and NNNN_name.postgres.sql, and \
             what undoes them NNNN_name.down.sql"
        }
    };
    let message = format!("a migration of `{module}`: {error}");
    Problem::error("migrations.E001", message).module(module).hint(hint)
}

/// Reports scripts that would leave the transaction they run in.
fn check_transactions(module: &'static str, migrations: &[Migration], problems: &mut Vec<Problem>) {
    for migration in migrations {
        let found = DatabaseKind::ALL.into_iter().find_map(|database| {
            let down = migration.down_sql(database);
            let mut scripts = std::iter::once(migration.sql(database)).chain(down);
            scripts.find_map(|sql| transaction_control(sql, database))
        });
        if let Some(found) = found {
            let message = format!("migration `{}` of `{module}` says `{found}`", migration.name);
            let hint = "each migration is one transaction by itself: leave the statement out";
            let problem = Problem::error("migrations.E002", message).module(module);
            problems.push(problem.hint(hint));
        }
    }
}
