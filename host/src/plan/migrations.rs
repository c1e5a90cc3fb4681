//! The migrations of the host and the active modules, in the order in which they run.

use module_api::{Migration, Problem, embed, migrations_of};

use super::statements::transaction_control;
use super::{PlannedModule, active};

/// The migrations of one module, or of the host.
#[derive(Debug, Clone)]
pub(crate) struct ModuleMigrations {
    pub(crate) module: &'static str,
    pub(crate) migrations: Vec<Migration>,
}

/// The host's own migrations, then those of the active modules, requirements first.
pub(super) fn collect(
    modules: &[PlannedModule],
    problems: &mut Vec<Problem>,
) -> Vec<ModuleMigrations> {
    let host = ("host", embed!("../migrations"));
    let of_modules = active(modules).map(|m| (m.name(), m.registration.module.migrations()));
    let mut collected = Vec::new();
    for (module, files) in std::iter::once(host).chain(of_modules) {
        match migrations_of(&files) {
            Ok(migrations) => {
                check_transactions(module, &migrations, problems);
                collected.push(ModuleMigrations { module, migrations });
            }
            Err(errors) => problems.extend(errors.into_iter().map(|error| {
                let hint = "name the files NNNN_name.sql, or NNNN_name.sqlite.sql and \
                            NNNN_name.postgres.sql";
                let message = format!("a migration of `{module}`: {error}");
                Problem::error("migrations.E001", message).module(module).hint(hint)
            })),
        }
    }
    collected
}

/// Reports scripts that would leave the transaction they run in.
fn check_transactions(module: &'static str, migrations: &[Migration], problems: &mut Vec<Problem>) {
    for migration in migrations {
        let found = transaction_control(&migration.sqlite);
        if let Some(found) = found.or_else(|| transaction_control(&migration.postgres)) {
            let message = format!("migration `{}` of `{module}` says `{found}`", migration.name);
            let hint = "each migration is one transaction by itself: leave the statement out";
            let problem = Problem::error("migrations.E002", message).module(module);
            problems.push(problem.hint(hint));
        }
    }
}
