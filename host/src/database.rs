//! Opens and migrates the site's database.

mod after_migrate;
mod error;
mod hints;
mod local_start;

use std::sync::Arc;
use std::time::Duration;

use ::migrate::{
    Action, HOST, LinkedModule, Lock, MigrateError, PlannedMigration, Report, Request, SITE,
    acquire, check_applied,
};
use fixtures::{Fixture, LoadOptions};
use module_api::db::{DatabaseOptions, Db, DbError, DbPool, Location, query};
use module_api::host::migrations_of_module;
use module_api::{MigrationId, Notice};
use rocket_db_pools::Pool;

use crate::plan::{Plan, migrations_of_site, own_migrations};
use crate::settings::Settings;

pub use error::{DatabaseError, HookError, OpenError};
pub(crate) use hints::hint;

fn options(settings: &Settings) -> Result<DatabaseOptions, OpenError> {
    settings.database().extract().map_err(|error| OpenError::Settings(Box::new(error)))
}

/// Returns the location of the site's database.
pub(crate) fn location(settings: &Settings) -> Result<Location, OpenError> {
    Ok(options(settings)?.location()?)
}

/// Opens the site's database for a command, with all of the plan's migrations applied. In the
/// profile `local`, unless `migrate_on_start` is `false`, missing ones are applied, by one process at a
/// time. Otherwise a missing migration is an error.
///
/// # Errors
///
/// See [`DatabaseError`].
pub async fn open_database(plan: &Plan, settings: &Settings) -> Result<Db, DatabaseError> {
    if settings.is_local() && settings.migrates_on_start() {
        return Ok(prepare(plan, settings, Purpose::Command).await?.db);
    }
    let location = location(settings)?;
    if let Location::Sqlite { file: Some(file), .. } = &location
        && matches!(file.try_exists(), Ok(false))
    {
        // It would be created only to be found empty.
        let pool = open_to_read(settings).await?;
        let applied = check_applied(&pool, &plan.migrations).await;
        applied.map_err(|error| match error {
            lacking @ MigrateError::Unapplied(_) => {
                let place = location.describe();
                DatabaseError::from(OpenError::Missing { place, lacking: Box::new(lacking) })
            }
            other => other.into(),
        })?;
    }
    let (pool, _) = open(settings).await?;
    check_applied(&pool, &plan.migrations).await?;
    Ok(Db::new(pool, Arc::clone(&plan.models)))
}

/// The purpose for which the site's database is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A command.
    Command,
    /// A start of the site whose output is not read.
    Site,
    /// A start of the site whose output is read.
    WatchedSite,
}

/// The open database, and the modules' notices for the terminal.
pub(crate) struct Opened {
    pub(crate) db: Db,
    pub(crate) notices: Vec<Notice>,
}

/// Opens the site's database for a start. If the settings say so, missing migrations are applied in
/// any profile, and fixtures are loaded into a database without tables. In the profile `local`, if
/// the output is read, the modules' `local_start` hooks are called.
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

/// Migrates to the target under the lock, and calls the modules' hooks after migrating, unless the
/// migrations are only recorded.
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
        ::migrate::migrate(&migrating.pool, &plan.migrations, request, report).await?;
        if request.fake { Ok(()) } else { after_migrate::run(plan, &db).await }
    };
    let done = done.await;
    migrating.end().await;
    db.close().await;
    done
}

/// Removes the entries of a linked module from the ledger that have no migration any more, and
/// returns them. Without `does`, nothing is removed.
pub(crate) async fn prune(
    plan: &Plan,
    settings: &Settings,
    module: &str,
    does: bool,
) -> Result<Vec<MigrationId>, DatabaseError> {
    let migrations = match module {
        HOST => own_migrations(),
        SITE => migrations_of_site(&plan.site),
        _ => {
            let linked = LinkedModule::named(&plan.linked(), module)?;
            let planned = plan.modules.named(linked.name).expect("it is linked");
            migrations_of_module(planned.registration.module)
        }
    };
    let migrations = migrations.map_err(|errors| DatabaseError::Unreadable {
        module: module.to_owned(),
        reasons: errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
    })?;
    if !does {
        let pool = open_to_read(settings).await?;
        return Ok(::migrate::prune(&pool, module, &migrations, false).await?);
    }
    let (pool, location) = open(settings).await?;
    let migrating = Migrating::begin(&pool, &location, settings).await?;
    let done = ::migrate::prune(&migrating.pool, module, &migrations, true).await;
    migrating.end().await;
    Ok(done?)
}

/// The one connection that migrates, holding the lock.
struct Migrating {
    pool: DbPool,
    lock: Lock,
}

impl Migrating {
    async fn begin(
        pool: &DbPool,
        location: &Location,
        settings: &Settings,
    ) -> Result<Self, DatabaseError> {
        let limit = Duration::from_secs(options(settings)?.migrate_lock_timeout.into());
        let lock = acquire(pool, location, limit).await?;
        Ok(Self { pool: pool.for_migrations().await?, lock })
    }

    /// Releases the lock.
    async fn end(self) {
        self.pool.close().await;
        self.lock.release().await;
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
        ::migrate::migrate(&migrating.pool, &plan.migrations, Request::ALL, &mut report).await?;
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
    let loaded = loaded.map_err(DatabaseError::DemoData)?;
    tracing::info!(objects = loaded.objects, "demo data loaded");
    Ok(())
}

/// Opens the site's database without migrating.
pub(crate) async fn open(settings: &Settings) -> Result<(DbPool, Location), OpenError> {
    let location = location(settings)?;
    let pool = DbPool::init(&settings.database()).await;
    let pool = pool.map_err(|source| OpenError::Refused { place: location.describe(), source })?;
    Ok((pool, location))
}

/// Opens the site's database for reading. A SQLite file is neither created nor changed: a missing
/// one counts as empty.
pub(crate) async fn open_to_read(settings: &Settings) -> Result<DbPool, OpenError> {
    let location = location(settings)?;
    let place = location.describe();
    let pool = DbPool::open_to_read(location, &options(settings)?).await;
    pool.map_err(|source| OpenError::Refused { place, source })
}

/// Returns `true` if the database has no tables.
pub(crate) async fn is_empty(pool: &DbPool) -> Result<bool, DbError> {
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
