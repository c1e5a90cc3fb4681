//! Errors of the site's database. The remedies are in `hints`.

use fixtures::FixtureError;
use module_api::db::{DatabaseUrlError, DbError};

use ::migrate::{LockError, MigrateError, TargetError};

/// An error of the site's database: one for each subject.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Another process migrates, and does not come to an end.
    #[error("cannot get the lock on migrations")]
    Lock(#[from] LockError),
    /// The migrations cannot be brought to where they should be.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// It cannot be told which migrations are meant.
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
    /// The modules' fixtures cannot be loaded; nothing of them was kept.
    #[error("the demo data cannot be loaded:\n{0}")]
    DemoData(FixtureError),
    /// The database failed in between.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// An error of opening the site's database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The settings of the database cannot be read.
    #[error("the settings databases.site cannot be read")]
    Settings(#[source] Box<rocket::figment::Error>),
    /// The database's address cannot be read.
    #[error("DATABASE_URL, or databases.site.url, is no database's address")]
    Url(#[from] DatabaseUrlError),
    /// The database refuses.
    #[error("cannot open {place}")]
    Refused {
        /// The database.
        place: String,
        /// The cause.
        #[source]
        source: DbError,
    },
    /// Its file is not there, and would be made only to be found empty.
    #[error("{place} is not there: {lacking}")]
    Missing {
        /// The database.
        place: String,
        /// The migrations that it lacks.
        lacking: Box<MigrateError>,
    },
}

/// An error of a module's hook.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// The hook after migrating; the migrations were kept.
    #[error("what `{module}` does after migrating failed; the migrations themselves are applied")]
    AfterMigrate {
        /// The module.
        module: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The hook at a start in the profile `local`.
    #[error("what `{module}` does when the site starts failed")]
    LocalStart {
        /// The module.
        module: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
