//! The values that fields have without being given one.

use db::{Decimal, Uuid, Value};
use time::Duration;

use crate::{FieldInfo, FieldKind};

/// The value of a new object's field that is given none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DefaultValue {
    /// True or false.
    Bool(bool),
    /// A whole number; of a length of time, that of its seconds.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// Text; of any other field, its value as a form takes it.
    Text(&'static str),
    /// The moment, day or time of day at which it is made.
    Now,
    /// A random UUID.
    Random,
}

impl DefaultValue {
    /// The value itself, for a field.
    pub(super) fn value(self, field: &FieldInfo) -> Value {
        match self {
            Self::Bool(value) => Value::from(value),
            Self::Int(seconds) if matches!(field.kind, FieldKind::Duration) => {
                Value::from(Duration::seconds(seconds))
            }
            Self::Int(value) => Value::from(value),
            Self::Float(value) => Value::from(value),
            Self::Text(value) if field.is_text() => Value::from(value),
            // What is no value of the field is `NULL`, which is refused where it has to have one.
            Self::Text(value) => field.parse(value).unwrap_or_else(|_| field.null_value()),
            Self::Now => field.now().unwrap_or_else(|| field.null_value()),
            Self::Random => Value::from(random_uuid()),
        }
    }
}

/// A UUID of version 4.
fn random_uuid() -> Uuid {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// When a field is given the time of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoNow {
    /// When its object is added.
    Add,
    /// Whenever its object is saved.
    Save,
}

/// The number with so many decimal places, unless it has more that are not zero.
pub(crate) fn with_places(number: Decimal, places: u32) -> Decimal {
    let mut number = number.normalize();
    if number.scale() < places {
        number.rescale(places);
    }
    number
}
