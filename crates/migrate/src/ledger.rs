//! The ledger: the applied migrations, with checksums of their SQL.

use std::collections::BTreeMap;

use module_api::MigrationId;
use module_api::db::{DatabaseKind, DbError, DbPool, Transaction, query, table_exists};

use crate::error::MigrateError;
use crate::graph::{MigrationGraph, PlannedMigration};

/// The table, which the host's first migration creates.
pub(crate) const TABLE: &str = "host_migration";

/// The applied migrations, with their checksums.
///
/// See [`Step`](crate::Step) for an example.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub(crate) exists: bool,
    pub(crate) applied: BTreeMap<MigrationId, String>,
}

impl Ledger {
    /// Reads the ledger. Before the host's first migration it does not exist.
    ///
    /// # Errors
    ///
    /// The database fails.
    pub async fn read(pool: &DbPool) -> Result<Self, DbError> {
        let mut connection = pool.acquire().await?;
        if !table_exists(TABLE, &mut connection).await? {
            return Ok(Self::default());
        }
        let rows = query("SELECT module, name, checksum FROM host_migration")
            .fetch_all::<(String, String, String)>(&mut connection)
            .await?;
        let applied = rows
            .into_iter()
            .map(|(module, name, checksum)| (MigrationId::new(module, name), checksum))
            .collect();
        Ok(Self { exists: true, applied })
    }

    /// Returns `true` if a migration is applied.
    pub fn has(&self, migration: &PlannedMigration) -> bool {
        self.applied.contains_key(&migration.id())
    }

    /// Fails if the file of a migration has changed since it was applied.
    pub(crate) fn check_unchanged(
        &self,
        graph: &MigrationGraph,
        database: DatabaseKind,
    ) -> Result<(), MigrateError> {
        for migration in graph.all() {
            let id = migration.id();
            let recorded = self.applied.get(&id);
            if recorded.is_some_and(|recorded| *recorded != migration.checksum(database)) {
                return Err(MigrateError::Changed(id));
            }
        }
        Ok(())
    }
}

/// Records a migration.
pub(crate) async fn record(
    migration: &PlannedMigration,
    database: DatabaseKind,
    transaction: &mut Transaction,
) -> Result<(), DbError> {
    let insert = query(
        "INSERT INTO host_migration (module, name, checksum, applied) \
         VALUES ($1, $2, $3, CAST(CURRENT_TIMESTAMP AS varchar(32)))",
    );
    let insert = insert.bind(migration.module).bind(migration.migration.name.as_str());
    insert.bind(migration.checksum(database)).execute(transaction).await?;
    Ok(())
}

/// Removes a migration.
pub(crate) async fn forget(id: &MigrationId, transaction: &mut Transaction) -> Result<(), DbError> {
    query("DELETE FROM host_migration WHERE module = $1 AND name = $2")
        .bind(id.module.as_str())
        .bind(id.name.as_str())
        .execute(transaction)
        .await?;
    Ok(())
}
