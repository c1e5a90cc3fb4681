//! Validation of field values.

use crate::validators::{is_email, is_slug, is_url, json_problem};
use crate::{FieldInfo, FieldKind, ModelInfo, ValidationErrors};
use db::{DatabaseKind, Decimal, Value};

/// The message for a decimal number that SQLite would round.
pub const TOO_EXACT_FOR_SQLITE: &str =
    "SQLite keeps 15 digits of a number. Ensure that there are no more.";

impl ModelInfo {
    /// Validates the values of an object, one for each of [`fields`](ModelInfo::fields), and the rules
    /// over them together. Conditions that need the database (unique values, the rows of foreign keys,
    /// rules about other rows) are not checked.
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

    /// Validates an object that has the values `before`. An unchanged value stays valid, so that a row
    /// from before a rule can be edited. Rules over the object are checked as soon as one of its
    /// values is changed.
    ///
    /// # Errors
    ///
    /// The errors of all fields.
    ///
    /// # Panics
    ///
    /// Same as [`validate`](ModelInfo::validate).
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

/// Validates values of some fields for a database of this kind.
pub(crate) fn check_fields(
    fields: &[(&'static FieldInfo, Value)],
    kind: DatabaseKind,
) -> Result<(), ValidationErrors> {
    let mut errors = ValidationErrors::none();
    for (field, value) in fields {
        let messages = field.validate(value);
        if messages.is_empty() && kind == DatabaseKind::Sqlite && !value.is_exact_on_sqlite() {
            errors.add(field.name, TOO_EXACT_FOR_SQLITE);
        }
        for message in messages {
            errors.add(field.name, message);
        }
    }
    errors.into_result()
}

pub(crate) fn too_many_digits(limit: u32) -> String {
    let digits = if limit == 1 { "digit" } else { "digits" };
    format!("Ensure that there are no more than {limit} {digits} in total.")
}

fn above(greatest: i64) -> String {
    format!("Ensure this value is less than or equal to {greatest}.")
}

fn below(least: i64) -> String {
    format!("Ensure this value is greater than or equal to {least}.")
}

impl FieldInfo {
    /// Returns the errors of a value, in Django's order.
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
            Value::Float(Some(number)) => self.validate_float(*number, &mut messages),
            Value::Decimal(Some(number)) => self.validate_decimal(*number, &mut messages),
            Value::Json(Some(text)) => messages.extend(json_problem(text)),
            _ => {}
        }
        messages.extend(self.validators.iter().filter_map(|validator| validator(value).err()));
        messages
    }

    fn validate_number(&self, number: i64, messages: &mut Vec<String>) {
        let (least, greatest) = self.range();
        if number > greatest {
            messages.push(above(greatest));
        }
        if number < least {
            messages.push(below(least));
        }
    }

    fn validate_float(&self, number: f64, messages: &mut Vec<String>) {
        if !number.is_finite() {
            return messages.push(format!("“{number}” is not a number."));
        }
        #[expect(clippy::cast_precision_loss, reason = "limits are small numbers")]
        let limit = |limit: i64| limit as f64;
        if let Some(greatest) = self.max_value.filter(|it| number > limit(*it)) {
            messages.push(above(greatest));
        }
        if let Some(least) = self.min_value.filter(|it| number < limit(*it)) {
            messages.push(below(least));
        }
    }

    fn validate_decimal(&self, number: Decimal, messages: &mut Vec<String>) {
        if let Some(greatest) = self.max_value.filter(|it| number > Decimal::from(*it)) {
            messages.push(above(greatest));
        }
        if let Some(least) = self.min_value.filter(|it| number < Decimal::from(*it)) {
            messages.push(below(least));
        }
        let FieldKind::Decimal { max_digits, decimal_places } = self.kind else { return };
        // Unlike in Django, trailing zeros do not count: a product has more than its factors.
        let number = number.normalize();
        let written = number.mantissa().unsigned_abs().to_string();
        let places = number.scale();
        let digits = u32::try_from(written.len()).unwrap_or(u32::MAX).max(places);
        let before = max_digits.saturating_sub(decimal_places);
        let plural =
            |limit: u32, one: &'static str, several| if limit == 1 { one } else { several };
        if digits > max_digits {
            messages.push(too_many_digits(max_digits));
        } else if places > decimal_places {
            let places = plural(decimal_places, "decimal place", "decimal places");
            messages.push(format!("Ensure that there are no more than {decimal_places} {places}."));
        } else if digits - places > before && !number.is_zero() {
            let digits = plural(before, "digit", "digits");
            messages.push(format!(
                "Ensure that there are no more than {before} {digits} before the decimal point."
            ));
        }
    }

    /// The minimum and the maximum number that the field takes.
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
        if matches!(self.kind, FieldKind::Url { .. }) && !is_url(text) {
            messages.push("Enter a valid URL.".to_owned());
        }
        if matches!(self.kind, FieldKind::Slug { .. }) && !is_slug(text) {
            messages.push(
                "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."
                    .to_owned(),
            );
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

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(field: &FieldInfo, text: &str) -> String {
        match field.parse(text) {
            Ok(value) => field.validate(&value).join(" "),
            Err(message) => message,
        }
    }

    #[test]
    fn decimal_numbers_have_as_many_digits_as_they_may() {
        let kind = FieldKind::Decimal { max_digits: 4, decimal_places: 2 };
        let price =
            FieldInfo { min_value: Some(0), max_value: Some(50), ..FieldInfo::new("p", kind) };
        for text in ["0", "0.00", "49.99", "1.5000", "1e1", ".5", "-0"] {
            assert_eq!(problem(&price, text), "", "{text}");
        }
        for (text, message) in [
            ("1.234", "Ensure that there are no more than 2 decimal places."),
            ("0.00001", "Ensure that there are no more than 4 digits in total."),
            ("50.01", "Ensure this value is less than or equal to 50."),
            ("-0.01", "Ensure this value is greater than or equal to 0."),
        ] {
            assert_eq!(problem(&price, text), message, "{text}");
        }
        let wide = FieldInfo { max_value: None, ..price };
        let message = "Ensure that there are no more than 2 digits before the decimal point.";
        assert_eq!(problem(&wide, "100"), message);
        assert_eq!(wide.parse("7").unwrap().to_string(), "7.00");
    }

    #[test]
    fn numbers_that_are_none_are_refused_from_code_as_well() {
        let ratio = FieldInfo { min_value: Some(0), ..FieldInfo::new("ratio", FieldKind::Float) };
        assert_eq!(ratio.validate(&Value::from(f64::NAN)), ["“NaN” is not a number."]);
        assert_eq!(ratio.validate(&Value::from(f64::INFINITY)), ["“inf” is not a number."]);
        assert_eq!(
            ratio.validate(&Value::from(-0.5)),
            ["Ensure this value is greater than or equal to 0."]
        );
        let json = FieldInfo::new("json", FieldKind::Json);
        let nothing = Value::Json(Some(String::new()));
        assert!(json.validate(&nothing)[0].starts_with("This is not valid JSON: EOF"));
        assert_eq!(json.validate(&Value::Json(Some("{}".to_owned()))), Vec::<String>::new());
    }
}
