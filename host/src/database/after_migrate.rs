//! Calls the modules' hooks after migrating.

use ::migrate::Ledger;
use module_api::db::Db;

use super::{DatabaseError, HookError};
use crate::plan::Plan;

/// Calls the active modules' hooks, in the order in which the modules start. A module with
/// unapplied migrations is left out: its hook may need missing tables.
pub(super) async fn run(plan: &Plan, db: &Db) -> Result<(), DatabaseError> {
    let hooks = plan.active().filter_map(|module| {
        let hook = module.registration.module.after_migrate()?;
        Some((module.name(), hook))
    });
    let hooks: Vec<_> = hooks.collect();
    if hooks.is_empty() {
        return Ok(());
    }
    let ledger = Ledger::read(db).await?;
    for (module, hook) in hooks {
        let mut migrations = plan.migrations.all().iter();
        if migrations.any(|migration| migration.module == module && !ledger.has(migration)) {
            continue;
        }
        let done = hook(db).await;
        done.map_err(|source| HookError::AfterMigrate { module, source })?;
    }
    Ok(())
}
