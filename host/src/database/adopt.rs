//! Tells which initial migrations need not be run, because another program made their tables.

use std::collections::BTreeSet;

use module_api::MigrationId;
use module_api::db::DbPool;

use super::DatabaseError;
use crate::plan::PlannedMigration;

/// Which of `initial`, unapplied migrations that are the first of their modules, have all their
/// tables in the database already and are to be recorded instead of run. `order` is all migrations.
/// The pool may be a single connection: two at a time would wait for each other.
///
/// # Errors
///
/// Some of a migration's tables and columns are there and some are not, or do not fit.
#[expect(clippy::unused_async, reason = "it is going to ask the database")]
pub(super) async fn already_there(
    pool: &DbPool,
    order: &[PlannedMigration],
    initial: &[&PlannedMigration],
) -> Result<BTreeSet<MigrationId>, DatabaseError> {
    let _ = (pool, order, initial);
    Ok(BTreeSet::new())
}
