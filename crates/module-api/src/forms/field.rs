//! A field of a form, as `#[derive(Form)]` describes it.

use super::posted::Posted;
use super::typed::{NO_SUCH_CHOICE, REQUIRED, Typed};
use crate::db::Value;
use crate::model::{FieldInfo, FieldKind, FieldType, ValidationErrors};

/// The description of a form's field.
///
/// ```
/// use module_api::forms::Form;
///
/// #[derive(Form)]
/// struct Search {
///     #[form(label = "Place", max_length = 40, blank)]
///     city: String,
///     #[form(min = 1)]
///     guests: i32,
/// }
///
/// let [city, guests] = Search::FIELDS else { panic!("the form has two fields") };
/// assert_eq!((city.label(), guests.label()), ("Place".to_owned(), "Guests".to_owned()));
/// assert!(!city.is_required() && guests.is_required());
/// ```
#[derive(Debug)]
pub struct FormField {
    /// The kind and the rules of the field: its own, or those of a model's field.
    pub info: &'static FieldInfo,
    /// The label; without it, the verbose name with a capital.
    pub label: Option<&'static str>,
    /// The help text; without it, that of `info`.
    pub help_text: Option<&'static str>,
    /// The inputs, unless they are those of the field's kind.
    pub input: Option<FormInput>,
    /// The value of the attribute `autocomplete`.
    pub autocomplete: Option<&'static str>,
}

/// Inputs that a form specifies in place of those of the field's kind.
///
/// ```
/// use module_api::forms::{Form, FormInput};
///
/// #[derive(Form)]
/// struct Search {
///     #[form(max_length = 40, widget = search)]
///     city: String,
///     #[form(choices = [("house", "A house"), ("room", "A room")], max_length = 5, widget = radios)]
///     kind: String,
/// }
///
/// assert_eq!(Search::FIELDS[0].input, Some(FormInput::Type("search")));
/// assert_eq!(Search::FIELDS[1].input, Some(FormInput::Radios));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormInput {
    /// A text area.
    Textarea,
    /// A password: the input is neither trimmed nor ever shown again.
    Password,
    /// Radio buttons in place of a `select`.
    Radios,
    /// An `input` of another type: `hidden`, `search`, `tel`, `text`.
    Type(&'static str),
}

impl FormField {
    /// Returns the label.
    pub fn label(&self) -> String {
        self.label.map_or_else(|| self.info.capitalized_name(), str::to_owned)
    }

    /// Returns `true` if the field has to be filled.
    pub fn is_required(&self) -> bool {
        !self.info.blank && (self.info.null || !matches!(self.info.kind, FieldKind::Bool))
    }

    /// Returns `true` if the field is a hidden input.
    pub(super) fn is_hidden(&self) -> bool {
        self.input == Some(FormInput::Type("hidden"))
    }

    /// Reads the submitted value of the inputs with this name, without surrounding white space. A
    /// missing field counts as left empty.
    pub(super) fn read(&self, name: &str, posted: &Posted) -> Typed {
        match Typed::read(self.info, name, posted) {
            Some(Typed::Text(text)) if self.input != Some(FormInput::Password) => {
                Typed::Text(text.trim().to_owned())
            }
            Some(typed) => typed,
            None => Typed::of(self.info, &self.info.null_value()),
        }
    }

    /// Parses and validates the submitted value; if `choices` are given, no other value is valid.
    pub(super) fn clean(
        &self,
        typed: &Typed,
        choices: Option<&[(String, String)]>,
    ) -> Result<Value, Vec<String>> {
        let is_password = self.input == Some(FormInput::Password);
        let value = match typed {
            Typed::Text(text) if is_password && self.info.is_text() => Value::from(text.as_str()),
            typed => {
                if let (Some(choices), Typed::Text(text)) = (choices, typed)
                    && !text.is_empty()
                    && !choices.iter().any(|(value, _)| value == text)
                {
                    return Err(vec![NO_SUCH_CHOICE.to_owned()]);
                }
                typed.parse(self.info)?
            }
        };
        let is_empty = value.is_null() || value.as_text() == Some("");
        if is_empty && self.is_required() {
            return Err(vec![REQUIRED.to_owned()]);
        }
        let messages = self.info.validate(&value);
        if messages.is_empty() { Ok(value) } else { Err(messages) }
    }
}

/// Converts the value of a struct's field, for `#[derive(Form)]`.
///
/// # Errors
///
/// The value is not of the type of the field.
#[doc(hidden)]
pub fn field_value<T: FieldType>(
    field: &'static FormField,
    value: &Value,
) -> Result<T, ValidationErrors> {
    T::from_value(value)
        .ok_or_else(|| ValidationErrors::of(field.info.name, "Enter a valid value."))
}

/// Creates the value of a field that the form leaves out, for `#[derive(Form)]`.
///
/// # Errors
///
/// The default is not of the type of the field.
#[doc(hidden)]
pub fn excluded_value<T: FieldType>(info: &'static FieldInfo) -> Result<T, ValidationErrors> {
    let value = T::from_value(&info.default_value());
    value.ok_or_else(|| ValidationErrors::of(info.name, REQUIRED))
}
