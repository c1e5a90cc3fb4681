//! The values that a query's parameters take and a model's fields hold.

use std::fmt::{self, Write};

use time::UtcDateTime;

/// A value of a type that both databases have. `None` is `NULL` of that type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// True or false.
    Bool(Option<bool>),
    /// A whole number.
    Int(Option<i64>),
    /// Text.
    Text(Option<String>),
    /// A moment, in UTC, to the microsecond.
    DateTime(Option<UtcDateTime>),
}

impl Value {
    /// Whether it is `NULL`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Bool(None) | Self::Int(None) | Self::Text(None) | Self::DateTime(None))
    }

    /// The number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self { *value } else { None }
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(value) = self { value.as_deref() } else { None }
    }
}

/// As people read it; nothing for `NULL`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(Some(true)) => f.write_str("True"),
            Self::Bool(Some(false)) => f.write_str("False"),
            Self::Int(Some(value)) => value.fmt(f),
            Self::Text(Some(value)) => value.fmt(f),
            Self::DateTime(Some(value)) => f.write_str(&datetime_text(*value)),
            Self::Bool(None) | Self::Int(None) | Self::Text(None) | Self::DateTime(None) => Ok(()),
        }
    }
}

/// A moment as Django writes it on SQLite: `2020-06-14 09:41:15.326411`, in UTC without saying so,
/// the fraction left out where it is zero. What is below a microsecond is cut off.
pub fn datetime_text(moment: UtcDateTime) -> String {
    let (year, month, day) = moment.to_calendar_date();
    let (hour, minute, second, micro) = moment.as_hms_micro();
    let mut text =
        format!("{year:04}-{:02}-{day:02} {hour:02}:{minute:02}:{second:02}", u8::from(month));
    if micro != 0 {
        write!(text, ".{micro:06}").expect("a string takes all");
    }
    text
}

macro_rules! value_from {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(Some(value.into()))
            }
        }

        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(Into::into))
            }
        }
    )*};
}

value_from! {
    bool => Bool,
    i16 => Int,
    i32 => Int,
    i64 => Int,
    u32 => Int,
    &str => Text,
    String => Text,
    UtcDateTime => DateTime,
}
