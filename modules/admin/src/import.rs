//! Objects of a model from a file: read and checked first, shown, and written once somebody has
//! looked at what will happen.
//!
//! A file is made to text and its format told ([`file`]), read as [`draft`]s of objects by what the
//! user may import ([`fields`]), compared with the database to a [`plan`], and written
//! ([`write`]). Between the page with the plan and the confirmation the file travels in the page
//! itself, since servers of one site share nothing but the database; all is read and checked again,
//! and nothing is written if that gives another plan.

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

/// A longer file is refused, in bytes.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;

/// The maximum number of objects in a file.
pub(crate) const MAX_OBJECTS: usize = 5_000;
