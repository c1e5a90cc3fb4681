//! Information about modules and migrations, for pages that display it.

use std::sync::Arc;

use module_api::db::DbPool;
use module_api::host::{MigrationLedger, migrations_of_module};
use module_api::{Error, MigrationId, MigrationStatus, SiteModule, SiteModules};

use crate::planned::{PlannedModule, PlannedModules};
use migrate::{MigrationGraph, state_of_migrations};

/// The modules of a plan, and their migrations in a database.
pub(crate) fn site_modules(
    modules: &PlannedModules,
    graph: Arc<MigrationGraph>,
    pool: DbPool,
) -> SiteModules {
    let all = modules.iter().map(site_module).collect();
    let inactive = modules.iter().filter(|planned| !planned.active).flat_map(own_names).collect();
    SiteModules::new(all, Ledger { pool, graph, inactive })
}

fn site_module(planned: &PlannedModule) -> SiteModule {
    let module = planned.registration.module;
    SiteModule {
        name: planned.name(),
        title: module.title().into_owned(),
        version: planned.registration.version(),
        mount: planned.mount.clone(),
        active: planned.active,
        requires: module.requires(),
        uses: module.uses(),
        models: module.models(),
    }
}

/// The migrations of an inactive module, which the plan has not read. Errors in them are ignored
/// until it becomes active.
fn own_names(planned: &PlannedModule) -> Vec<MigrationId> {
    let migrations = migrations_of_module(planned.registration.module).unwrap_or_default();
    let id = |migration: module_api::Migration| MigrationId::new(planned.name(), migration.name);
    migrations.into_iter().map(id).collect()
}

/// The migrations of the linked modules, and the database with the ledger.
struct Ledger {
    pool: DbPool,
    graph: Arc<MigrationGraph>,
    /// The migrations of inactive modules, which are not in the graph.
    inactive: Vec<MigrationId>,
}

#[rocket::async_trait]
impl MigrationLedger for Ledger {
    async fn migrations(&self) -> Result<Vec<MigrationStatus>, Error> {
        let states = state_of_migrations(&self.pool, &self.graph).await;
        let states = states.map_err(Error::Database)?;
        let (known, only_applied): (Vec<_>, Vec<_>) =
            states.into_iter().partition(|state| state.has_file);
        let is_applied = |id: &MigrationId| only_applied.iter().any(|state| state.id == *id);
        let of_inactive = self.inactive.iter().map(|id| MigrationStatus {
            id: id.clone(),
            applied: is_applied(id),
            has_file: true,
        });
        let without_file = only_applied.iter().filter(|state| !self.inactive.contains(&state.id));
        let of_ledger = known.iter().chain(without_file).map(|state| MigrationStatus {
            id: state.id.clone(),
            applied: state.applied,
            has_file: state.has_file,
        });
        Ok(of_ledger.chain(of_inactive).collect())
    }
}
