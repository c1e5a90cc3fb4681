//! A field that is a column: its attributes, validated.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Path, Type};

use crate::attributes::Attributes;
use crate::errors::Errors;
use crate::field_type::{FieldType, RustType};
use crate::kind::{Kind, OnDelete};
use crate::literal::Literal;
use crate::names::database_name_error;
use crate::rules::{Choice, DefaultValue, Length, Range, Rules, length};

/// The default maximum length of an email address, as in Django.
const MAX_EMAIL_LENGTH: u32 = 254;
/// The default maximum length of a URL, as in Django; and of a slug.
const MAX_URL_LENGTH: u32 = 200;
const MAX_SLUG_LENGTH: u32 = 50;
/// The maximum number of digits of a `Decimal`.
const MAX_DIGITS: u32 = 29;

#[expect(clippy::struct_excessive_bools, reason = "each is an attribute that stands there or not")]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) stored_as: String,
    pub(crate) kind: Kind,
    /// The type without the `Option`.
    pub(crate) inner: Type,
    pub(crate) verbose_name: String,
    pub(crate) help_text: String,
    pub(crate) null: bool,
    pub(crate) blank: bool,
    pub(crate) unique: bool,
    pub(crate) index: bool,
    pub(crate) positive: bool,
    pub(crate) default: Option<DefaultValue>,
    pub(crate) choices: Vec<(Choice, String)>,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) min_length: Option<u32>,
    pub(crate) validators: Vec<Path>,
    pub(crate) normalizer: Option<Path>,
    pub(crate) auto_now: Option<AutoNow>,
}

/// The writes at which a column is set to the current time.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum AutoNow {
    Add,
    Save,
}

/// The properties of a field that are known before its attributes are read.
pub(crate) struct Place<'a> {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) is_id: bool,
    /// The name of the attribute: `model`, or `form`.
    pub(crate) kind: &'static str,
    pub(crate) attributes: &'a Attributes,
}

impl Column {
    pub(crate) fn read(place: &Place<'_>, field_type: FieldType, errors: &mut Errors) -> Self {
        let attributes = place.attributes;
        check_applicable(place, &field_type, errors);
        let name = place.name.clone();
        let is_number = field_type.rust.is_number();
        let is_key = matches!(field_type.rust, RustType::ForeignKey(_));
        let kind = kind(place, &field_type, errors);
        let default_column = if is_key { format!("{name}_id") } else { name.clone() };
        let column = attributes.text("column", &format!("\"{default_column}\""), errors);
        let column_span = column.as_ref().map_or(place.span, Spanned::span);
        let column = column.map_or(default_column, |column| column.value());
        if let Some(message) = database_name_error("column", &column) {
            errors.at(column_span, message);
        }
        let one_to_one = matches!(kind, Kind::ForeignKey { one_to_one: true, .. });
        let mut range = Range::default();
        if is_number && !place.is_id {
            range = Range::read(attributes, &field_type.rust, errors);
        }
        let length = Length::read(attributes, &kind, errors);
        let rules = Rules { attributes, rust: &field_type.rust, range, length };
        let choices = rules.choices(errors);
        let default = rules.default(&choices, errors);
        let Rules { range, length, .. } = rules;
        let auto_now = auto_now(attributes, errors);
        let default = default.or_else(|| auto_now.map(|_| DefaultValue::Now));
        // Django's verbose names.
        let words = if place.is_id { "ID".to_owned() } else { name.replace('_', " ") };
        Self {
            verbose_name: attributes
                .text("verbose_name", &format!("\"{words}\""), errors)
                .map_or(words, |text| text.value()),
            help_text: attributes
                .text("help_text", "\"…\"", errors)
                .map_or_else(String::new, |text| text.value()),
            blank: attributes.flag("blank", errors) || place.is_id || auto_now.is_some(),
            unique: attributes.flag("unique", errors) || one_to_one || place.is_id,
            // A unique column has an index already.
            index: attributes.flag("index", errors)
                || (is_key && !one_to_one)
                || (matches!(kind, Kind::Slug(_)) && attributes.span("unique").is_none()),
            positive: range.positive,
            min: range.min,
            max: range.max,
            min_length: length.min,
            validators: attributes.paths("validate", "no_shouting", errors),
            normalizer: attributes.paths("normalize", "in_small_letters", errors).pop(),
            null: field_type.null,
            inner: field_type.inner,
            name,
            stored_as: column,
            kind,
            default,
            choices,
            auto_now,
        }
    }
}

impl Column {
    /// The number of digits after the decimal point, if it is a decimal number.
    pub(crate) fn decimal_places(&self) -> Option<u32> {
        match self.kind {
            Kind::Decimal { decimal_places, .. } => Some(decimal_places),
            _ => None,
        }
    }
}

/// Reads `auto_now` or `auto_now_add`, which exclude a default.
fn auto_now(attributes: &Attributes, errors: &mut Errors) -> Option<AutoNow> {
    let (save, add) =
        (attributes.flag("auto_now", errors), attributes.flag("auto_now_add", errors));
    let given = match (save, add) {
        (false, false) => return None,
        (true, _) => ("auto_now", AutoNow::Save, ["auto_now_add", "default"]),
        (false, true) => ("auto_now_add", AutoNow::Add, ["auto_now", "default"]),
    };
    let (name, auto, others) = given;
    for other in others {
        if let Some(span) = attributes.span(other) {
            errors.at(span, format!("`{name}` and `{other}` exclude each other: remove one"));
        }
    }
    Some(auto)
}

/// Checks that each attribute applies to a field of that type.
fn check_applicable(place: &Place<'_>, field_type: &FieldType, errors: &mut Errors) {
    let rust = &field_type.rust;
    let rust_name = rust.name();
    let is_text = matches!(rust, RustType::String);
    let is_key = matches!(rust, RustType::ForeignKey(_));
    for (name, span) in place.attributes.names() {
        let message = match name.as_str() {
            "column" | "verbose_name" | "help_text" => continue,
            _ if place.is_id => format!(
                "the primary key needs no `{name}`: remove it; only `column`, `verbose_name` and \
                 `help_text` can stand here"
            ),
            "unique" if is_key => {
                "a foreign key that is unique is one to one: write `one_to_one` instead".to_owned()
            }
            "index" if is_key => "a foreign key has an index anyway: remove `index`".to_owned(),
            "index" if place.attributes.span("unique").is_some() => {
                "what is unique has an index anyway: remove `index`".to_owned()
            }
            "choices" | "max_length" if matches!(rust, RustType::Choices) => continue,
            "max_digits" | "decimal_places" if !matches!(rust, RustType::Decimal) => {
                format!("`{name}` is for a `Decimal`, and this is `{rust_name}`: remove it")
            }
            "auto_now" | "auto_now_add" if !rust.is_time() => format!(
                "`{name}` is for a `UtcDateTime`, `Date` or `Time`, and this is `{rust_name}`: \
                 remove it"
            ),
            "max_length" | "min_length" | "exact_length" if !is_text => {
                let instead = if rust.is_integer() {
                    ": limit a number with `min = …` and `max = …`"
                } else {
                    ": remove it"
                };
                format!("`{name}` is for a `String`, and this is `{rust_name}`{instead}")
            }
            "long_text" | "email" | "url" | "slug" | "normalize" if !is_text => {
                format!("`{name}` is for a `String`, and this is `{rust_name}`: change the type")
            }
            "min" | "max" if rust.is_number() => continue,
            "positive" | "min" | "max" if !rust.is_integer() => {
                let instead = if matches!(rust, RustType::F64 | RustType::Decimal) {
                    ": write `min = 0`".to_owned()
                } else if is_text && name != "positive" {
                    format!(": limit a text with `{name}_length = …`")
                } else {
                    ": remove it".to_owned()
                };
                format!(
                    "`{name}` is for `i16`, `i32` and `i64`, and this is `{rust_name}`{instead}"
                )
            }
            "choices" if !is_text && !rust.is_integer() => format!(
                "`choices` are for `String`, `i16`, `i32` and `i64`, and this is `{rust_name}`: \
                 remove them"
            ),
            "default" if matches!(rust, RustType::Bytes) => {
                "bytes have no default: remove it, or make the type an `Option`".to_owned()
            }
            "default" if is_key => {
                "a foreign key has no default: remove it, or make the type an `Option`".to_owned()
            }
            "one_to_one" | "on_delete" if !is_key => format!(
                "`{name}` is for a foreign key, and this is `{rust_name}`: write \
                 `ForeignKey<Model>` as the type"
            ),
            "table" | "source_column" | "target_column" | "through" | "through_fields" => format!(
                "`{name}` is for a `ManyToMany<Model>`, and this is `{rust_name}`: remove it"
            ),
            _ => continue,
        };
        errors.at(span, message);
    }
}

fn kind(place: &Place<'_>, field_type: &FieldType, errors: &mut Errors) -> Kind {
    match &field_type.rust {
        _ if place.is_id => Kind::Id,
        RustType::I16 => Kind::SmallInteger,
        RustType::I32 => Kind::Integer,
        RustType::I64 => Kind::BigInteger,
        RustType::Bool => Kind::Bool,
        RustType::F64 => Kind::Float,
        RustType::Decimal => decimal_kind(place, errors),
        RustType::DateTime => Kind::DateTime,
        RustType::Date => Kind::Date,
        RustType::Time => Kind::Time,
        RustType::Duration => Kind::Duration,
        RustType::Uuid => Kind::Uuid,
        RustType::Json => Kind::Json,
        RustType::Ip => Kind::Ip,
        RustType::Bytes => Kind::Binary,
        RustType::Choices => {
            Kind::Choices { max_length: length(place.attributes, "max_length", errors) }
        }
        RustType::String => text_kind(place, errors),
        RustType::ForeignKey(target) => Kind::ForeignKey {
            target: Box::new(target.clone()),
            on_delete: on_delete(place, field_type, errors),
            one_to_one: place.attributes.flag("one_to_one", errors),
        },
        RustType::ManyToMany(_) => unreachable!("a many-to-many field is no column"),
    }
}

fn text_kind(place: &Place<'_>, errors: &mut Errors) -> Kind {
    let attributes = place.attributes;
    let conflicts: &[(&str, &[&str])] = &[
        ("long_text", &["max_length", "exact_length", "email", "url", "slug"]),
        ("exact_length", &["max_length", "min_length", "email", "url", "slug"]),
        ("email", &["url", "slug"]),
        ("url", &["slug"]),
    ];
    for (name, others) in conflicts {
        for other in others.iter().filter(|_| attributes.span(name).is_some()) {
            if let Some(span) = attributes.span(other) {
                errors.at(span, format!("`{name}` and `{other}` exclude each other: remove one"));
            }
        }
    }
    let exact = length(attributes, "exact_length", errors);
    let max = length(attributes, "max_length", errors);
    let has = |name: &str| attributes.span(name).is_some();
    let long = attributes.flag("long_text", errors);
    if attributes.flag("email", errors) {
        Kind::Email(max.unwrap_or(MAX_EMAIL_LENGTH))
    } else if attributes.flag("url", errors) {
        Kind::Url(max.unwrap_or(MAX_URL_LENGTH))
    } else if attributes.flag("slug", errors) {
        Kind::Slug(max.unwrap_or(MAX_SLUG_LENGTH))
    } else if long {
        Kind::Text
    } else if has("exact_length") || has("max_length") {
        // An invalid length is reported already.
        Kind::Char(exact.or(max).unwrap_or(1))
    } else {
        let message = format!(
            "the text `{}` needs a limit: write `#[{kind}(max_length = 64)]`, or \
             `#[{kind}(exact_length = 2)]`, `#[{kind}(email)]`, or `#[{kind}(long_text)]` for any \
             length",
            place.name,
            kind = place.kind,
        );
        errors.at(place.span, message);
        Kind::Text
    }
}

/// Reads the total number of digits, and the number of those after the decimal point.
fn decimal_kind(place: &Place<'_>, errors: &mut Errors) -> Kind {
    let attributes = place.attributes;
    let digits = attributes.integer("max_digits", "8", errors);
    let places = attributes.integer("decimal_places", "2", errors);
    let (Some((digits, span)), Some((places, places_span))) = (digits, places) else {
        let missing = |name| attributes.span(name).is_none();
        if missing("max_digits") || missing("decimal_places") {
            let message = format!(
                "the number `{}` needs limits: write `#[model(max_digits = 8, decimal_places = 2)]`",
                place.name
            );
            errors.at(place.span, message);
        }
        return Kind::Decimal { max_digits: 1, decimal_places: 0 };
    };
    let max_digits = u32::try_from(digits).ok().filter(|digits| (1..=MAX_DIGITS).contains(digits));
    if max_digits.is_none() {
        errors.at(span, format!("`max_digits` is from 1 to {MAX_DIGITS}, as a `Decimal` has them"));
    }
    let decimal_places = u32::try_from(places).ok().filter(|_| places <= digits);
    if decimal_places.is_none() {
        errors.at(places_span, "`decimal_places` is from 0 to `max_digits`");
    }
    Kind::Decimal {
        max_digits: max_digits.unwrap_or(1),
        decimal_places: decimal_places.unwrap_or(0),
    }
}

fn on_delete(place: &Place<'_>, field_type: &FieldType, errors: &mut Errors) -> OnDelete {
    const WAYS: &str = "`on_delete = cascade` (it goes too), `on_delete = protect` (it keeps the \
                        other from being deleted) or `on_delete = set_null`";
    if place.kind == "form" {
        return OnDelete::Cascade;
    }
    if place.attributes.span("on_delete").is_none() {
        let message = format!(
            "say what becomes of the row when the one that `{}` leads to is deleted: {WAYS}",
            place.name
        );
        errors.at(place.span, message);
        return OnDelete::Cascade;
    }
    match place.attributes.literal("on_delete", "cascade", errors) {
        None => {}
        Some(Literal::Path(way)) if way.is_ident("cascade") => return OnDelete::Cascade,
        Some(Literal::Path(way)) if way.is_ident("protect") => return OnDelete::Protect,
        Some(Literal::Path(way)) if way.is_ident("set_null") => {
            if !field_type.null {
                let message = "`set_null` needs a column that takes NULL: write \
                               `Option<ForeignKey<…>>` as the type";
                errors.at(way.span(), message);
            }
            return OnDelete::SetNull;
        }
        Some(other) => errors.at(other.span(), format!("write {WAYS}, without quotes")),
    }
    OnDelete::Cascade
}
