//! Errors of migrations.

mod adoption;

use module_api::MigrationId;
use module_api::db::DbError;

use crate::schema::ScratchError;

pub use adoption::AdoptionError;

/// An error of `migrate`.
///
/// Returned by [`migrate()`](crate::migrate()) and [`find_steps`](crate::find_steps).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The file of an applied migration has changed.
    #[error("migration `{}` of `{}` was changed after it was applied", .0.name, .0.module)]
    Changed(MigrationId),
    /// A migration is applied, and one that it depends on is not.
    #[error(
        "migration `{}` of `{}` is applied, but `{}` of `{}`, on which it depends, is not",
        applied.name, applied.module, depends.name, depends.module
    )]
    Inconsistent {
        /// The applied migration.
        applied: MigrationId,
        /// The migration that is not applied.
        depends: MigrationId,
    },
    /// A migration is to be unapplied, and cannot be.
    #[error(
        "migration `{}` of `{}` would have to be unapplied, and has no way down; nothing was done",
        .0.name, .0.module
    )]
    Irreversible(MigrationId),
    /// A migration cannot be unapplied.
    #[error("migration `{}` of `{}` has no way down", .0.name, .0.module)]
    NoWayDown(MigrationId),
    /// Required migrations are not applied.
    #[error("the database lacks {}", list(.0))]
    Unapplied(Vec<MigrationId>),
    /// A migration failed; its changes were rolled back.
    #[error("migration `{}` of `{}` failed {place}, and nothing of it was kept", id.name, id.module)]
    Failed {
        /// The migration.
        id: MigrationId,
        /// The place of the failure: the file and the statement, or its code.
        place: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Tables of migrations exist already, and differ.
    #[error(transparent)]
    Adoption(#[from] AdoptionError),
    /// The migrations cannot be run on an empty database, to determine the tables that they
    /// create.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The database failed in between.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The number of migrations, and their names.
fn list(migrations: &[MigrationId]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<String> = migrations.iter().take(SHOWN).map(ToString::to_string).collect();
    let shown = shown.join(", ");
    match migrations.len() {
        1 => format!("1 migration: {shown}"),
        many if many > SHOWN => format!("{many} migrations: {shown} and {} more", many - SHOWN),
        many => format!("{many} migrations: {shown}"),
    }
}
