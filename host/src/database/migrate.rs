//! Applies what is missing of the modules' migrations and keeps the ledger of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use module_api::Migration;
use module_api::db::{DbError, DbPool, FromRow, Row, execute_script, query};
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use super::DatabaseError;
use super::adopt::already_there;
use crate::plan::ModuleMigrations;

/// The key of a migration: its module and name.
pub(crate) type Key = (String, String);

/// A migration as `showmigrations` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MigrationState {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) applied: bool,
    /// Whether an active module, or the host, brings its file.
    pub(crate) has_file: bool,
}

struct LedgerRow {
    key: Key,
    checksum: String,
}

impl FromRow for LedgerRow {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        Ok(Self { key: (row.get("module")?, row.get("name")?), checksum: row.get("checksum")? })
    }
}

/// Applies all migrations that the ledger does not have, each in a transaction with its entry;
/// which they were.
///
/// Entries of modules that are not there are left alone.
pub(super) async fn apply(
    pool: &DbPool,
    modules: &[ModuleMigrations],
) -> Result<Vec<Key>, DatabaseError> {
    let applied = ledger(pool).await?;
    let mut done = Vec::new();
    for (module, migration) in in_order(modules) {
        if let Some(checksum) = applied.get(&(module.to_owned(), migration.name.clone()))
            && *checksum != checksum_of(sql_for(pool, migration))
        {
            let (module, name) = (module.to_owned(), migration.name.clone());
            return Err(DatabaseError::Changed { module, name });
        }
    }
    let adopted = adopted(pool, modules, &applied).await?;
    for (module, migration) in in_order(modules) {
        let key = (module.to_owned(), migration.name.clone());
        if applied.contains_key(&key) {
            continue;
        }
        let run = !adopted.contains(&key);
        apply_one(pool, module, migration, run).await.map_err(|source| {
            DatabaseError::Migration {
                module: module.to_owned(),
                name: migration.name.clone(),
                source,
            }
        })?;
        if run {
            tracing::info!(module, migration = migration.name, "migrated");
        } else {
            tracing::info!(module, migration = migration.name, "its tables are there: recorded");
        }
        done.push(key);
    }
    Ok(done)
}

/// The initial migrations that need not run, since their tables are there.
async fn adopted(
    pool: &DbPool,
    modules: &[ModuleMigrations],
    applied: &BTreeMap<Key, String>,
) -> Result<BTreeSet<Key>, DatabaseError> {
    let initial = modules.iter().filter_map(|module| {
        Some((module.module.to_owned(), module.migrations.first()?.name.clone()))
    });
    let initial = initial.filter(|key| !applied.contains_key(key)).collect();
    let order: Vec<(&str, &Migration)> = in_order(modules).collect();
    already_there(pool, &order, &initial).await
}

/// Applies a migration, or only records that it is applied.
async fn apply_one(
    pool: &DbPool,
    module: &str,
    migration: &Migration,
    run: bool,
) -> Result<(), DbError> {
    let sql = sql_for(pool, migration);
    let mut transaction = pool.begin().await?;
    if run {
        execute_script(AssertSqlSafe(sql.to_owned()), &mut transaction).await?;
    }
    query(
        "INSERT INTO host_migration (module, name, checksum, applied) \
         VALUES ($1, $2, $3, CAST(CURRENT_TIMESTAMP AS varchar(32)))",
    )
    .bind(module)
    .bind(migration.name.as_str())
    .bind(checksum_of(sql))
    .execute(&mut transaction)
    .await?;
    transaction.commit().await
}

/// All migrations of the active modules, and those in the ledger whose module is not there.
pub(crate) async fn state_of_migrations(
    pool: &DbPool,
    modules: &[ModuleMigrations],
) -> Result<Vec<MigrationState>, DatabaseError> {
    let mut applied = ledger(pool).await?;
    let mut states: Vec<MigrationState> = in_order(modules)
        .map(|(module, migration)| {
            let key = (module.to_owned(), migration.name.clone());
            let is_applied = applied.remove(&key).is_some();
            MigrationState { module: key.0, name: key.1, applied: is_applied, has_file: true }
        })
        .collect();
    states.extend(applied.into_keys().map(|(module, name)| MigrationState {
        module,
        name,
        applied: true,
        has_file: false,
    }));
    Ok(states)
}

/// The checksums of the applied migrations. Before the host's first migration there is no ledger.
async fn ledger(pool: &DbPool) -> Result<BTreeMap<Key, String>, DbError> {
    let mut connection = pool.acquire().await?;
    let (tables,): (i64,) = query(match pool {
        DbPool::Sqlite { .. } => {
            "SELECT COUNT(*) AS value FROM sqlite_master WHERE name = 'host_migration'"
        }
        DbPool::Postgres(_) => {
            "SELECT COUNT(*) AS value FROM pg_catalog.pg_tables \
             WHERE tablename = 'host_migration' AND schemaname = ANY (current_schemas(false))"
        }
    })
    .fetch_one(&mut connection)
    .await?;
    if tables == 0 {
        return Ok(BTreeMap::new());
    }
    let rows = query("SELECT module, name, checksum FROM host_migration")
        .fetch_all::<LedgerRow>(&mut connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.key, row.checksum)).collect())
}

fn in_order(modules: &[ModuleMigrations]) -> impl Iterator<Item = (&'static str, &Migration)> {
    modules.iter().flat_map(|module| module.migrations.iter().map(|m| (module.module, m)))
}

fn sql_for<'a>(pool: &DbPool, migration: &'a Migration) -> &'a str {
    match pool {
        DbPool::Sqlite { .. } => &migration.sqlite,
        DbPool::Postgres(_) => &migration.postgres,
    }
}

/// SHA-256 of what is run, as hexadecimal digits.
fn checksum_of(sql: &str) -> String {
    Sha256::digest(sql.as_bytes()).iter().fold(String::new(), |mut checksum, byte| {
        write!(checksum, "{byte:02x}").expect("a string takes all");
        checksum
    })
}
