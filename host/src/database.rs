//! Opens the site's database and brings it up to date.

mod adopt;
mod fixtures;
mod lock;
mod migrate;

use std::sync::Arc;

use module_api::db::{DatabaseOptions, DatabaseUrlError, Db, DbError, DbPool, Location, query};
use rocket::figment::Figment;
use rocket_db_pools::{Database, Pool};

use crate::{Plan, ScratchError, Settings};

pub use adopt::AdoptionError;
pub(crate) use lock::LockError;
pub(crate) use migrate::{MigrationState, state_of_migrations};

/// Why the site's database cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The settings of the database cannot be read.
    #[error("the settings databases.site cannot be read")]
    Settings(#[source] Box<rocket::figment::Error>),
    /// The database's address cannot be read.
    #[error("DATABASE_URL, or databases.site.url, is no database's address")]
    Url(#[from] DatabaseUrlError),
    /// The database cannot be opened.
    #[error("cannot open {place}")]
    Open {
        /// Which database.
        place: String,
        /// Why not.
        #[source]
        source: DbError,
    },
    /// Another process migrates, and does not come to an end.
    #[error("cannot get the lock on migrations")]
    Lock(#[from] LockError),
    /// A file of a migration that was applied has changed since.
    #[error(
        "migration `{name}` of `{module}` was changed after it was applied; restore the file, and \
         put the change into a new migration"
    )]
    Changed {
        /// The migration's module.
        module: String,
        /// The migration's name.
        name: String,
    },
    /// A migration failed; nothing of it was kept.
    #[error("migration `{name}` of `{module}` failed, and nothing of it was kept")]
    Migration {
        /// The migration's module.
        module: String,
        /// The migration's name.
        name: String,
        /// Why.
        #[source]
        source: DbError,
    },
    /// Tables that migrations make are there already, and not as they make them.
    #[error(transparent)]
    Adoption(#[from] AdoptionError),
    /// What the migrations make cannot be told.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// A fixture cannot be loaded; nothing of the fixtures was kept.
    #[error("fixture `{file}` of `{module}`: {reason}")]
    Fixture {
        /// The fixture's module.
        module: String,
        /// The fixture's file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database failed in between.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The settings of the site's database.
pub(crate) fn section(settings: &Settings) -> Figment {
    settings.figment.focus(&format!("databases.{}", Db::NAME))
}

fn location(settings: &Settings) -> Result<Location, DatabaseError> {
    let options: DatabaseOptions =
        section(settings).extract().map_err(|error| DatabaseError::Settings(Box::new(error)))?;
    Ok(options.location()?)
}

/// Opens the site's database and applies what is missing of the plan's migrations. Processes that
/// do this at the same moment do it one after the other.
///
/// # Errors
///
/// See [`DatabaseError`].
pub async fn open_database(plan: &Plan, settings: &Settings) -> Result<Db, DatabaseError> {
    Ok(prepare(plan, settings, false).await?.0)
}

/// The same for a site that starts: if there was no table yet and the settings say so, the
/// modules' fixtures are loaded too.
pub(crate) async fn open_for_start(plan: &Plan, settings: &Settings) -> Result<Db, DatabaseError> {
    Ok(prepare(plan, settings, settings.site.demo_data && settings.is_local()).await?.0)
}

/// Applies what is missing; which migrations it was.
pub(crate) async fn migrate(
    plan: &Plan,
    settings: &Settings,
) -> Result<Vec<(String, String)>, DatabaseError> {
    Ok(prepare(plan, settings, false).await?.1)
}

async fn prepare(
    plan: &Plan,
    settings: &Settings,
    demo_data: bool,
) -> Result<(Db, Vec<migrate::Key>), DatabaseError> {
    let (pool, location) = open(settings).await?;
    let lock = lock::acquire(&pool, &location).await?;
    let done = async {
        let was_empty = is_empty(&pool).await?;
        let applied = migrate::apply(&pool, &plan.migrations).await?;
        if was_empty && demo_data {
            fixtures::load(plan, &pool).await?;
        }
        Ok::<_, DatabaseError>(applied)
    };
    let done = done.await;
    lock.release().await;
    Ok((Db::new(pool, Arc::clone(&plan.models)), done?))
}

/// Opens the site's database as it is.
pub(crate) async fn open(settings: &Settings) -> Result<(DbPool, Location), DatabaseError> {
    let location = location(settings)?;
    let pool = DbPool::init(&section(settings)).await;
    let pool = pool.map_err(|source| DatabaseError::Open { place: location.describe(), source })?;
    Ok((pool, location))
}

/// Whether the database has no table at all.
async fn is_empty(pool: &DbPool) -> Result<bool, DbError> {
    let mut connection = pool.acquire().await?;
    let (tables,): (i64,) = query(match pool {
        DbPool::Sqlite { .. } => {
            "SELECT COUNT(*) AS value FROM sqlite_master \
             WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        }
        DbPool::Postgres(_) => {
            "SELECT COUNT(*) AS value FROM pg_catalog.pg_tables \
             WHERE schemaname = ANY (current_schemas(false))"
        }
    })
    .fetch_one(&mut connection)
    .await?;
    Ok(tables == 0)
}
