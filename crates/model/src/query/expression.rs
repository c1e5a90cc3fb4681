//! Conditions on the rows of a query, and the ways to its columns.

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
    /// The text stands in the column, capitals and accents apart.
    Folded {
        path: FieldPath,
        text: String,
        part: Part,
    },
    /// A many-to-many field relates the row, whose primary key this is, to that one, or to any.
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

/// The way to a column: foreign keys, then the field itself.
pub(crate) type FieldPath = Cow<'static, [&'static FieldInfo]>;

/// The text as a pattern of `LIKE … ESCAPE '\'` that stands for itself.
pub(crate) fn escape_like(text: &str) -> String {
    text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}
