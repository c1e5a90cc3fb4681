//! Parses values from text: of a form, a command line, a fixture.

mod calendar;
mod duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::validators::json_problem;
use crate::{FieldInfo, FieldKind};
use db::{Decimal, Uuid, Value};

impl FieldInfo {
    /// Parses a text into a value, with the formats and messages of Django's fields. Empty text is
    /// `NULL`, unless the field holds text. Whether the value is valid for the field is checked by
    /// [`validate`](FieldInfo::validate).
    ///
    /// ```
    /// # use module_api::model::{FieldInfo, FieldKind};
    /// use module_api::db::Value;
    ///
    /// let number = FieldInfo::new("number", FieldKind::Integer);
    /// assert_eq!(number.parse(" 12 "), Ok(Value::from(12)));
    /// assert_eq!(number.parse("twelve").unwrap_err(), "“twelve” is not a whole number.");
    /// ```
    ///
    /// # Errors
    ///
    /// The text is not a value of the field's kind.
    pub fn parse(&self, text: &str) -> Result<Value, String> {
        if text.is_empty() && !self.is_text() {
            return Ok(self.null_value());
        }
        match self.kind {
            FieldKind::Char { .. }
            | FieldKind::Email { .. }
            | FieldKind::Url { .. }
            | FieldKind::Slug { .. }
            | FieldKind::Text => Ok(self.normalized(Value::from(text))),
            FieldKind::Bool => match text {
                "t" | "True" | "true" | "1" => Ok(Value::from(true)),
                "f" | "False" | "false" | "0" => Ok(Value::from(false)),
                _ => {
                    let choices = if self.null { "True, False or None" } else { "True or False" };
                    Err(format!("“{text}” is not {choices}."))
                }
            },
            FieldKind::Float => float(text).map(Value::from),
            FieldKind::Decimal { .. } => {
                self.decimal(text).map(|number| self.normalized(Value::from(number)))
            }
            FieldKind::DateTime => calendar::datetime(text).map(Value::from),
            FieldKind::Date => calendar::date(text).map(Value::from),
            FieldKind::Time => calendar::time(text).map(Value::from),
            FieldKind::Duration => duration::parse(text).map(Value::from),
            FieldKind::Uuid => match Uuid::parse_str(text.trim()) {
                Ok(uuid) => Ok(Value::from(uuid)),
                Err(_) => Err(format!("“{text}” is not a valid UUID.")),
            },
            FieldKind::Json => match json_problem(text) {
                None => Ok(Value::Json(Some(text.to_owned()))),
                Some(problem) => Err(problem),
            },
            FieldKind::Ip => match text.trim().parse() {
                Ok(address) => Ok(Value::Ip(Some(address))),
                Err(_) => Err("Enter a valid IPv4 or IPv6 address.".to_owned()),
            },
            FieldKind::Binary => match STANDARD.decode(text.trim()) {
                Ok(bytes) => Ok(Value::from(bytes)),
                Err(_) => Err("Enter bytes in base64.".to_owned()),
            },
            FieldKind::Id
            | FieldKind::SmallInteger
            | FieldKind::Integer
            | FieldKind::BigInteger
            | FieldKind::ForeignKey(_) => self.integer(text),
        }
    }

    fn integer(&self, text: &str) -> Result<Value, String> {
        let trimmed = text.trim();
        if let Ok(number) = trimmed.parse::<i64>() {
            return Ok(Value::from(number));
        }
        let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("“{text}” is not a whole number."));
        }
        // It is a number, but not one of 64 bits.
        let (least, greatest) = self.range();
        Err(if trimmed.starts_with('-') {
            format!("Ensure this value is greater than or equal to {least}.")
        } else {
            format!("Ensure this value is less than or equal to {greatest}.")
        })
    }

    fn decimal(&self, text: &str) -> Result<Decimal, String> {
        let trimmed = text.trim();
        let number = if trimmed.contains(['e', 'E']) {
            Decimal::from_scientific(trimmed).ok()
        } else {
            Decimal::from_str_exact(trimmed).ok()
        };
        number.ok_or_else(|| match (trimmed.parse::<f64>(), &self.kind) {
            // It is a number, but has more digits than the type holds.
            (Ok(number), FieldKind::Decimal { max_digits, .. }) if number.is_finite() => {
                crate::validation::too_many_digits(*max_digits)
            }
            _ => format!("“{text}” is not a number."),
        })
    }
}

fn float(text: &str) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("“{text}” is not a number."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELD: FieldInfo = FieldInfo::new("field", FieldKind::DateTime);

    #[test]
    fn booleans_and_numbers_are_read_as_django_reads_them() {
        let flag = FieldInfo { kind: FieldKind::Bool, ..FIELD };
        for (text, expected) in [("True", true), ("t", true), ("1", true), ("False", false)] {
            assert_eq!(flag.parse(text), Ok(Value::from(expected)));
        }
        assert_eq!(flag.parse("maybe").unwrap_err(), "“maybe” is not True or False.");
        let maybe = FieldInfo { kind: FieldKind::Bool, null: true, ..FIELD };
        assert_eq!(maybe.parse(""), Ok(Value::Bool(None)));
        assert!(maybe.parse("x").unwrap_err().ends_with("is not True, False or None."));

        let number = FieldInfo { kind: FieldKind::Integer, ..FIELD };
        assert_eq!(number.parse(" -7 "), Ok(Value::from(-7)));
        assert_eq!(number.parse(""), Ok(Value::Int(None)));
        for text in ["7.5", "0x10", "-", "１２"] {
            assert_eq!(number.parse(text).unwrap_err(), format!("“{text}” is not a whole number."));
        }
        assert_eq!(
            number.parse("99999999999999999999").unwrap_err(),
            "Ensure this value is less than or equal to 2147483647."
        );
        let small = FieldInfo { kind: FieldKind::SmallInteger, ..FIELD };
        assert_eq!(small.parse("-7"), Ok(Value::from(-7)));
        assert_eq!(
            small.parse("-99999999999999999999").unwrap_err(),
            "Ensure this value is greater than or equal to -32768."
        );
        let text = FieldInfo { kind: FieldKind::Text, ..FIELD };
        assert_eq!(text.parse(" a "), Ok(Value::from(" a ")));
        assert_eq!(text.parse(""), Ok(Value::from("")));
    }

    #[test]
    fn values_of_every_kind_are_read_as_they_are_shown() {
        let price = FieldKind::Decimal { max_digits: 6, decimal_places: 2 };
        for (kind, text, shown) in [
            (price, " 12.5 ", "12.50"),
            (FieldKind::Float, "-0.0", "-0.0"),
            (FieldKind::Float, "1e300", "1e300"),
            (FieldKind::Date, "2024-2-29", "2024-02-29"),
            (FieldKind::Time, "9:05", "09:05:00"),
            (FieldKind::Time, "23:59:59.999999", "23:59:59.999999"),
            (FieldKind::Duration, "P1DT2H3M4.000005S", "1 02:03:04.000005"),
            (
                FieldKind::Uuid,
                "00112233445566778899AABBCCDDEEFF",
                "00112233-4455-6677-8899-aabbccddeeff",
            ),
            (FieldKind::Json, "{\"a\": [1, null]}", "{\"a\": [1, null]}"),
            (FieldKind::Ip, "2001:DB8:0::1", "2001:db8::1"),
            (FieldKind::Ip, "127.0.0.1", "127.0.0.1"),
            (FieldKind::Binary, "AAH/", "AAH/"),
        ] {
            let field = FieldInfo { kind, ..FIELD };
            let value = field.parse(text).unwrap();
            assert_eq!(value.to_string(), shown);
            assert_eq!(field.parse(shown), Ok(value), "{text}");
            assert_eq!(field.parse(""), Ok(field.null_value()));
        }
    }

    #[test]
    fn a_text_that_is_not_of_its_kind_is_refused() {
        let wide = || FieldKind::Decimal { max_digits: 29, decimal_places: 0 };

        for (kind, text, message) in [
            (FieldKind::Float, "nan", "“nan” is not a number."),
            (FieldKind::Float, "-inf", "“-inf” is not a number."),
            (FieldKind::Float, "1e999", "“1e999” is not a number."),
            (wide(), "NaN", "“NaN” is not a number."),
            (wide(), "1,5", "“1,5” is not a number."),
            (wide(), "1e29", "Ensure that there are no more than 29 digits in total."),
            (FieldKind::Date, "2023-02-29", "“2023-02-29” is not a valid date."),
            (
                FieldKind::Date,
                "2023-02-29 10:00",
                "“2023-02-29 10:00” is not a date. Write it as YYYY-MM-DD.",
            ),
            (FieldKind::Time, "25:00", "“25:00” is not a valid time."),
            (FieldKind::Uuid, "1234", "“1234” is not a valid UUID."),
            (FieldKind::Ip, "1.2.3", "Enter a valid IPv4 or IPv6 address."),
            (FieldKind::Binary, "*", "Enter bytes in base64."),
            (FieldKind::Json, "\"\\u0000\"", "Null characters are not allowed."),
        ] {
            assert_eq!(FieldInfo { kind, ..FIELD }.parse(text).unwrap_err(), message);
        }
        let json = FieldInfo { kind: FieldKind::Json, ..FIELD };
        for text in ["{", "NaN", "'a'", "\"\\ud800\"", "01"] {
            let message = json.parse(text).unwrap_err();
            assert!(message.starts_with("This is not valid JSON: "), "{text}: {message}");
            assert!(message.contains("at line 1 column"), "{text}: {message}");
        }
        assert!(json.parse("\"\\ud83d\\ude00\"").is_ok());
        let ten = FieldInfo { kind: wide(), ..FIELD }.parse("1e28").unwrap();
        assert_eq!(ten.to_string(), format!("1{}", "0".repeat(28)));
    }
}
