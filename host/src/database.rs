//! Opens the site's database and brings it up to date.

mod adopt;
mod after_migrate;
mod hints;
mod local_start;
mod lock;
mod migrate;

use std::sync::Arc;
use std::time::Duration;

use module_api::db::{DatabaseOptions, DatabaseUrlError, Db, DbError, DbPool, Location, query};
use module_api::{MigrationId, Notice};
use rocket_db_pools::Pool;

use crate::plan::Plan;
use crate::plan::{MigrationGraph, PlannedMigration};
use crate::schema::ScratchError;
use crate::settings::Settings;
use fixtures::{Fixture, LoadOptions};

pub use adopt::AdoptionError;
pub(crate) use hints::hint;
pub(crate) use lock::LockError;
pub(crate) use migrate::{
    Action, MigrationState, Report, Request, Target, TargetError, find_migration, find_steps,
    linked_module, state_of_migrations, unapplied,
};

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
    /// The site is to start, and its file is not there.
    #[error(
        "{place} is not there: the database lacks {}; run `host migrate` to make it, or name \
         another in DATABASE_URL",
        list(migrations)
    )]
    Missing {
        /// Which database.
        place: String,
        /// What is to be applied to make it.
        migrations: Vec<MigrationId>,
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
    #[error("migration `{name}` of `{module}` failed {place}, and nothing of it was kept")]
    Migration {
        /// The migration's module.
        module: String,
        /// The migration's name.
        name: String,
        /// Where it failed: the file and the statement, or its code.
        place: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What a module does after migrating failed; the migrations were kept.
    #[error("what `{module}` does after migrating failed; the migrations themselves are applied")]
    AfterMigrate {
        /// The module.
        module: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What a module does at a start in the profile `local` failed.
    #[error("what `{module}` does when the site starts failed")]
    LocalStart {
        /// The module.
        module: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A migration is applied, and one that it depends on is not.
    #[error(
        "migration `{name}` of `{module}` is applied, but `{depends_name}` of `{depends_module}`, \
         on which it depends, is not; run `host migrate {depends_module}` to apply that one late, \
         or `host migrate {depends_module} {depends_name} --fake` if what it does is done"
    )]
    Inconsistent {
        /// The module of the one that is applied.
        module: String,
        /// Its name.
        name: String,
        /// The module of the one that is not.
        depends_module: String,
        /// Its name.
        depends_name: String,
    },
    /// A migration is to be unapplied, and there is no way down.
    #[error(
        "migration `{name}` of `{module}` would have to be unapplied, and has no way down; nothing \
         was done. Give it one ({name}.down.sql, or MigrationCode::down), or choose a later \
         migration"
    )]
    Irreversible {
        /// The migration's module.
        module: String,
        /// The migration's name.
        name: String,
    },
    /// There is nothing that undoes a migration.
    #[error("migration `{name}` of `{module}` has no way down")]
    NoWayDown {
        /// The migration's module.
        module: String,
        /// The migration's name.
        name: String,
    },
    /// The site is to start, and the database lacks migrations.
    #[error("the database lacks {}; run `host migrate`", list(.0))]
    Unapplied(Vec<MigrationId>),
    /// It cannot be told which migrations are meant.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The migrations of a module that is not active cannot be read.
    #[error("the migrations of `{module}` cannot be read: {reasons}")]
    Unreadable {
        /// The module.
        module: String,
        /// Why.
        reasons: String,
    },
    /// Tables that migrations make are there already, and not as they make them.
    #[error(transparent)]
    Adoption(#[from] AdoptionError),
    /// What the migrations make cannot be told.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The modules' fixtures cannot be loaded; nothing of them was kept.
    #[error("the demo data cannot be loaded:\n{0}")]
    Fixtures(String),
    /// The database failed in between.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// How many migrations there are, and which.
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

fn options(settings: &Settings) -> Result<DatabaseOptions, DatabaseError> {
    settings.database().extract().map_err(|error| DatabaseError::Settings(Box::new(error)))
}

/// Where the site's database is.
pub(crate) fn location(settings: &Settings) -> Result<Location, DatabaseError> {
    Ok(options(settings)?.location()?)
}

/// Opens the site's database for a command, with all of the plan's migrations applied. In the
/// profile `local` those that are missing are applied; processes that do this at the same moment do
/// it one after the other. In any other profile it is an error if one is missing.
///
/// # Errors
///
/// See [`DatabaseError`].
pub async fn open_database(plan: &Plan, settings: &Settings) -> Result<Db, DatabaseError> {
    if settings.is_local() {
        return Ok(prepare(plan, settings, Purpose::Command).await?.db);
    }
    let location = location(settings)?;
    if let Location::Sqlite { file: Some(file), .. } = &location
        && matches!(file.try_exists(), Ok(false))
    {
        // It would be made only to be found empty.
        let pool = open_to_read(settings).await?;
        migrate::check_applied(&pool, &plan.migrations).await.map_err(|error| match error {
            DatabaseError::Unapplied(migrations) => {
                DatabaseError::Missing { place: location.describe(), migrations }
            }
            other => other,
        })?;
    }
    let (pool, _) = open(settings).await?;
    migrate::check_applied(&pool, &plan.migrations).await?;
    Ok(Db::new(pool, Arc::clone(&plan.models)))
}

/// Fails if a migration is not applied.
pub(crate) async fn are_applied(
    pool: &DbPool,
    graph: &MigrationGraph,
) -> Result<(), DatabaseError> {
    migrate::check_applied(pool, graph).await
}

/// What the site's database is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A command.
    Command,
    /// A site that starts, of which nobody reads what it prints.
    Site,
    /// A site that starts, and somebody reads what it prints.
    WatchedSite,
}

/// The site's database, open, and what the modules have to say to whoever started the site.
pub(crate) struct Opened {
    pub(crate) db: Db,
    pub(crate) notices: Vec<Notice>,
}

/// The same for a site that starts. If the settings say so, the migrations that are missing are
/// applied in any profile; and if there was no table yet, the modules' fixtures are loaded too. In
/// the profile `local`, if somebody reads what is printed, the modules do what they do at a start.
pub(crate) async fn open_for_start(
    plan: &Plan,
    settings: &Settings,
    purpose: Purpose,
) -> Result<Opened, DatabaseError> {
    if settings.migrates_on_start() {
        return prepare(plan, settings, purpose).await;
    }
    Ok(Opened { db: open_database(plan, settings).await?, notices: Vec::new() })
}

/// Brings the migrations to where they are asked to be, under the lock, and has the modules do what
/// they do afterwards; unless the migrations are only recorded.
pub(crate) async fn migrate(
    plan: &Plan,
    settings: &Settings,
    request: Request,
    report: Report<'_>,
) -> Result<(), DatabaseError> {
    let (pool, location) = open(settings).await?;
    let db = Db::new(pool, Arc::clone(&plan.models));
    let migrating = Migrating::begin(&db, &location, settings).await?;
    let done = async {
        migrate::migrate(&migrating.pool, &plan.migrations, request, report).await?;
        if request.fake { Ok(()) } else { after_migrate::run(plan, &db).await }
    };
    let done = done.await;
    migrating.end().await;
    db.close().await;
    done
}

/// Takes the entries of a module out of the ledger that have no migration any more; which they
/// were. Without `does`, they are only found.
pub(crate) async fn prune(
    plan: &Plan,
    settings: &Settings,
    module: &str,
    does: bool,
) -> Result<Vec<MigrationId>, DatabaseError> {
    if !does {
        return migrate::prune(&open_to_read(settings).await?, plan, module, false).await;
    }
    let (pool, location) = open(settings).await?;
    let migrating = Migrating::begin(&pool, &location, settings).await?;
    let done = migrate::prune(&migrating.pool, plan, module, true).await;
    migrating.end().await;
    done
}

/// The one connection that migrates, with the lock held.
struct Migrating {
    pool: DbPool,
    lock: lock::Lock,
}

impl Migrating {
    async fn begin(
        pool: &DbPool,
        location: &Location,
        settings: &Settings,
    ) -> Result<Self, DatabaseError> {
        let limit = Duration::from_secs(options(settings)?.migrate_lock_timeout.into());
        let pool = pool.for_migrations().await?;
        let lock = lock::acquire(&pool, location, limit).await?;
        Ok(Self { pool, lock })
    }

    /// Lets the next one in.
    async fn end(self) {
        self.pool.close().await;
        drop(self.lock);
    }
}

async fn prepare(
    plan: &Plan,
    settings: &Settings,
    purpose: Purpose,
) -> Result<Opened, DatabaseError> {
    let (pool, location) = open(settings).await?;
    let db = Db::new(pool, Arc::clone(&plan.models));
    let migrating = Migrating::begin(&db, &location, settings).await?;
    let done = async {
        let was_empty = is_empty(&db).await?;
        let mut report = |action: Action, migration: &PlannedMigration| {
            let (module, name) = (migration.module, &*migration.migration.name);
            tracing::info!(module, migration = name, "{}", action.done());
        };
        migrate::migrate(&migrating.pool, &plan.migrations, Request::ALL, &mut report).await?;
        after_migrate::run(plan, &db).await?;
        if was_empty && settings.site.demo_data && purpose != Purpose::Command {
            load_demo_data(plan, &db).await?;
        }
        if purpose != Purpose::WatchedSite || !settings.is_local() {
            return Ok(Vec::new());
        }
        local_start::run(plan, settings, &db, was_empty).await
    };
    let done: Result<Vec<Notice>, DatabaseError> = done.await;
    migrating.end().await;
    Ok(Opened { notices: done?, db })
}

/// Loads the fixtures of all active modules.
async fn load_demo_data(plan: &Plan, db: &Db) -> Result<(), DatabaseError> {
    let loaded =
        fixtures::load(Fixture::of_modules(&plan.active_modules()), db, LoadOptions::default())
            .await;
    let loaded = loaded.map_err(|error| DatabaseError::Fixtures(error.to_string()))?;
    tracing::info!(objects = loaded.objects, "demo data loaded");
    Ok(())
}

/// Opens the site's database as it is.
pub(crate) async fn open(settings: &Settings) -> Result<(DbPool, Location), DatabaseError> {
    let location = location(settings)?;
    let pool = DbPool::init(&settings.database()).await;
    let pool = pool.map_err(|source| DatabaseError::Open { place: location.describe(), source })?;
    Ok((pool, location))
}

/// Opens the site's database to look at it. A SQLite file is neither made nor changed: one that is
/// missing counts as empty.
pub(crate) async fn open_to_read(settings: &Settings) -> Result<DbPool, DatabaseError> {
    let location = location(settings)?;
    let place = location.describe();
    let pool = DbPool::open_to_read(location, &options(settings)?).await;
    pool.map_err(|source| DatabaseError::Open { place, source })
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
