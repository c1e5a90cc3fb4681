//! Constraints and indexes beyond single columns: `constraint(…)` and `index(…)` of a struct.

use proc_macro2::Span;

use crate::attributes::Attributes;
use crate::errors::Errors;
use crate::names::{database_name_error, is_identifier};

/// A constraint or an index.
pub(crate) struct Constraint {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) message: String,
    pub(crate) field: Option<String>,
}

pub(crate) enum Kind {
    Check(String),
    Unique { over: Vec<String>, condition: Option<String> },
    Index { over: Vec<String>, condition: Option<String> },
}

const CONSTRAINT: &str =
    "constraint(name = \"stay_in_order\", check = \"departure > arrival\", message = \"…\")";
const INDEX: &str = "index(name = \"stay_guest\", over = [\"lower(guest)\"])";

/// Reads all constraints of a struct. `column` returns the column of a field, or reports that
/// there is none.
pub(crate) fn read(
    attributes: &Attributes,
    column: &dyn Fn(&str, Span, &mut Errors) -> Option<String>,
    errors: &mut Errors,
) -> Vec<Constraint> {
    let known = ["check", "condition", "field", "message", "name", "unique"];
    let constraints = attributes.nested("constraint", &known, CONSTRAINT, errors);
    let indexes = attributes.nested("index", &["condition", "name", "over"], INDEX, errors);
    let constraints =
        constraints.iter().filter_map(|(one, span)| constraint(one, *span, column, errors));
    let mut read: Vec<Constraint> = constraints.collect();
    read.extend(indexes.iter().filter_map(|(one, span)| index(one, *span, column, errors)));
    read
}

fn constraint(
    attributes: &Attributes,
    span: Span,
    column: &dyn Fn(&str, Span, &mut Errors) -> Option<String>,
    errors: &mut Errors,
) -> Option<Constraint> {
    let mut text = |name: &str| {
        let text = attributes.text(name, "\"…\"", errors);
        text.map(|text| (text.value(), text.span()))
    };
    let (check, condition, message) = (text("check"), text("condition"), text("message"));
    let field = text("field");
    let kind = match (check, attributes.span("unique")) {
        (Some((check, _)), None) => {
            if let Some((_, span)) = condition {
                errors.at(span, "a check has no condition: write `check = \"… OR …\"`");
            }
            Kind::Check(check)
        }
        (None, Some(unique)) => {
            let (over, plain) = over(attributes, "unique", column, errors);
            if plain && condition.is_none() {
                let message =
                    "without a condition or an expression write `unique_together` or `unique`";
                errors.at(unique, message);
            }
            Kind::Unique { over, condition: condition.map(|(sql, _)| sql) }
        }
        _ => {
            errors.at(
                span,
                format!("a constraint has either `check` or `unique`: write `{CONSTRAINT}`"),
            );
            return None;
        }
    };
    if let Some((field, span)) = &field {
        column(field, *span, errors)?;
    }
    Some(Constraint {
        name: name(attributes, span, errors)?,
        kind,
        message: message.map_or_else(String::new, |(message, _)| message),
        field: field.map(|(field, _)| field),
    })
}

fn index(
    attributes: &Attributes,
    span: Span,
    column: &dyn Fn(&str, Span, &mut Errors) -> Option<String>,
    errors: &mut Errors,
) -> Option<Constraint> {
    let condition = attributes.text("condition", "\"…\"", errors).map(|text| text.value());
    let (over, plain) = over(attributes, "over", column, errors);
    if over.is_empty() {
        errors.at(span, format!("an index is over columns or expressions: write `{INDEX}`"));
    } else if plain && condition.is_none() {
        let message =
            "without a condition or an expression write `indexes`, or `index` on the field";
        errors.at(span, message);
    }
    Some(Constraint {
        name: name(attributes, span, errors)?,
        kind: Kind::Index { over, condition },
        message: String::new(),
        field: None,
    })
}

/// The columns of fields and the expressions in a list; the second value is `true` if all are
/// fields.
fn over(
    attributes: &Attributes,
    name: &str,
    column: &dyn Fn(&str, Span, &mut Errors) -> Option<String>,
    errors: &mut Errors,
) -> (Vec<String>, bool) {
    let mut plain = true;
    let parts = attributes.texts(name, "[\"room\", \"lower(guest)\"]", errors);
    let over = parts.iter().filter_map(|part| {
        let text = part.value();
        if is_identifier(&text) {
            return column(&text, part.span(), errors).map(|column| format!("\"{column}\""));
        }
        plain = false;
        Some(text)
    });
    (over.collect(), plain)
}

fn name(attributes: &Attributes, span: Span, errors: &mut Errors) -> Option<String> {
    let Some(name) = attributes.text("name", "\"stay_in_order\"", errors) else {
        errors.at(span, "it has a name in the database: write `name = \"…\"`");
        return None;
    };
    if let Some(message) = database_name_error("constraint", &name.value()) {
        errors.at(name.span(), message);
        return None;
    }
    Some(name.value())
}
