//! The rules for a column's values: limits, choices and the default, which have to be consistent.

use std::net::IpAddr;

use proc_macro2::Span;
use syn::Path;

use crate::attributes::Attributes;
use crate::errors::Errors;
use crate::field_type::RustType;
use crate::kind::Kind;
use crate::literal::Literal;

/// The maximum limit of a `varchar` in PostgreSQL.
const MAX_LENGTH: u32 = 10_485_760;

pub(crate) enum DefaultValue {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Now,
    Random,
    /// A variant of an enum of choices.
    Choice(Path),
}

#[derive(PartialEq)]
pub(crate) enum Choice {
    Int(i64),
    Text(String),
}

/// The range of a numeric type.
#[derive(Clone, Copy)]
struct TypeRange {
    least: i64,
    greatest: i64,
    name: &'static str,
    wider: &'static str,
}

impl TypeRange {
    fn of(rust: &RustType) -> Option<Self> {
        let (least, greatest, name, wider) = match rust {
            RustType::I16 => (i16::MIN.into(), i16::MAX.into(), "i16", "`i32` or `i64`"),
            RustType::I32 => (i32::MIN.into(), i32::MAX.into(), "i32", "`i64`"),
            _ => return None,
        };
        Some(Self { least, greatest, name, wider })
    }
}

/// The numbers that a column accepts.
#[derive(Default)]
pub(crate) struct Range {
    pub(crate) positive: bool,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    limits: Option<TypeRange>,
}

impl Range {
    pub(crate) fn read(attributes: &Attributes, rust: &RustType, errors: &mut Errors) -> Self {
        let positive = attributes.flag("positive", errors);
        let min = attributes.integer("min", "0", errors);
        let max = attributes.integer("max", "100", errors);
        let range = Self { positive, min: None, max: None, limits: TypeRange::of(rust) };
        for (value, span) in [min, max].into_iter().flatten() {
            // Without the limits themselves: an unreachable limit is an error.
            if let Some(problem) = range.problem(value) {
                errors.at(span, problem);
            }
        }
        if let (Some((min, _)), Some((max, span))) = (min, max)
            && min > max
        {
            errors.at(span, format!("no number is at least {min} and at most {max}"));
        }
        Self { min: min.map(|(min, _)| min), max: max.map(|(max, _)| max), ..range }
    }

    /// Returns the reason why the number is not valid, if it is not.
    fn problem(&self, value: i64) -> Option<String> {
        if let Some(TypeRange { least, greatest, name, wider }) = self.limits
            && !(least..=greatest).contains(&value)
        {
            return Some(format!("{value} does not fit into an `{name}`: make the type {wider}"));
        }
        if self.positive && value < 0 {
            return Some(format!("{value} is below zero, and the field is `positive`"));
        }
        if let Some(min) = self.min.filter(|min| value < *min) {
            return Some(format!("{value} is less than `min = {min}`"));
        }
        let max = self.max.filter(|max| value > *max)?;
        Some(format!("{value} is greater than `max = {max}`"))
    }
}

/// The lengths of text that a column accepts.
pub(crate) struct Length {
    pub(crate) min: Option<u32>,
    max: Option<u32>,
}

impl Length {
    pub(crate) fn read(attributes: &Attributes, kind: &Kind, errors: &mut Errors) -> Self {
        let max = match kind {
            Kind::Char(max) | Kind::Email(max) | Kind::Url(max) | Kind::Slug(max) => Some(*max),
            Kind::Text => None,
            _ => return Self { min: None, max: None },
        };
        if attributes.span("exact_length").is_some() {
            return Self { min: max, max };
        }
        let min = length(attributes, "min_length", errors);
        if let (Some(min), Some(max), Some(span)) = (min, max, attributes.span("min_length"))
            && min > max
        {
            errors.at(span, format!("no text has at least {min} and at most {max} characters"));
        }
        Self { min, max }
    }

    /// Returns the reason why the text is not valid, if it is not. Empty text is checked by
    /// `blank`.
    fn problem(&self, text: &str) -> Option<String> {
        let characters = text.chars().count();
        let of = |limit: Option<u32>| limit.and_then(|limit| usize::try_from(limit).ok());
        if let Some(max) = of(self.max).filter(|max| characters > *max) {
            return Some(format!("the text is longer than its limit, which is {max}"));
        }
        let min = of(self.min).filter(|min| (1..*min).contains(&characters))?;
        Some(format!("the text is shorter than its least length, which is {min}"))
    }
}

/// Reads a number of characters.
pub(crate) fn length(attributes: &Attributes, name: &str, errors: &mut Errors) -> Option<u32> {
    let (value, span) = attributes.integer(name, "64", errors)?;
    let length = u32::try_from(value).ok().filter(|length| (1..=MAX_LENGTH).contains(length));
    if length.is_none() {
        let message = format!(
            "`{name}` is from 1 to {MAX_LENGTH}, as PostgreSQL has it; text of any length is \
             `long_text`"
        );
        errors.at(span, message);
    }
    length
}

/// The rules that values must satisfy.
pub(crate) struct Rules<'a> {
    pub(crate) attributes: &'a Attributes,
    pub(crate) rust: &'a RustType,
    pub(crate) range: Range,
    pub(crate) length: Length,
}

impl Rules<'_> {
    /// Reads `choices`, each with its label.
    pub(crate) fn choices(&self, errors: &mut Errors) -> Vec<(Choice, String)> {
        let is_text = matches!(self.rust, RustType::String);
        if !is_text && !self.rust.is_integer() {
            return Vec::new();
        }
        let example = if is_text { "[(\"CA\", \"California\")]" } else { "[(1, \"one\")]" };
        let Some(literal) = self.attributes.literal("choices", example, errors) else {
            return Vec::new();
        };
        let shape = || {
            let rust = self.rust.name();
            format!("write choices of this `{rust}` as `choices = {example}`")
        };
        let Literal::List(items, span) = literal else {
            errors.at(literal.span(), shape());
            return Vec::new();
        };
        if items.is_empty() {
            errors.at(*span, shape());
        }
        let mut choices: Vec<(Choice, String)> = Vec::new();
        for item in items {
            let pair = match item {
                Literal::Tuple(pair, _) => pair.as_slice(),
                _ => &[],
            };
            let (value, problem, label) = match pair {
                [Literal::Text(text), Literal::Text(label)] if is_text => {
                    let text = text.value();
                    let problem = self.length.problem(&text);
                    (Choice::Text(text), problem, label)
                }
                [Literal::Int(value, _), Literal::Text(label)] if !is_text => {
                    (Choice::Int(*value), self.range.problem(*value), label)
                }
                _ => {
                    errors.at(item.span(), shape());
                    continue;
                }
            };
            if let Some(problem) = problem {
                errors.at(pair[0].span(), problem);
            } else if choices.iter().any(|(known, _)| *known == value) {
                errors.at(pair[0].span(), "this choice stands here twice: remove one");
            }
            choices.push((value, label.value()));
        }
        choices
    }

    /// Reads `default`, which has to be valid for the column.
    pub(crate) fn default(
        &self,
        choices: &[(Choice, String)],
        errors: &mut Errors,
    ) -> Option<DefaultValue> {
        let example = match self.rust {
            RustType::I16 | RustType::I32 | RustType::I64 => "0",
            RustType::F64 | RustType::Decimal => "0.5",
            RustType::Bool => "false",
            RustType::String => "\"…\"",
            RustType::DateTime | RustType::Date | RustType::Time => "now",
            RustType::Duration => "3600",
            RustType::Uuid => "random",
            RustType::Json => "\"{}\"",
            RustType::Ip => "\"127.0.0.1\"",
            RustType::Choices => "Status::Open",
            RustType::Bytes | RustType::ForeignKey(_) | RustType::ManyToMany(_) => return None,
        };
        let literal = self.attributes.literal("default", example, errors)?;
        let span = literal.span();
        match (literal, self.rust) {
            (Literal::Bool(value), RustType::Bool) => Some(DefaultValue::Bool(value.value())),
            (Literal::Int(value, _), rust) if rust.is_integer() => {
                check(span, self.range.problem(*value), &Choice::Int(*value), choices, errors);
                Some(DefaultValue::Int(*value))
            }
            (Literal::Text(text), RustType::String) => {
                let text = text.value();
                let choice = Choice::Text(text.clone());
                check(span, self.length.problem(&text), &choice, choices, errors);
                Some(DefaultValue::Text(text))
            }
            (Literal::Int(seconds, _), RustType::Duration) => Some(DefaultValue::Int(*seconds)),
            (Literal::Int(value, _), RustType::Decimal) => {
                Some(DefaultValue::Text(value.to_string()))
            }
            (Literal::Float(digits, _), RustType::Decimal) => {
                Some(DefaultValue::Text(digits.clone()))
            }
            #[expect(clippy::cast_precision_loss, reason = "who writes it knows what fits")]
            (Literal::Int(value, _), RustType::F64) => Some(DefaultValue::Float(*value as f64)),
            (Literal::Float(digits, _), RustType::F64) => {
                digits.parse().ok().map(DefaultValue::Float)
            }
            (Literal::Text(text), RustType::Json) if matches!(&*text.value(), "{}" | "[]") => {
                Some(DefaultValue::Text(text.value()))
            }
            (Literal::Text(text), RustType::Ip) if text.value().parse::<IpAddr>().is_ok() => {
                Some(DefaultValue::Text(text.value()))
            }
            (Literal::Path(path), RustType::Uuid) if path.is_ident("random") => {
                Some(DefaultValue::Random)
            }
            (Literal::Path(path), RustType::Choices) => Some(DefaultValue::Choice(path.clone())),
            (Literal::Path(path), rust) if rust.is_time() && path.is_ident("now") => {
                Some(DefaultValue::Now)
            }
            (Literal::Path(path), rust) if path.is_ident("now") => {
                let message = format!(
                    "`now` is for a `UtcDateTime`, `Date` or `Time`, and this is `{}`: write `default = {example}`",
                    rust.name()
                );
                errors.at(span, message);
                None
            }
            (_, rust) => {
                let message = format!(
                    "the default of this `{}` is written `default = {example}`",
                    rust.name()
                );
                errors.at(span, message);
                None
            }
        }
    }
}

fn check(
    span: Span,
    problem: Option<String>,
    value: &Choice,
    choices: &[(Choice, String)],
    errors: &mut Errors,
) {
    // Empty text is the value of a field that was left out, regardless of its choices.
    let is_empty = matches!(value, Choice::Text(text) if text.is_empty());
    if let Some(problem) = problem {
        errors.at(span, problem);
    } else if !choices.is_empty() && !is_empty && !choices.iter().any(|(known, _)| known == value) {
        errors.at(span, "the default is none of the `choices`");
    }
}
