//! The states of all migrations, for `showmigrations`.

use module_api::MigrationId;
use module_api::db::{DbError, DbPool};

use crate::graph::MigrationGraph;
use crate::ledger::Ledger;

/// A migration and its state.
///
/// Returned by [`state_of_migrations`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// The module and the name.
    pub id: MigrationId,
    /// `true` if it is applied.
    pub applied: bool,
    /// `true` if an active module or the host has its file.
    pub has_file: bool,
    /// `true` if it can be unapplied.
    pub reversible: bool,
    /// Migrations that must be applied before it.
    pub depends: Vec<MigrationId>,
}

/// Returns all migrations of the active modules in order, followed by those that are only in the
/// ledger.
///
/// # Errors
///
/// The database fails.
pub async fn state_of_migrations(
    pool: &DbPool,
    graph: &MigrationGraph,
) -> Result<Vec<MigrationState>, DbError> {
    let mut applied = Ledger::read(pool).await?.applied;
    let mut states: Vec<MigrationState> = graph
        .all()
        .iter()
        .map(|planned| MigrationState {
            id: planned.id(),
            applied: applied.remove(&planned.id()).is_some(),
            has_file: true,
            reversible: planned.migration.is_reversible(),
            depends: planned.depends.iter().map(|place| graph.at(*place).id()).collect(),
        })
        .collect();
    states.extend(applied.into_keys().map(|id| MigrationState {
        id,
        applied: true,
        has_file: false,
        reversible: false,
        depends: Vec::new(),
    }));
    Ok(states)
}
