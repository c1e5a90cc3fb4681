//! Words and values for display.

use module_api::db::Value;
use module_api::model::{FieldInfo, ModelInfo};
use module_api::serde::Serialize;
use module_api::time::UtcDateTime;

/// Formats a count: `1 letting`, `3 lettings`.
pub(crate) fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// An object by its primary key: `Profile (3)`.
pub(crate) fn by_key(model: &ModelInfo, id: i64) -> String {
    format!("{} ({id})", model.capitalized_name())
}

/// A value for display.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
#[serde(crate = "module_api::serde", tag = "kind", content = "text", rename_all = "lowercase")]
pub(crate) enum Shown {
    /// No value: `NULL`, or empty text.
    Empty,
    /// Text.
    Text(String),
    /// True or false.
    Bool(bool),
    /// A moment, in UTC, to the minute.
    Moment(String),
}

impl Shown {
    /// Formats the value of a field. A choice is displayed by its label.
    pub(crate) fn of(field: &FieldInfo, value: &Value) -> Self {
        if let Some(choice) = field.choices.iter().find(|choice| choice.value.is(value)) {
            return Self::Text(choice.label.to_owned());
        }
        match value {
            Value::Bool(Some(value)) => Self::Bool(*value),
            Value::DateTime(Some(moment)) => Self::Moment(minute(*moment)),
            value if value.is_null() => Self::Empty,
            Value::Binary(Some(bytes)) => Self::text(counted(bytes.len() as u64, "byte", "bytes")),
            value => Self::text(value.to_string()),
        }
    }

    /// Text, which may be empty.
    pub(crate) fn text(text: String) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }
}

/// Formats a moment to the minute: `2020-06-14 09:41`.
pub(crate) fn minute(moment: UtcDateTime) -> String {
    let (year, month, day) = moment.to_calendar_date();
    let (hour, minute, _) = moment.as_hms();
    format!("{year:04}-{:02}-{day:02} {hour:02}:{minute:02}", u8::from(month))
}
