//! Import of objects from a file: it is parsed and validated, previewed, and written after a
//! confirmation.
//!
//! A file is decoded and its format detected ([`file`]), parsed into [`draft`]s of objects with the
//! fields that the user may import ([`fields`]), compared with the database to a [`plan`], and
//! written ([`write`]). Between preview and confirmation the file is kept in the page itself, since
//! replicas of a site share only the database; it is parsed and validated again, and nothing is
//! written if that gives another plan.

mod cells;
mod draft;
mod fields;
mod file;
mod lookups;
mod objects;
mod plan;
#[cfg(test)]
mod properties;
mod rows;
mod write;

pub(crate) use self::draft::{Drafts, Problem};
pub(crate) use self::fields::{Importable, Slot};
pub(crate) use self::file::{read, too_large};
pub(crate) use self::plan::{Change, Plan, Row, Step};
pub(crate) use self::write::{Counts, Refusal, lock, write};

/// The cells of a table, up to the first error.
#[cfg(fuzzing)]
pub(crate) fn table(text: &str) -> Vec<Vec<String>> {
    cells::Lines::of(text).map_while(Result::ok).map(|line| line.cells).collect()
}

/// The maximum size of a file, in bytes.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;

/// The maximum number of objects in a file.
pub(crate) const MAX_OBJECTS: usize = 5_000;
