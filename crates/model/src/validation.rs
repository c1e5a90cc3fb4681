//! Whether values are what a model's fields may hold, with Django's messages.

use crate::validators::is_email;
use crate::{FieldInfo, FieldKind, ModelInfo, ValidationErrors};
use db::Value;

impl ModelInfo {
    /// Checks the values of an object, one for each of [`fields`](ModelInfo::fields), and the rules
    /// over them together. What only the database can tell (whether a value is unique, whether the
    /// row of a foreign key exists, rules about other rows) is not looked at.
    ///
    /// # Errors
    ///
    /// The errors of all fields and of the object.
    ///
    /// # Panics
    ///
    /// There are more or fewer values than fields.
    pub fn validate(&self, values: &[Value]) -> Result<(), ValidationErrors> {
        self.validate_changes(None, values)
    }

    /// The same for an object that has the values `before`: what was good once and is kept stays good,
    /// so that a row from before a rule can be edited. Rules over the object are asked as soon as
    /// one of its values is another.
    ///
    /// # Errors
    ///
    /// The errors of all fields.
    ///
    /// # Panics
    ///
    /// As [`validate`](ModelInfo::validate).
    pub fn validate_changes(
        &self,
        before: Option<&[Value]>,
        values: &[Value],
    ) -> Result<(), ValidationErrors> {
        assert_eq!(values.len(), self.fields.len(), "there is a value for each field");
        let mut errors = ValidationErrors::none();
        // The primary key of a new object comes from the database.
        for (place, (field, value)) in self.fields.iter().zip(values).enumerate().skip(1) {
            if before.and_then(|before| before.get(place)) == Some(value) {
                continue;
            }
            for message in field.validate(value) {
                errors.add(field.name, message);
            }
        }
        if before != Some(values) {
            self.check_values(values, &mut errors);
        }
        errors.into_result()
    }
}

/// Checks some fields.
pub(crate) fn check_fields(fields: &[(&'static FieldInfo, Value)]) -> Result<(), ValidationErrors> {
    let mut errors = ValidationErrors::none();
    for (field, value) in fields {
        for message in field.validate(value) {
            errors.add(field.name, message);
        }
    }
    errors.into_result()
}

impl FieldInfo {
    /// What is wrong with a value of the field, in Django's order and words.
    pub fn validate(&self, value: &Value) -> Vec<String> {
        let is_empty = value.is_null() || value.as_text() == Some("");
        if value.is_null() && !self.null {
            return vec!["This field cannot be null.".to_owned()];
        }
        if is_empty {
            let message = || "This field cannot be blank.".to_owned();
            return (!self.blank).then(message).into_iter().collect();
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| choice.value.is(value)) {
            let shown = match value {
                Value::Text(Some(text)) => format!("'{text}'"),
                other => other.to_string(),
            };
            return vec![format!("Value {shown} is not a valid choice.")];
        }
        let mut messages = Vec::new();
        match value {
            Value::Int(Some(number)) => self.validate_number(*number, &mut messages),
            Value::Text(Some(text)) => self.validate_text(text, &mut messages),
            _ => {}
        }
        messages.extend(self.validators.iter().filter_map(|validator| validator(value).err()));
        messages
    }

    fn validate_number(&self, number: i64, messages: &mut Vec<String>) {
        let (least, greatest) = self.range();
        if number > greatest {
            messages.push(format!("Ensure this value is less than or equal to {greatest}."));
        }
        if number < least {
            messages.push(format!("Ensure this value is greater than or equal to {least}."));
        }
    }

    /// The least and the greatest number that the field takes.
    pub fn range(&self) -> (i64, i64) {
        let (mut least, mut greatest) = match self.kind {
            FieldKind::SmallInteger => (i64::from(i16::MIN), i64::from(i16::MAX)),
            FieldKind::Integer => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        if self.positive {
            least = 0;
        }
        least = least.max(self.min_value.unwrap_or(least));
        greatest = greatest.min(self.max_value.unwrap_or(greatest));
        (least, greatest)
    }

    fn validate_text(&self, text: &str, messages: &mut Vec<String>) {
        if matches!(self.kind, FieldKind::Email { .. }) && !is_email(text) {
            messages.push("Enter a valid email address.".to_owned());
        }
        // Counted in characters, as Python does.
        let length = || u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let plural = |limit: u32| if limit == 1 { "character" } else { "characters" };
        if let Some(limit) = self.min_length
            && length() < limit
        {
            messages.push(format!(
                "Ensure this value has at least {limit} {} (it has {}).",
                plural(limit),
                length()
            ));
        }
        if let Some(limit) = self.max_length()
            && self.is_too_long(text)
        {
            messages.push(format!(
                "Ensure this value has at most {limit} {} (it has {}).",
                plural(limit),
                length()
            ));
        }
        if text.contains('\0') {
            messages.push("Null characters are not allowed.".to_owned());
        }
    }
}
