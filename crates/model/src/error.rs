//! Errors of writing and deleting rows.

use std::fmt;

use db::DbError;

use crate::ValidationErrors;

/// An error of writing rows.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The values do not fit their fields, or break a rule.
    #[error(transparent)]
    Invalid(#[from] ValidationErrors),
    /// Other rows protect rows that were to be deleted.
    #[error(transparent)]
    Protected(#[from] Protected),
    /// There is no row with that primary key any more.
    #[error("there is no {model} with the primary key {id}")]
    Gone {
        /// The model's verbose name.
        model: &'static str,
        /// The primary key.
        id: i64,
    },
    /// No active module has the model, so the relations to it are unknown.
    #[error("no active module brings the model `{0}`: name it in `Module::models`")]
    Unknown(&'static str),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Rows of other models that prevent a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protected {
    /// The label of the model that has them, the name of its foreign key, and their primary keys.
    pub by: Vec<(&'static str, &'static str, Vec<i64>)>,
}

impl fmt::Display for Protected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "cannot be deleted, since it is referenced through protected foreign keys by ",
        )?;
        for (index, (label, field, ids)) in self.by.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{} of {label} ({field})", ids.len())?;
        }
        Ok(())
    }
}

impl std::error::Error for Protected {}
