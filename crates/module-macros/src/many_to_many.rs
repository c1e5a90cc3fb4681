//! A field that is a table of its own.

use syn::spanned::Spanned;
use syn::{Ident, LitStr, Type};

use crate::column::Place;
use crate::errors::Errors;
use crate::field_type::last_segment;
use crate::names::{database_name_error, is_identifier};

pub(crate) struct ManyToMany {
    pub(crate) name: String,
    pub(crate) target: Type,
    pub(crate) verbose_name: String,
    pub(crate) help_text: String,
    pub(crate) blank: bool,
    pub(crate) table: String,
    pub(crate) source_column: String,
    pub(crate) target_column: String,
}

/// The attributes that it can have.
const ATTRIBUTES: &[&str] =
    &["verbose_name", "help_text", "blank", "table", "source_column", "target_column"];

impl ManyToMany {
    /// `model_table` and `model_name` are those of the model that has the field, whose struct is
    /// `model`.
    pub(crate) fn read(
        place: &Place<'_>,
        target: Type,
        model: &Ident,
        model_table: &str,
        model_name: &str,
        errors: &mut Errors,
    ) -> Self {
        let attributes = place.attributes;
        let name = place.name.clone();
        for (attribute, span) in attributes.names() {
            if attribute == "column" {
                let message = "a many-to-many field has no column but a table of its own: write \
                               `table = \"…\"`, `source_column = \"…\"` or `target_column = \"…\"`";
                errors.at(span, message);
            } else if !ATTRIBUTES.contains(&attribute.as_str()) {
                let message = format!(
                    "`{attribute}` is for columns, and a `ManyToMany` has none: \
                                       remove it"
                );
                errors.at(span, message);
            }
        }
        let segment = last_segment(&target).map(|segment| segment.ident.clone());
        let is_self = segment.as_ref().is_some_and(|segment| segment == "Self" || segment == model);
        // As in Django.
        let (source_column, target_column) = if is_self {
            (format!("from_{model_name}_id"), format!("to_{model_name}_id"))
        } else {
            let target = segment.map_or_else(String::new, |s| s.to_string().to_lowercase());
            (format!("{model_name}_id"), format!("{target}_id"))
        };
        let mut database_name = |attribute: &str, what: &str, default: String| {
            let written: Option<LitStr> =
                attributes.text(attribute, &format!("\"{default}\""), errors);
            let span = written.as_ref().map_or(place.span, Spanned::span);
            let name = written.map_or(default, |written| written.value());
            if let Some(message) = database_name_error(what, &name) {
                errors.at(span, message);
            }
            name
        };
        let table = database_name("table", "table", format!("{model_table}_{name}"));
        let source_column = database_name("source_column", "column", source_column);
        let target_column = database_name("target_column", "column", target_column);
        if source_column == target_column && is_identifier(&source_column) {
            let message = format!(
                "both columns of the table between are named `{source_column}`: write \
                 `source_column = \"…\"` or `target_column = \"…\"`"
            );
            errors.at(place.span, message);
        }
        let words = name.replace('_', " ");
        Self {
            verbose_name: attributes
                .text("verbose_name", &format!("\"{words}\""), errors)
                .map_or(words, |text| text.value()),
            help_text: attributes
                .text("help_text", "\"…\"", errors)
                .map_or_else(String::new, |text| text.value()),
            blank: attributes.flag("blank", errors),
            name,
            target,
            table,
            source_column,
            target_column,
        }
    }
}
