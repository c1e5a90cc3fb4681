//! A field of the struct, of any kind.

use syn::ext::IdentExt;
use syn::{Ident, Type, Visibility};

use crate::attributes::Attributes;
use crate::column::{Column, Place};
use crate::errors::Errors;
use crate::field_type::{FieldType, RustType};
use crate::many_to_many::ManyToMany;
use crate::names::is_identifier;

pub(crate) const ATTRIBUTES: &[&str] = &[
    "auto_now",
    "auto_now_add",
    "blank",
    "choices",
    "column",
    "decimal_places",
    "default",
    "email",
    "exact_length",
    "help_text",
    "index",
    "long_text",
    "max",
    "max_digits",
    "max_length",
    "min",
    "min_length",
    "normalize",
    "on_delete",
    "one_to_one",
    "positive",
    "slug",
    "source_column",
    "table",
    "target_column",
    "through",
    "through_fields",
    "unique",
    "url",
    "validate",
    "verbose_name",
];

pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) visibility: Visibility,
    /// The type as written.
    pub(crate) written: Type,
    pub(crate) kind: FieldKind,
}

pub(crate) enum FieldKind {
    Column(Box<Column>),
    ManyToMany(Box<ManyToMany>),
}

/// The properties of a model that its fields need.
pub(crate) struct Owner<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) table: &'a str,
    pub(crate) name: &'a str,
}

impl Field {
    /// Reads a field; `None` if that is not possible, in which case the errors are reported.
    pub(crate) fn read(field: &syn::Field, owner: &Owner<'_>, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let name = ident.unraw().to_string();
        if !is_identifier(&name) {
            let message = "a field's name has lower-case letters, digits and `_` only";
            errors.about(&ident, message);
            return None;
        }
        let attributes = Attributes::read("model", &field.attrs, ATTRIBUTES, &["validate"], errors);
        let is_choices = attributes.as_ref().is_some_and(|it| it.is_alone("choices"));
        let field_type = FieldType::read(&field.ty, is_choices);
        let field_type = field_type.map_err(|error| errors.add(error)).ok();
        let (field_type, attributes) = (field_type?, attributes?);
        let is_id = name == "id";
        let place =
            Place { name, span: ident.span(), is_id, kind: "model", attributes: &attributes };
        let kind = if let RustType::ManyToMany(target) = field_type.rust {
            let relation =
                ManyToMany::read(&place, target, owner.ident, owner.table, owner.name, errors);
            FieldKind::ManyToMany(Box::new(relation))
        } else {
            FieldKind::Column(Box::new(Column::read(&place, field_type, errors)))
        };
        Some(Self { ident, visibility: field.vis.clone(), written: field.ty.clone(), kind })
    }

    /// The name in code, without `r#`.
    pub(crate) fn name(&self) -> &str {
        match &self.kind {
            FieldKind::Column(column) => &column.name,
            FieldKind::ManyToMany(relation) => &relation.name,
        }
    }

    pub(crate) fn column(&self) -> Option<&Column> {
        match &self.kind {
            FieldKind::Column(column) => Some(column),
            FieldKind::ManyToMany(_) => None,
        }
    }
}
