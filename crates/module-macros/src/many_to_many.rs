//! A many-to-many field, whose rows are in another table.

use syn::spanned::Spanned;
use syn::{Ident, LitStr, Path, Type, parse_quote};

use crate::attributes::Attributes;
use crate::column::Place;
use crate::errors::Errors;
use crate::field_type::last_segment;
use crate::literal::Literal;
use crate::names::{database_name_error, is_identifier};

pub(crate) struct ManyToMany {
    pub(crate) name: String,
    pub(crate) target: Type,
    pub(crate) verbose_name: String,
    pub(crate) help_text: String,
    pub(crate) blank: bool,
    pub(crate) between: Between,
}

/// The rows that relate two objects.
pub(crate) enum Between {
    /// A table of its own.
    Table { table: String, source_column: String, target_column: String },
    /// The rows of a model.
    Model {
        model: Path,
        /// The names of its foreign keys to the model with the field and to the target, if they are
        /// given.
        fields: Option<[LitStr; 2]>,
        /// `true` if the field relates the model to itself.
        is_self: bool,
    },
}

/// The attributes of such a field.
const ATTRIBUTES: &[&str] = &[
    "verbose_name",
    "help_text",
    "blank",
    "table",
    "source_column",
    "target_column",
    "through",
    "through_fields",
];

const OF_A_TABLE: &[&str] = &["table", "source_column", "target_column"];

impl ManyToMany {
    /// Reads the field. `model_table` and `model_name` are those of the model with the field, whose
    /// struct is `model`.
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
        let between = if attributes.span("through").is_some() {
            through(attributes, is_self, errors)
        } else {
            if let Some(span) = attributes.span("through_fields") {
                let message = "`through_fields` names foreign keys of the model between: write \
                               `through = Model` as well";
                errors.at(span, message);
            }
            let target = segment.map_or_else(String::new, |s| s.to_string().to_lowercase());
            let columns = if is_self { None } else { Some(target) };
            table(place, columns.as_deref(), model_table, model_name, errors)
        };
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
            between,
        }
    }

    /// Returns the name of the field's own table, if it has one.
    pub(crate) fn own_table(&self) -> Option<&str> {
        match &self.between {
            Between::Table { table, .. } => Some(table),
            Between::Model { .. } => None,
        }
    }
}

/// The table of a field, named as in Django. `target` is the name of the target model; `None` for a
/// relation of the model to itself.
fn table(
    place: &Place<'_>,
    target: Option<&str>,
    model_table: &str,
    model_name: &str,
    errors: &mut Errors,
) -> Between {
    let (source_column, target_column) = match target {
        None => (format!("from_{model_name}_id"), format!("to_{model_name}_id")),
        Some(target) => (format!("{model_name}_id"), format!("{target}_id")),
    };
    let mut database_name = |attribute: &str, what: &str, default: String| {
        let example = format!("\"{default}\"");
        let written: Option<LitStr> = place.attributes.text(attribute, &example, errors);
        let span = written.as_ref().map_or(place.span, Spanned::span);
        let name = written.map_or(default, |written| written.value());
        if let Some(message) = database_name_error(what, &name) {
            errors.at(span, message);
        }
        name
    };
    let table = database_name("table", "table", format!("{model_table}_{}", place.name));
    let source_column = database_name("source_column", "column", source_column);
    let target_column = database_name("target_column", "column", target_column);
    if source_column == target_column && is_identifier(&source_column) {
        let message = format!(
            "both columns of the table between are named `{source_column}`: write \
             `source_column = \"…\"` or `target_column = \"…\"`"
        );
        errors.at(place.span, message);
    }
    Between::Table { table, source_column, target_column }
}

/// Reads the model between.
fn through(attributes: &Attributes, is_self: bool, errors: &mut Errors) -> Between {
    for (attribute, span) in attributes.names() {
        if OF_A_TABLE.contains(&attribute.as_str()) {
            let message =
                format!("`{attribute}` is what the model between says of itself: remove it");
            errors.at(span, message);
        }
    }
    let model = match attributes.literal("through", "Membership", errors) {
        Some(Literal::Path(path)) => path.clone(),
        other => {
            if let Some(other) = other {
                let message = "`through` names a model: write `through = Membership`";
                errors.at(other.span(), message);
            }
            parse_quote!(Self)
        }
    };
    let example = "[\"club\", \"person\"]";
    let fields = attributes.texts("through_fields", example, errors);
    let fields = match <[LitStr; 2]>::try_from(fields) {
        Ok(fields) => Some(fields),
        Err(fields) => {
            if let Some(field) = fields.first() {
                let message = format!(
                    "`through_fields` names two foreign keys, to the model that has the field and \
                     to its target: write `through_fields = {example}`"
                );
                errors.at(field.span(), message);
            }
            None
        }
    };
    Between::Model { model, fields, is_self }
}
