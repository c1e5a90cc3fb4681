//! Enums whose variants are the values of a field.

use db::{DbError, Row, Value};

use super::{FieldType, NullValue};
use crate::{Choice, ChoiceValue, FieldKind};

/// An enum whose variants are the only values of a field.
///
/// It is [derived](derive@super::Choices), never written by hand.
///
/// ```
/// use module_api::model::{Choices, Model};
///
/// #[derive(Debug, Clone, Copy, PartialEq, Choices)]
/// enum Status {
///     Requested,
///     Confirmed,
///     #[choice(value = "no", label = "Declined by the owner")]
///     Declined,
/// }
///
/// #[derive(Model)]
/// #[model(label = "bookings.booking")]
/// struct Booking {
///     id: i64,
///     #[model(choices, default = Status::Requested, max_length = 12)]
///     status: Status,
/// }
///
/// let confirmed = Booking::objects().filter(Booking::STATUS.eq(Status::Confirmed));
/// # let _ = confirmed;
/// assert_eq!(Status::Confirmed.label(), "Confirmed");
/// assert_eq!(Status::Declined.to_string(), "Declined by the owner");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no enum of choices",
    note = "write `#[derive(Choices)]` on the enum"
)]
pub trait Choices: Sized + 'static {
    /// The choices, in order.
    const CHOICES: &'static [Choice];

    /// The length of the longest value, if the values are text.
    #[doc(hidden)]
    const LONGEST: Option<u32>;

    /// The stored value.
    #[doc(hidden)]
    fn choice_value(&self) -> ChoiceValue;

    /// The choice with that index.
    #[doc(hidden)]
    fn at(place: usize) -> Option<Self>;
}

impl<T: Choices> NullValue for Option<T> {
    fn null_value() -> Value {
        if T::LONGEST.is_some() { Value::Text(None) } else { Value::Int(None) }
    }
}

/// The kind of a field of that type: text up to a maximum length, or a whole number.
#[doc(hidden)]
pub const fn choices_kind<T: Choices>(max_length: Option<u32>) -> FieldKind {
    match (T::LONGEST, max_length) {
        (None, _) => FieldKind::Integer,
        (Some(_), Some(max_length)) | (Some(max_length), None) => FieldKind::Char { max_length },
    }
}

/// The choice with that stored value.
#[doc(hidden)]
pub fn choice_of<T: Choices>(value: &Value) -> Option<T> {
    T::at(T::CHOICES.iter().position(|choice| choice.value.is(value))?)
}

/// Reads a choice from a column.
#[doc(hidden)]
pub fn read_choice<T: Choices>(row: &Row<'_>, column: usize) -> Result<T, DbError> {
    let value = match T::LONGEST {
        Some(_) => String::read(row, column)?.to_value(),
        None => i64::read(row, column)?.to_value(),
    };
    choice_of(&value).ok_or_else(|| DbError::Column {
        column: column.to_string(),
        source: sqlx::Error::Decode(format!("`{value}` is none of the choices").into()),
    })
}
