//! Conditions on the rows of a query, and the paths to its columns.

use std::borrow::Cow;

use db::Value;

use super::MomentPart;
use crate::{FieldInfo, ManyToManyInfo};

/// A condition on the rows of a query.
#[derive(Debug, Clone)]
pub(crate) enum Expression {
    Compare {
        path: FieldPath,
        operator: &'static str,
        value: Value,
    },
    /// A part of a moment, in UTC, as a number.
    Part {
        path: FieldPath,
        part: MomentPart,
        operator: &'static str,
        number: i64,
    },
    IsIn {
        path: FieldPath,
        values: Vec<Value>,
    },
    IsNull {
        path: FieldPath,
    },
    Like {
        path: FieldPath,
        pattern: String,
        ignore_case: bool,
    },
    /// The column contains the text, regardless of case and accents.
    Folded {
        path: FieldPath,
        text: String,
        part: Part,
    },
    /// A many-to-many field relates the row with this primary key to the target, or, without one,
    /// to any row.
    Related {
        key: &'static FieldInfo,
        field: &'static ManyToManyInfo,
        target: Option<i64>,
    },
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
}

/// The position of a text in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Anywhere,
    Start,
    Whole,
}

/// The path to a column: foreign keys, then the field itself.
pub(crate) type FieldPath = Cow<'static, [&'static FieldInfo]>;

/// The text escaped as a pattern of `LIKE … ESCAPE '\'`.
pub(crate) fn escape_like(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}
