//! The content of a field's inputs: from a stored value, or submitted by a visitor.

use super::posted::Posted;
use super::text::shown_again;
use crate::db::{Value, datetime_text, time_text};
use crate::model::{FieldInfo, FieldKind};

/// The error message for a required field that was left out, as in Django.
pub const REQUIRED: &str = "This field is required.";

/// The error message for an object that cannot be chosen, as in Django.
pub const NO_SUCH_CHOICE: &str =
    "Select a valid choice. That choice is not one of the available choices.";

/// The content of a field's inputs, as text.
///
/// The one place where the text of a form becomes the value of a field, by the field's kind.
///
/// ```
/// use module_api::db::Value;
/// use module_api::forms::{Posted, Typed};
/// use module_api::model::{FieldInfo, FieldKind};
///
/// const GUESTS: FieldInfo = FieldInfo::new("guests", FieldKind::Integer);
///
/// let posted = Posted::parse("guests=+4").unwrap();
/// let typed = Typed::read(&GUESTS, "guests", &posted).unwrap();
/// assert_eq!(typed.parse(&GUESTS), Ok(Value::from(4)));
///
/// let errors = Typed::Text("four".to_owned()).parse(&GUESTS).unwrap_err();
/// assert_eq!(errors, ["Enter a whole number."]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// The content of one input or `select`.
    Text(String),
    /// The state of a checkbox.
    Checked(bool),
    /// The content of two inputs, `name_0` and `name_1`.
    Moment {
        /// The date.
        date: String,
        /// The time, in UTC.
        time: String,
    },
    /// The values of the checked boxes among several.
    Many(Vec<String>),
}

impl Typed {
    /// Returns the content for a value. A moment and a time of day are shown to the second.
    pub fn of(field: &FieldInfo, value: &Value) -> Self {
        match (&field.kind, value) {
            (FieldKind::Bool, Value::Bool(value)) if !field.null => {
                Self::Checked(value.unwrap_or(false))
            }
            (FieldKind::DateTime, Value::DateTime(None)) => {
                Self::Moment { date: String::new(), time: String::new() }
            }
            (FieldKind::DateTime, Value::DateTime(Some(moment))) => {
                let text = datetime_text(*moment);
                let (date, time) = text.split_once(' ').unwrap_or((&text, ""));
                let time = time.split('.').next().unwrap_or_default();
                Self::Moment { date: date.to_owned(), time: time.to_owned() }
            }
            (_, Value::Time(Some(time))) => Self::Text(time_text(time.truncate_to_second())),
            (_, value) => Self::Text(lines(&value.to_string())),
        }
    }

    /// Returns the content for the related rows of a many-to-many field.
    pub fn of_many(ids: &[i64]) -> Self {
        Self::Many(ids.iter().map(ToString::to_string).collect())
    }

    /// Reads the submitted content of a field; `None` if the form does not have it. Browsers send
    /// nothing for an unchecked box either, so a checkbox is never `None`.
    pub fn read(field: &FieldInfo, name: &str, posted: &Posted) -> Option<Self> {
        match field.kind {
            FieldKind::Bool if !field.null => {
                let value = posted.get(name);
                Some(Self::Checked(
                    value.is_some_and(|value| !matches!(value, "" | "False" | "false" | "0")),
                ))
            }
            FieldKind::DateTime => {
                let (date, time) = (format!("{name}_0"), format!("{name}_1"));
                if !posted.has(&date) && !posted.has(&time) {
                    return None;
                }
                let part = |name: &str| posted.get(name).unwrap_or_default().trim().to_owned();
                Some(Self::Moment { date: part(&date), time: part(&time) })
            }
            _ => Some(Self::Text(lines(posted.get(name)?))),
        }
    }

    /// Reads the initial content of a field from a query string; `None` if it cannot be parsed.
    pub fn from_query(field: &FieldInfo, value: &str) -> Option<Self> {
        match field.kind {
            FieldKind::Bool | FieldKind::DateTime => {
                Some(Self::of(field, &field.parse(value).ok()?))
            }
            _ => Some(Self::Text(lines(value))),
        }
    }

    /// Returns `true` if the content is empty.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.trim().is_empty(),
            Self::Checked(checked) => !checked,
            Self::Moment { date, time } => date.is_empty() && time.is_empty(),
            Self::Many(values) => values.is_empty(),
        }
    }

    /// Parses the content into a value of the field. Whether the field may have the value is
    /// another matter: see [`FieldInfo::validate`].
    ///
    /// # Errors
    ///
    /// The content is not a value of the field's kind; the messages are those of Django's forms.
    pub fn parse(&self, field: &FieldInfo) -> Result<Value, Vec<String>> {
        match self {
            Self::Checked(checked) => Ok(Value::from(*checked)),
            Self::Moment { date, time } => moment(field, date, time),
            Self::Text(text) => text_value(field, text.trim()).map_err(|message| vec![message]),
            Self::Many(_) => Ok(field.null_value()),
        }
    }
}

/// Normalizes line ends to those that are stored. Browsers send others.
fn lines(text: &str) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    }
}

fn text_value(field: &FieldInfo, text: &str) -> Result<Value, String> {
    if text.is_empty() && (field.null || !field.is_text()) {
        return Ok(field.null_value());
    }
    if !field.choices.is_empty() {
        let value = field.parse(text).ok();
        let known = |value: &Value| field.choices.iter().any(|choice| choice.value.is(value));
        return match value.filter(|value| text.is_empty() || known(value)) {
            Some(value) => Ok(value),
            None => {
                let text = shown_again(text);
                Err(format!("Select a valid choice. {text} is not one of the available choices."))
            }
        };
    }
    match field.kind {
        FieldKind::Bool => Ok(match text {
            "true" | "True" | "2" => Value::from(true),
            "false" | "False" | "3" => Value::from(false),
            _ => field.null_value(),
        }),
        FieldKind::ForeignKey(_) => field.parse(text).map_err(|_| NO_SUCH_CHOICE.to_owned()),
        _ => field.parse(text).map_err(|message| {
            // A number that is only too long is said to be.
            let is_number = message.starts_with("Ensure");
            refused(field).filter(|_| !is_number).map_or(message, str::to_owned)
        }),
    }
}

/// Django's message for a text that is not a value of the field's kind, if one message covers the
/// kind.
fn refused(field: &FieldInfo) -> Option<&'static str> {
    Some(match field.kind {
        _ if field.is_integer() => "Enter a whole number.",
        FieldKind::Float | FieldKind::Decimal { .. } => "Enter a number.",
        FieldKind::Date => "Enter a valid date.",
        FieldKind::Time => "Enter a valid time.",
        FieldKind::Duration => "Enter a valid duration.",
        FieldKind::Uuid => "Enter a valid UUID.",
        _ => return None,
    })
}

fn moment(field: &FieldInfo, date: &str, time: &str) -> Result<Value, Vec<String>> {
    if date.is_empty() && time.is_empty() {
        return Ok(field.null_value());
    }
    let is_date = !date.contains([' ', ':', 'T', 't']) && field.parse(date).is_ok();
    let of_clock = |c: char| c.is_ascii_digit() || c == ':' || c == '.';
    let is_time = !time.is_empty()
        && time.chars().all(of_clock)
        && field.parse(&format!("2000-01-01 {time}")).is_ok();
    let mut messages = Vec::new();
    if date.is_empty() || !is_date {
        messages.push("Enter a valid date.".to_owned());
    }
    if !is_time {
        messages.push("Enter a valid time.".to_owned());
    }
    if !messages.is_empty() {
        return Err(messages);
    }
    field.parse(&format!("{date} {time}")).map_err(|message| vec![message])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Choice, ChoiceValue};

    const FIELD: FieldInfo = FieldInfo::new("field", FieldKind::Text);

    const CHOICES: &[Choice] = &[Choice { value: ChoiceValue::Int(1), label: "One" }];

    fn typed(field: &FieldInfo, body: &str) -> Option<Typed> {
        Typed::read(field, "field", &Posted::parse(body).unwrap())
    }

    fn parsed(field: &FieldInfo, body: &str) -> Result<Value, Vec<String>> {
        typed(field, body).expect("the field is sent").parse(field)
    }

    #[test]
    fn text_loses_the_space_around_it_and_foreign_line_ends() {
        assert_eq!(parsed(&FIELD, "field=+a%0D%0Ab%0Dc+%0D%0A"), Ok(Value::from("a\nb\nc")));
        assert_eq!(parsed(&FIELD, "field=+"), Ok(Value::from("")));
        let nullable = FieldInfo { null: true, ..FIELD };
        assert_eq!(parsed(&nullable, "field=+"), Ok(Value::Text(None)));
        assert_eq!(typed(&FIELD, "other=1"), None);
    }

    #[test]
    fn what_is_no_number_is_called_so() {
        let number = FieldInfo { kind: FieldKind::Integer, ..FIELD };
        assert_eq!(parsed(&number, "field=+7+"), Ok(Value::from(7)));
        assert_eq!(parsed(&number, "field="), Ok(Value::Int(None)));
        for text in ["seven", "7.5", "7%00", "--1"] {
            let message = parsed(&number, &format!("field={text}")).unwrap_err();
            assert_eq!(message, ["Enter a whole number."], "{text}");
        }
        let message = parsed(&number, "field=99999999999999999999").unwrap_err();
        assert_eq!(message, ["Ensure this value is less than or equal to 2147483647."]);
    }

    #[test]
    fn a_moment_is_made_of_two_inputs() {
        let field = FieldInfo { kind: FieldKind::DateTime, ..FIELD };
        let both = "field_0=2020-06-14&field_1=09:41:15";
        let value = parsed(&field, both).unwrap();
        assert_eq!(value.to_string(), "2020-06-14 09:41:15");
        assert_eq!(typed(&field, both), Some(Typed::of(&field, &value)));
        let exact = parsed(&field, "field_0=2020-06-14&field_1=09:41:15.326411").unwrap();
        assert_eq!(Typed::of(&field, &exact), Typed::of(&field, &value), "shown to the second");
        assert_eq!(parsed(&field, "field_0=&field_1="), Ok(Value::DateTime(None)));
        let (no_date, no_time) = ("Enter a valid date.", "Enter a valid time.");
        for (body, messages) in [
            ("field_0=2020-06-14", vec![no_time]),
            ("field_0=2020-06-14&field_1=25:00", vec![no_time]),
            ("field_0=2020-06-14&field_1=09:00%2B02:00", vec![no_time]),
            ("field_1=09:41", vec![no_date]),
            ("field_0=2020-02-30&field_1=09:41", vec![no_date]),
            ("field_0=2020-06-14+09:41&field_1=09:41", vec![no_date]),
            ("field_0=x&field_1=y", vec![no_date, no_time]),
        ] {
            assert_eq!(parsed(&field, body).unwrap_err(), messages, "{body}");
        }
    }

    #[test]
    fn boxes_and_choices_are_read() {
        let flag = FieldInfo { kind: FieldKind::Bool, ..FIELD };
        assert_eq!(parsed(&flag, "field=on"), Ok(Value::from(true)));
        assert_eq!(parsed(&flag, ""), Ok(Value::from(false)));
        assert_eq!(parsed(&flag, "field=False"), Ok(Value::from(false)));
        let maybe = FieldInfo { kind: FieldKind::Bool, null: true, ..FIELD };
        assert_eq!(parsed(&maybe, "field=true"), Ok(Value::from(true)));
        assert_eq!(parsed(&maybe, "field="), Ok(Value::Bool(None)));
        assert_eq!(parsed(&maybe, "field=unknown"), Ok(Value::Bool(None)));
        let choice = FieldInfo { kind: FieldKind::Integer, choices: CHOICES, ..FIELD };
        assert_eq!(parsed(&choice, "field=1"), Ok(Value::from(1)));
        for text in ["2", "x"] {
            let message = parsed(&choice, &format!("field={text}")).unwrap_err();
            let expected =
                format!("Select a valid choice. {text} is not one of the available choices.");
            assert_eq!(message, [expected]);
        }
    }

    #[test]
    fn what_is_no_value_of_its_kind_is_refused_in_the_words_of_djangos_forms() {
        let decimal = FieldKind::Decimal { max_digits: 5, decimal_places: 2 };
        for (kind, body, message) in [
            (decimal, "field=12,50", "Enter a number."),
            (FieldKind::Float, "field=NaN", "Enter a number."),
            (FieldKind::Date, "field=2023-02-29", "Enter a valid date."),
            (FieldKind::Time, "field=24:00", "Enter a valid time."),
            (FieldKind::Duration, "field=soon", "Enter a valid duration."),
            (FieldKind::Uuid, "field=1", "Enter a valid UUID."),
            (FieldKind::Ip, "field=1.2.3", "Enter a valid IPv4 or IPv6 address."),
            (
                FieldKind::Json,
                "field={",
                "This is not valid JSON: EOF while parsing an object at line 1 column 1.",
            ),
        ] {
            let field = FieldInfo { kind, ..FIELD };
            assert_eq!(parsed(&field, body).unwrap_err(), [message]);
        }
        let time = FieldInfo { kind: FieldKind::Time, ..FIELD };
        let exact = parsed(&time, "field=09:41:15.326411").unwrap();
        assert_eq!(Typed::of(&time, &exact), Typed::Text("09:41:15".to_owned()));
    }
}
