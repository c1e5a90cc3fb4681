//! Errors of the site's database. The remedies are in `hints`.

use fixtures::FixtureError;
use module_api::db::{DatabaseUrlError, DbError};

use ::migrate::{LockError, MigrateError, TargetError};

/// An error of the site's database, with one variant for each subject.
///
/// Returned by [`open_database`](crate::open_database).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Another process migrates for too long.
    #[error("cannot get the lock on migrations")]
    Lock(#[from] LockError),
    /// The migration failed.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The target of the migration is not valid.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The migrations of a module that is not active cannot be read.
    #[error("the migrations of `{module}` cannot be read: {reasons}")]
    Unreadable {
        /// The module.
        module: String,
        /// The reasons.
        reasons: String,
    },
    /// A module's hook failed.
    #[error(transparent)]
    Hook(#[from] HookError),
    /// The modules' fixtures cannot be loaded; no rows were kept.
    #[error("the demo data cannot be loaded:\n{0}")]
    DemoData(FixtureError),
    /// The database failed in between.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// An error of opening the site's database.
///
/// Part of [`DatabaseError::Open`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The settings of the database cannot be read.
    #[error("the settings databases.site cannot be read")]
    Settings(#[source] Box<rocket::figment::Error>),
    /// The database's address cannot be read.
    #[error("DATABASE_URL, or databases.site.url, is no database's address")]
    Url(#[from] DatabaseUrlError),
    /// The database refuses the connection.
    #[error("cannot open {place}")]
    Refused {
        /// The database.
        place: String,
        /// The cause.
        #[source]
        source: DbError,
    },
    /// The file is missing, and would be created only to be found empty.
    #[error("{place} is not there: {lacking}")]
    Missing {
        /// The database.
        place: String,
        /// The missing migrations.
        lacking: Box<MigrateError>,
    },
}

/// An error of a module's hook.
///
/// Part of [`DatabaseError::Hook`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// The hook after migrating failed; the migrations were kept.
    #[error("what `{module}` does after migrating failed; the migrations themselves are applied")]
    AfterMigrate {
        /// The module.
        module: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The hook at a start in the profile `local` failed.
    #[error("what `{module}` does when the site starts failed")]
    LocalStart {
        /// The module.
        module: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
