//! Remedies for missing migrations.

use std::fmt::Write;

use ::migrate::{AdoptionError, LockError, MigrateError, Mismatch, ScratchError};
use module_api::MigrationId;

use crate::database::{DatabaseError, OpenError};

/// Returns the remedy for an error that the database itself did not cause; `program` is the name
/// of this program.
pub(super) fn hint(error: &DatabaseError, program: &str) -> Option<String> {
    Some(match error {
        DatabaseError::Open(OpenError::Missing { .. }) => {
            format!("run `{program} migrate` to make it, or name another in DATABASE_URL")
        }
        DatabaseError::Lock(LockError::TimedOut(_)) => {
            "see what keeps it, or wait longer with the setting databases.site.migrate_lock_timeout"
                .to_owned()
        }
        DatabaseError::Migrate(error) => return of_migrations(error, program),
        _ => return None,
    })
}

fn of_migrations(error: &MigrateError, program: &str) -> Option<String> {
    Some(match error {
        MigrateError::Unapplied(_) => format!("run `{program} migrate`"),
        MigrateError::Changed(_) => {
            "restore the file, and put the change into a new migration".to_owned()
        }
        MigrateError::Inconsistent { depends: MigrationId { module, name }, .. } => format!(
            "run `{program} migrate {module}` to apply that one late, or `{program} migrate \
             {module} {name} --fake` if what it does is done"
        ),
        MigrateError::Irreversible(MigrationId { name, .. })
        | MigrateError::NoWayDown(MigrationId { name, .. }) => format!(
            "give it a way down ({name}.down.sql, or MigrationCode::down), or choose a later \
             migration"
        ),
        MigrateError::Scratch(ScratchError { .. }) => {
            "mend it, also if the site's database is another: it tells which tables the migrations \
             make"
                .to_owned()
        }
        MigrateError::Adoption(error) => adoption(error, program),
        _ => return None,
    })
}

fn adoption(error: &AdoptionError, program: &str) -> String {
    let mut hint = format!(
        "mend the tables, and run `{program} migrate` again; or rename those that are there, and \
         all are made anew; or take them as they are:"
    );
    for (MigrationId { module, name }, differences) in &error.migrations {
        // `--fake-initial` alone would run migrations with missing tables, and later ones.
        let lacks_table = differences.iter().any(|it| it.mismatch == Mismatch::NoTable);
        let arguments = if lacks_table || !name.starts_with("0001_") {
            format!("{name} --fake")
        } else {
            "--fake-initial".to_owned()
        };
        write!(hint, "\n  {program} migrate {module} {arguments}").expect("a string takes all");
    }
    hint
}

#[cfg(test)]
mod tests {
    use ::migrate::Difference;

    use super::*;

    #[test]
    fn what_lacks_a_table_is_recorded_by_its_name() {
        let difference = |mismatch| Difference { table: "a".to_owned(), column: None, mismatch };
        let initial = |module: &str, mismatch| {
            (MigrationId::new(module, "0001_initial"), vec![difference(mismatch)])
        };
        let column = Mismatch::NoColumn("text".to_owned());
        let migrations = vec![initial("one", Mismatch::NoTable), initial("two", column)];
        let error = MigrateError::Adoption(AdoptionError { migrations });
        let hint = hint(&error.into(), "site").unwrap();
        assert!(hint.starts_with("mend the tables, and run `site migrate` again;"), "{hint}");
        assert!(
            hint.ends_with(
                "\n  site migrate one 0001_initial --fake\n  site migrate two --fake-initial"
            ),
            "{hint}"
        );
    }

    #[test]
    fn a_dependency_that_is_not_applied_is_applied_late() {
        let (applied, depends) = (MigrationId::new("b", "0002_x"), MigrationId::new("a", "0001_y"));
        let error = MigrateError::Inconsistent { applied, depends };
        let hint = hint(&error.into(), "site").unwrap();
        assert!(hint.contains("run `site migrate a` to"), "{hint}");
        assert!(hint.contains("`site migrate a 0001_y --fake`"), "{hint}");
    }
}
