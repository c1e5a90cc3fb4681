//! Objects parsed from a file, with values of their fields' kinds.

use std::collections::BTreeMap;
use std::fmt;

use module_api::db::Value;
use module_api::model::FieldInfo;
use serde_json::Value as Json;

/// The maximum primary key in an import. The database continues to number from there, and the keys
/// of some tables have 32 bits.
const MAX_ID: i64 = 1_000_000_000;

/// The maximum length of an error message, in characters.
const MAX_MESSAGE: usize = 300;

/// All objects of a file.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) objects: Vec<Draft>,
    /// The fields of the file that are not imported, with the reasons.
    pub(crate) left_out: BTreeMap<String, &'static str>,
    /// `true` if the file is not UTF-8 and was decoded as Windows-1252.
    pub(crate) is_windows_1252: bool,
}

/// An object of a file.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) place: Place,
    /// The primary key, if it is given.
    pub(crate) id: Option<i64>,
    /// The given values, by the indexes of the fields.
    pub(crate) fields: Vec<(usize, GivenValue)>,
    /// The given references of many-to-many fields, by their indexes.
    pub(crate) many: Vec<(usize, Vec<GivenValue>)>,
    /// The errors.
    pub(crate) problems: Vec<Problem>,
}

/// A given value.
#[derive(Debug, Clone)]
pub(crate) enum GivenValue {
    Value(Value),
    /// An empty cell of a field that takes both empty text and `NULL`.
    EmptyCell,
    /// The natural key of the target of a foreign key.
    Natural(Vec<Json>),
}

/// The place of an object in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The line where it begins.
    Line(u64),
    /// The number of the object.
    Object(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Object(number) => write!(f, "object {number}"),
        }
    }
}

/// An error of an object in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    /// The name of the field; `None` for the object as a whole.
    pub(crate) field: Option<&'static str>,
    pub(crate) message: String,
}

impl Draft {
    pub(super) fn at(place: Place) -> Self {
        Self { place, id: None, fields: Vec::new(), many: Vec::new(), problems: Vec::new() }
    }

    /// Adds an error.
    pub(super) fn refuse(&mut self, field: Option<&'static str>, message: impl Into<String>) {
        // A message quotes its subject, which may be as long as the file.
        let message: String = message.into().chars().take(MAX_MESSAGE).collect();
        self.problems.push(Problem { place: self.place, field, message });
    }

    /// Returns `true` if a field already has an error.
    pub(super) fn is_refused(&self, field: &str) -> bool {
        self.problems.iter().any(|problem| problem.field == Some(field))
    }

    /// Returns `true` if the object is unknown or cannot be imported, so that its fields cannot be
    /// checked.
    pub(super) fn is_refused_as_a_whole(&self, key: &str) -> bool {
        self.problems.iter().any(|problem| problem.field.is_none_or(|field| field == key))
    }

    /// Sets the primary key from the parsed value.
    pub(super) fn set_id(&mut self, key: &'static FieldInfo, parsed: Result<Value, String>) {
        match parsed {
            Ok(Value::Int(None)) => {}
            Ok(Value::Int(Some(id))) if id > MAX_ID => {
                let message = format!("Ensure this value is less than or equal to {MAX_ID}.");
                self.refuse(Some(key.name), message);
            }
            Ok(Value::Int(Some(id))) if id > 0 => self.id = Some(id),
            Ok(_) => {
                self.refuse(Some(key.name), "Ensure this value is greater than or equal to 1.");
            }
            Err(message) => self.refuse(Some(key.name), message),
        }
    }
}
