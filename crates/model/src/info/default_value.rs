//! The default values of fields.

use db::{Decimal, Uuid, Value};
use time::Duration;

use crate::{FieldInfo, FieldKind};

/// The default value of a field in new objects.
///
/// ```
/// use module_api::db::Value;
/// use module_api::model::{DefaultValue, Model};
///
/// #[derive(Model)]
/// #[model(label = "guests.entry")]
/// struct Entry {
///     id: i64,
///     #[model(default = 5)]
///     stars: i32,
/// }
///
/// let stars = Entry::INFO.field("stars").unwrap();
/// assert_eq!(stars.default, Some(DefaultValue::Int(5)));
/// assert_eq!(stars.default_value(), Value::from(5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DefaultValue {
    /// True or false.
    Bool(bool),
    /// A whole number; for a duration, its seconds.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// Text; for any other kind of field, its value as in forms.
    Text(&'static str),
    /// The current moment, day or time of day.
    Now,
    /// A random UUID.
    Random,
}

impl DefaultValue {
    /// The value for a field.
    pub(super) fn value(self, field: &FieldInfo) -> Value {
        match self {
            Self::Bool(value) => Value::from(value),
            Self::Int(seconds) if matches!(field.kind, FieldKind::Duration) => {
                Value::from(Duration::seconds(seconds))
            }
            Self::Int(value) => Value::from(value),
            Self::Float(value) => Value::from(value),
            Self::Text(value) if field.is_text() => Value::from(value),
            // Text that cannot be parsed becomes `NULL`, which a required field refuses.
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

/// The writes at which a field is set to the current time.
///
/// ```
/// use module_api::model::{AutoNow, Model};
/// use module_api::time::UtcDateTime;
///
/// #[derive(Model)]
/// #[model(label = "guests.entry")]
/// struct Entry {
///     id: i64,
///     #[model(auto_now_add)]
///     added: UtcDateTime,
///     #[model(auto_now)]
///     changed: UtcDateTime,
/// }
///
/// let [_, added, changed] = Entry::INFO.fields else { panic!("there are three fields") };
/// assert_eq!((added.auto_now, changed.auto_now), (Some(AutoNow::Add), Some(AutoNow::Save)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoNow {
    /// On insertion.
    Add,
    /// On each save.
    Save,
}

/// The number with this many decimal places, unless it has more that are not zero.
pub(crate) fn with_places(number: Decimal, places: u32) -> Decimal {
    let mut number = number.normalize();
    if number.scale() < places {
        number.rescale(places);
    }
    number
}
