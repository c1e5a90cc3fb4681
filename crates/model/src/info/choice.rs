//! The choices of a field.

use db::Value;

use crate::DefaultValue;

/// A value that a field may have, and its label.
///
/// ```
/// use module_api::db::Value;
/// use module_api::model::Model;
///
/// #[derive(Model)]
/// #[model(label = "lettings.address")]
/// struct Address {
///     id: i64,
///     #[model(max_length = 2, choices = [("CA", "California"), ("NV", "Nevada")])]
///     state: String,
/// }
///
/// let state = Address::INFO.field("state").unwrap();
/// let chosen = state.choices.iter().find(|choice| choice.value.is(&Value::from("NV")));
/// assert_eq!(chosen.unwrap().label, "Nevada");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// The value.
    pub value: ChoiceValue,
    /// The label for people.
    pub label: &'static str,
}

/// The value of a [`Choice`].
///
/// ```
/// use module_api::db::Value;
/// use module_api::model::ChoiceValue;
///
/// let nevada = ChoiceValue::Text("NV");
/// assert_eq!(nevada.value(), Value::from("NV"));
/// assert!(nevada.is(&Value::from("NV")) && !nevada.is(&Value::from("CA")));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceValue {
    /// A whole number.
    Int(i64),
    /// Text.
    Text(&'static str),
}

impl ChoiceValue {
    /// Returns `true` if the value is equal.
    pub fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Int(choice), Value::Int(Some(value))) => choice == value,
            (Self::Text(choice), Value::Text(Some(value))) => choice == value,
            _ => false,
        }
    }

    /// The stored value.
    pub fn value(self) -> Value {
        match self {
            Self::Int(value) => Value::from(value),
            Self::Text(value) => Value::from(value),
        }
    }

    /// The value as the default of a field.
    #[doc(hidden)]
    pub const fn as_default(self) -> DefaultValue {
        match self {
            Self::Int(value) => DefaultValue::Int(value),
            Self::Text(value) => DefaultValue::Text(value),
        }
    }
}
