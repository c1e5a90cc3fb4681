//! Serialization of fields for templates and JSON whose types serde does not support.

use db::{Value, date_text, time_text};
use serde::Serializer;
use time::Duration;

use super::FieldType;

/// Serializes a field as ISO 8601, like Django's JSON: a day as `2030-07-01`, a time of day as
/// `15:00:00`, a moment as `2030-07-01T15:00:00Z`, a duration as `P2DT01H30M00S`, `NULL` as none.
/// Values of other types are the same texts as in exports.
///
/// ```
/// use module_api::model::Model;
/// use module_api::serde::Serialize;
/// use module_api::time::{Date, UtcDateTime};
///
/// #[derive(Serialize, Model)]
/// #[serde(crate = "module_api::serde")]
/// #[model(label = "stays.stay")]
/// struct Stay {
///     id: i64,
///     #[serde(serialize_with = "module_api::model::iso8601")]
///     arrival: Date,
///     #[serde(serialize_with = "module_api::model::iso8601")]
///     confirmed: Option<UtcDateTime>,
/// }
///
/// # fn main() {
/// use module_api::rocket::serde::json::to_string;
///
/// let arrival = Date::from_ordinal_date(2030, 182).unwrap();
/// let stay = Stay { id: 1, arrival, confirmed: Some(UtcDateTime::UNIX_EPOCH) };
/// let json = r#"{"id":1,"arrival":"2030-07-01","confirmed":"1970-01-01T00:00:00Z"}"#;
/// assert_eq!(to_string(&stay).unwrap(), json);
/// # }
/// ```
///
/// # Errors
///
/// The errors of the serializer.
pub fn iso8601<T: FieldType, S: Serializer>(field: &T, serializer: S) -> Result<S::Ok, S::Error> {
    match field.to_value() {
        Value::DateTime(Some(moment)) => {
            let (date, time) = (date_text(moment.date()), time_text(moment.time()));
            serializer.collect_str(&format_args!("{date}T{time}Z"))
        }
        Value::Duration(Some(duration)) => serializer.serialize_str(&duration_text(duration)),
        value if value.is_null() => serializer.serialize_none(),
        value => serializer.collect_str(&value),
    }
}

fn duration_text(duration: Duration) -> String {
    let sign = if duration.is_negative() { "-" } else { "" };
    let (seconds, micros) = (duration.abs().whole_seconds(), duration.subsec_microseconds().abs());
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{sign}P{days}DT{hours:02}H{minutes:02}M{:02}{fraction}S", seconds % 60)
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::duration_text;

    #[test]
    fn durations_are_djangos() {
        for (duration, text) in [
            (Duration::ZERO, "P0DT00H00M00S"),
            (Duration::hours(49) + Duration::minutes(30), "P2DT01H30M00S"),
            (Duration::microseconds(-1), "-P0DT00H00M00.000001S"),
        ] {
            assert_eq!(duration_text(duration), text);
        }
    }
}
