//! Remedies for errors of the database.

mod migrations;
mod postgres;
mod sqlite;

use std::error::Error;

use ::migrate::LockError;
use module_api::db::Location;
use module_api::program_name;

use crate::settings::Settings;

/// Returns the remedy for a missing table or column.
fn migrate_first() -> String {
    let program = program_name();
    format!("the database is not what the modules expect: run `{program} migrate` first")
}

/// Returns the remedy for an error caused by one of the site's database, if it is known. It
/// contains no password.
///
/// Its SQL may have to be reviewed and run by another person, such as an administrator of the
/// server.
pub(crate) fn hint(error: &(dyn Error + 'static), settings: &Settings) -> Option<String> {
    if let Some(hint) =
        error.downcast_ref().and_then(|error| migrations::hint(error, program_name()))
    {
        return Some(hint);
    }
    let options = super::options(settings).ok()?;
    let location = options.location().ok()?;
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<sqlx::Error>() {
            return match location {
                Location::Sqlite { file, .. } => sqlite::hint(error, file.as_deref(), &options.url),
                Location::Postgres(server) => postgres::hint(error, &server),
            };
        }
        if let Some(LockError::File { path, source }) = error.downcast_ref::<LockError>() {
            return sqlite::hint_on_file(path, source);
        }
        next = error.source();
    }
    None
}
