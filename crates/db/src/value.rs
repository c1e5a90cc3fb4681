//! The values of a query's parameters and of a model's fields.

use std::fmt::{self, Write};
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rust_decimal::Decimal;
use time::{Date, Duration, Time, UtcDateTime};
use uuid::Uuid;

use crate::json::is_same_json;

/// A value of a type that both databases have. `None` is `NULL` of that type.
///
/// ```
/// use module_api::db::Value;
///
/// assert_eq!(Value::from("Ann").as_text(), Some("Ann"));
/// assert_eq!(Value::from(true).to_string(), "True");
/// let no_number = Value::from(None::<i64>);
/// assert!(no_number.is_null());
/// assert_ne!(no_number, Value::from(None::<&str>));
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Value {
    /// True or false.
    Bool(Option<bool>),
    /// A whole number.
    Int(Option<i64>),
    /// A floating-point number.
    Float(Option<f64>),
    /// A decimal number, exact.
    Decimal(Option<Decimal>),
    /// Text.
    Text(Option<String>),
    /// A moment, in UTC, to the microsecond.
    DateTime(Option<UtcDateTime>),
    /// A day.
    Date(Option<Date>),
    /// A time of day, to the microsecond.
    Time(Option<Time>),
    /// A duration, to the microsecond.
    Duration(Option<Duration>),
    /// A UUID.
    Uuid(Option<Uuid>),
    /// JSON, as text. `null` in JSON is not `NULL`.
    Json(Option<String>),
    /// An IP address.
    Ip(Option<IpAddr>),
    /// Bytes.
    Binary(Option<Vec<u8>>),
}

impl Value {
    /// Returns `true` for `NULL`.
    pub fn is_null(&self) -> bool {
        match self {
            Self::Bool(value) => value.is_none(),
            Self::Int(value) => value.is_none(),
            Self::Float(value) => value.is_none(),
            Self::Decimal(value) => value.is_none(),
            Self::Text(value) | Self::Json(value) => value.is_none(),
            Self::DateTime(value) => value.is_none(),
            Self::Date(value) => value.is_none(),
            Self::Time(value) => value.is_none(),
            Self::Duration(value) => value.is_none(),
            Self::Uuid(value) => value.is_none(),
            Self::Ip(value) => value.is_none(),
            Self::Binary(value) => value.is_none(),
        }
    }

    /// The number, if the value is one.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self { *value } else { None }
    }

    /// Returns `true` if SQLite stores the value exactly. Of a decimal number that is not a whole one of 64
    /// bits it keeps 15 digits.
    pub fn is_exact_on_sqlite(&self) -> bool {
        let Self::Decimal(Some(number)) = self else { return true };
        let digits = number.normalize();
        let is_whole = digits.scale() == 0 && i64::try_from(digits.mantissa()).is_ok();
        let mut mantissa = digits.mantissa().unsigned_abs();
        while mantissa != 0 && mantissa.is_multiple_of(10) {
            mantissa /= 10;
        }
        is_whole || mantissa < 10_u128.pow(15)
    }

    /// The text, if the value is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(value) = self { value.as_deref() } else { None }
    }
}

/// Equality of the stored values: floating-point numbers by their bits, so that `-0.0` is not `0.0`;
/// decimal numbers regardless of trailing zeros; JSON regardless of white space and the order of keys.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.map(f64::to_bits) == b.map(f64::to_bits),
            (Self::Decimal(a), Self::Decimal(b)) => a == b,
            (Self::DateTime(a), Self::DateTime(b)) => a == b,
            (Self::Date(a), Self::Date(b)) => a == b,
            (Self::Time(a), Self::Time(b)) => a == b,
            (Self::Duration(a), Self::Duration(b)) => a == b,
            (Self::Uuid(a), Self::Uuid(b)) => a == b,
            (Self::Json(Some(a)), Self::Json(Some(b))) => is_same_json(a, b),
            (Self::Text(a), Self::Text(b)) | (Self::Json(a), Self::Json(b)) => a == b,
            (Self::Ip(a), Self::Ip(b)) => a == b,
            (Self::Binary(a), Self::Binary(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

/// Formats the value as in forms; `NULL` as empty text.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(Some(true)) => f.write_str("True"),
            Self::Bool(Some(false)) => f.write_str("False"),
            Self::Int(Some(value)) => value.fmt(f),
            // With a fraction or an exponent, as Python shows it.
            Self::Float(Some(value)) => fmt::Debug::fmt(value, f),
            Self::Decimal(Some(value)) => value.fmt(f),
            Self::Text(Some(value)) | Self::Json(Some(value)) => value.fmt(f),
            Self::DateTime(Some(value)) => f.write_str(&datetime_text(*value)),
            Self::Date(Some(value)) => f.write_str(&date_text(*value)),
            Self::Time(Some(value)) => f.write_str(&time_text(*value)),
            Self::Duration(Some(value)) => f.write_str(&duration_text(*value)),
            Self::Uuid(Some(value)) => value.hyphenated().fmt(f),
            Self::Ip(Some(value)) => value.fmt(f),
            Self::Binary(Some(value)) => f.write_str(&STANDARD.encode(value)),
            _ => Ok(()),
        }
    }
}

/// A moment as Django writes it on SQLite: `2020-06-14 09:41:15.326411`, in UTC without an offset, the
/// fraction left out where it is zero. It is truncated to microseconds.
pub fn datetime_text(moment: UtcDateTime) -> String {
    format!("{} {}", date_text(moment.date()), time_text(moment.time()))
}

/// A day as Django writes it: `2020-06-14`.
pub fn date_text(date: Date) -> String {
    let (year, month, day) = date.to_calendar_date();
    format!("{year:04}-{:02}-{day:02}", u8::from(month))
}

/// A time of day as Django writes it: `09:41:15.326411`, the fraction left out where it is zero. It is
/// truncated to microseconds.
pub fn time_text(time: Time) -> String {
    let (hour, minute, second, micro) = time.as_hms_micro();
    with_fraction(format!("{hour:02}:{minute:02}:{second:02}"), micro.into())
}

/// A duration as Django writes it: `3 09:41:15.326411`, the days and the fraction left out where they are
/// zero. Only the days can be negative: minus one minute is `-1 23:59:00`.
pub fn duration_text(duration: Duration) -> String {
    const DAY: i128 = 24 * 60 * 60 * 1_000_000;
    let micros = duration.whole_microseconds();
    let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    let (seconds, micro) = (rest / 1_000_000, rest % 1_000_000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let days = if days == 0 { String::new() } else { format!("{days} ") };
    with_fraction(format!("{days}{hours:02}:{minutes:02}:{:02}", seconds % 60), micro)
}

fn with_fraction(mut text: String, micro: i128) -> String {
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
    f64 => Float,
    Decimal => Decimal,
    &str => Text,
    String => Text,
    UtcDateTime => DateTime,
    Date => Date,
    Time => Time,
    Duration => Duration,
    Uuid => Uuid,
    IpAddr => Ip,
    &[u8] => Binary,
    Vec<u8> => Binary,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_written_as_django_writes_them() {
        for (duration, text) in [
            (Duration::ZERO, "00:00:00"),
            (Duration::seconds(93_784) + Duration::microseconds(5), "1 02:03:04.000005"),
            (Duration::minutes(-1), "-1 23:59:00"),
            (Duration::microseconds(-1), "-1 23:59:59.999999"),
            (Duration::days(999_999_999), "999999999 00:00:00"),
        ] {
            assert_eq!(Value::from(duration).to_string(), text);
        }
    }

    #[test]
    fn numbers_with_more_digits_than_sqlite_keeps_are_known() {
        for (number, good) in [
            ("9999999999999.99", true),
            ("99999999999999.99", false),
            ("9223372036854775807", true),
            ("9223372036854775809", false),
            ("10000000000000000000000000000", true),
            ("0.000000000000000000001", true),
            ("0", true),
        ] {
            let number: Decimal = number.parse().unwrap();
            assert_eq!(Value::from(number).is_exact_on_sqlite(), good, "{number}");
        }
    }

    #[test]
    fn values_that_are_stored_alike_are_equal() {
        let json = |text: &str| Value::Json(Some(text.to_owned()));
        assert_eq!(json(r#"{"a": [1, 2.50], "b": "\u00e9"}"#), json(r#"{"b":"é","a":[1,2.50]}"#));
        assert_ne!(
            json(r#"{"a": 12345678901234567890123}"#),
            json(r#"{"a": 12345678901234567890124}"#)
        );
        assert_ne!(json("null"), Value::Json(None));
        assert_ne!(Value::from(0.0), Value::from(-0.0));
        assert_eq!(Value::from(Decimal::new(10, 1)), Value::from(Decimal::ONE));
    }
}
