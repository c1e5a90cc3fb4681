//! Fixtures: rows as files, in Django's JSON format, both ways.

mod cells;
mod dump;
mod elements;
mod json;
mod json_text;
mod keys;
mod load;
mod natural;
mod object;
mod problems;
mod progress;
mod read;
mod references;
mod source;
mod write;

use module_api::db::DbError;

pub(crate) use dump::{DumpOptions, dump};
pub(crate) use load::{LoadOptions, load};
pub(crate) use problems::Report;
pub(crate) use source::Fixture;

/// Why fixtures were not loaded, or rows not dumped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FixtureError {
    /// Something is wrong with the fixtures.
    #[error("{report}")]
    Bad {
        /// All of it, for people.
        report: Report,
        /// Whether validators refused values that their columns would take.
        refused_by_validators: bool,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The file of a dump.
    #[error("cannot write {file}: {error}")]
    Write {
        /// What is written to.
        file: String,
        /// Why it cannot be.
        error: std::io::Error,
    },
}
