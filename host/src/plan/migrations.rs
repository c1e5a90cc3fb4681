//! The migrations of the host and the active modules, in the order in which they run.

use module_api::{Migration, Problem, embed, migrations_of};

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
            Ok(migrations) => collected.push(ModuleMigrations { module, migrations }),
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
