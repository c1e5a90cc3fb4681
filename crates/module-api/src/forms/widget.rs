//! The inputs of a field, by the field's kind.

use serde::Serialize;

use super::text::shown_again;
use super::typed::Typed;
use crate::db::{Decimal, Value};
use crate::model::{ChoiceValue, FieldInfo, FieldKind};

/// The inputs of a field, for a template.
///
/// ```
/// use module_api::forms::{Typed, Widget};
/// use module_api::model::{FieldInfo, FieldKind};
///
/// const STARS: FieldInfo = FieldInfo {
///     min_value: Some(1),
///     max_value: Some(5),
///     ..FieldInfo::new("stars", FieldKind::SmallInteger)
/// };
///
/// let widget = Widget::of(&STARS, &Typed::Text("4".to_owned()));
/// let Widget::Input(input) = widget else { panic!("it is not an input") };
/// assert_eq!((input.kind, input.min, input.max), ("number", Some(1), Some(5)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "widget", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Widget {
    /// An `input`.
    Input(Input),
    /// A `textarea`.
    Textarea {
        /// The text.
        value: String,
        /// The maximum number of characters.
        max_length: Option<u32>,
    },
    /// A checkbox.
    Checkbox {
        /// `true` if it is checked.
        checked: bool,
    },
    /// A `select`.
    Select {
        /// The options.
        options: Vec<ChoiceView>,
    },
    /// Radio buttons.
    Radios {
        /// The options.
        options: Vec<ChoiceView>,
    },
    /// A date and a time, in UTC.
    Moment {
        /// The date.
        date: Input,
        /// The time.
        time: Input,
    },
}

/// An `input`.
///
/// ```
/// use module_api::forms::Input;
///
/// let input = Input::of_text("search", "sea view".to_owned(), Some(40));
/// assert_eq!((input.kind, input.max_length), ("search", Some(40)));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Input {
    /// The type: `text`, `number`.
    pub kind: &'static str,
    /// The value.
    pub value: String,
    /// The minimum of a number.
    pub min: Option<i64>,
    /// The maximum of a number.
    pub max: Option<i64>,
    /// The step of a number or of a time, unless it is the browser's default.
    pub step: Option<String>,
    /// The maximum number of characters.
    pub max_length: Option<u32>,
}

/// An option to choose.
///
/// ```
/// use module_api::forms::{ChoiceView, Widget};
///
/// let choice = |value: &str, label: &str| ChoiceView {
///     value: value.to_owned(),
///     label: label.to_owned(),
///     chosen: value == "room",
/// };
/// let options = vec![ChoiceView::none(false), choice("house", "A house"), choice("room", "A room")];
/// assert_eq!(options[0].label, "---------");
/// assert!(options[2].chosen);
/// let widget = Widget::Select { options };
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChoiceView {
    /// The value that is sent.
    pub value: String,
    /// The text.
    pub label: String,
    /// `true` if it is chosen.
    pub chosen: bool,
}

impl ChoiceView {
    /// The option for no choice, as in Django.
    pub fn none(chosen: bool) -> Self {
        Self { value: String::new(), label: "---------".to_owned(), chosen }
    }
}

impl Input {
    /// An input of a type for text.
    pub fn of_text(kind: &'static str, value: String, max_length: Option<u32>) -> Self {
        Self { kind, value, max_length, ..Self::default() }
    }
}

impl Widget {
    /// Returns the inputs for a field with this content.
    pub fn of(field: &FieldInfo, typed: &Typed) -> Self {
        match typed {
            Typed::Checked(checked) => Self::Checkbox { checked: *checked },
            Typed::Moment { date, time } => moment(field, date, time),
            Typed::Text(text) => text_input(field, text),
            Typed::Many(_) => Self::Select { options: Vec::new() },
        }
    }
}

fn moment(field: &FieldInfo, date: &str, time: &str) -> Widget {
    let is_date = field.parse(date).is_ok() && date.len() == 10 || date.is_empty();
    let is_time = field.parse(&format!("2000-01-01 {time}")).is_ok() || time.is_empty();
    // A browser shows no value that it cannot parse as a date.
    let input = |good: bool, kind, value: &str| {
        Input::of_text(if good { kind } else { "text" }, shown_again(value), None)
    };
    Widget::Moment { date: input(is_date, "date", date), time: input(is_time, "time", time) }
}

fn text_input(field: &FieldInfo, text: &str) -> Widget {
    if !field.choices.is_empty() {
        return Widget::Select { options: choices_of(field, text) };
    }
    let (value, max_length) = (shown_again(text), field.max_length());
    match &field.kind {
        FieldKind::Bool => {
            let of = |value: &str, label: &str| ChoiceView {
                value: value.to_owned(),
                label: label.to_owned(),
                chosen: text.eq_ignore_ascii_case(value),
            };
            let options = vec![of("", "Unknown"), of("true", "Yes"), of("false", "No")];
            Widget::Select { options }
        }
        FieldKind::Text | FieldKind::Json => Widget::Textarea { value, max_length },
        // An input of one line would lose the others.
        FieldKind::Char { .. } if text.contains('\n') => Widget::Textarea { value, max_length },
        FieldKind::Char { .. }
        | FieldKind::Slug { .. }
        | FieldKind::Duration
        | FieldKind::Uuid
        | FieldKind::Ip
        | FieldKind::Binary => Widget::Input(Input::of_text("text", value, max_length)),
        FieldKind::Email { .. } => Widget::Input(Input::of_text("email", value, max_length)),
        FieldKind::Url { .. } => Widget::Input(Input::of_text("url", value, max_length)),
        FieldKind::Date | FieldKind::Time => {
            let is_date = matches!(field.kind, FieldKind::Date);
            // A browser shows no value that it cannot parse as a date or a time.
            let is_good = text.is_empty() || field.parse(text).is_ok();
            let kind = if is_date { "date" } else { "time" };
            let step = (is_good && !is_date).then(|| "1".to_owned());
            let kind = if is_good { kind } else { "text" };
            Widget::Input(Input { kind, value, step, ..Input::default() })
        }
        FieldKind::Float | FieldKind::Decimal { .. } => {
            let is_number = text.is_empty() || field.parse(text).is_ok();
            Widget::Input(Input {
                kind: if is_number { "number" } else { "text" },
                value,
                min: field.min_value,
                max: field.max_value,
                step: is_number.then(|| step_of(field)),
                max_length: None,
            })
        }
        _ => {
            let (least, greatest) = field.range();
            // A browser shows no value in an input for numbers that is not a number.
            let is_number = text.is_empty() || text.trim().parse::<i64>().is_ok();
            Widget::Input(Input {
                kind: if is_number { "number" } else { "text" },
                value,
                min: (least > i64::MIN).then_some(least),
                max: (greatest < i64::MAX).then_some(greatest),
                step: None,
                max_length: None,
            })
        }
    }
}

/// The step of the numbers of a field: `0.01` for two decimal places.
fn step_of(field: &FieldInfo) -> String {
    match field.kind {
        FieldKind::Decimal { decimal_places, .. } => Decimal::new(1, decimal_places).to_string(),
        _ => "any".to_owned(),
    }
}

/// The choices of a field. As in Django, the empty choice is left out if the field is required and
/// has a default.
fn choices_of(field: &FieldInfo, text: &str) -> Vec<ChoiceView> {
    let mut options = Vec::new();
    let is_known = |value: &Value| field.choices.iter().any(|choice| choice.value.is(value));
    if field.blank || field.default.is_none() {
        options.push(ChoiceView::none(text.is_empty()));
    }
    let typed = field.parse(text).ok();
    options.extend(field.choices.iter().map(|choice| ChoiceView {
        value: match choice.value {
            ChoiceValue::Int(number) => number.to_string(),
            ChoiceValue::Text(text) => text.to_owned(),
        },
        label: choice.label.to_owned(),
        chosen: typed.as_ref().is_some_and(|typed| choice.value.is(typed)),
    }));
    if typed.as_ref().is_some_and(is_known) { options } else { with_typed(options, text) }
}

/// Returns the options, with the submitted text among them even if it is not one.
pub fn with_typed(mut options: Vec<ChoiceView>, text: &str) -> Vec<ChoiceView> {
    if !text.is_empty() && !options.iter().any(|option| option.chosen) {
        let value = shown_again(text);
        options.push(ChoiceView { label: value.clone(), value, chosen: true });
    }
    options
}
