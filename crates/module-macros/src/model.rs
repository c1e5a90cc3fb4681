//! The struct as a whole: its attributes, checked against its fields.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Path, Type};

use crate::attributes::Attributes;
use crate::constraints::{self, Constraint};
use crate::display::{self, Part};
use crate::errors::Errors;
use crate::field::{Field, FieldKind, Owner};
use crate::field_type::last_segment;
use crate::kind::Kind;
use crate::names::{database_name_error, is_label, list, nearest, words_of_camel_case};

const ATTRIBUTES: &[&str] = &[
    "constraint",
    "display",
    "found_by_natural_key",
    "index",
    "indexes",
    "label",
    "natural_key",
    "ordering",
    "table",
    "unique_together",
    "validate",
    "validate_in",
    "verbose_name",
    "verbose_name_plural",
];

const REPEATABLE: &[&str] = &["constraint", "index", "validate", "validate_in"];

pub(crate) struct Model {
    pub(crate) ident: Ident,
    pub(crate) label: String,
    pub(crate) table: String,
    pub(crate) verbose_name: String,
    pub(crate) verbose_name_plural: String,
    pub(crate) fields: Vec<Field>,
    /// The names of fields, each with `true` for descending order.
    pub(crate) ordering: Vec<(String, bool)>,
    pub(crate) display: Vec<Part>,
    /// The span of `display`, if it is given.
    pub(crate) display_span: Option<Span>,
    pub(crate) unique_together: Vec<Vec<String>>,
    pub(crate) indexes: Vec<Vec<String>>,
    pub(crate) natural_key: Vec<String>,
    pub(crate) found_by_natural_key: bool,
    pub(crate) constraints: Vec<Constraint>,
    /// Functions that check an object by its values alone.
    pub(crate) value_rules: Vec<Path>,
    /// Functions that check an object in a transaction.
    pub(crate) row_rules: Vec<Path>,
}

impl Model {
    pub(crate) fn read(input: &DeriveInput) -> syn::Result<Self> {
        let written = named_fields(input)?;
        let mut errors = Errors::default();
        let Some(attributes) =
            Attributes::read("model", &input.attrs, ATTRIBUTES, REPEATABLE, &mut errors)
        else {
            errors.into_result()?;
            unreachable!("there are errors");
        };
        let (label, table) = label_and_table(&input.ident, &attributes, &mut errors);
        let name = label.split_once('.').map_or("", |(_, name)| name);
        let owner = Owner { ident: &input.ident, table: &table, name };
        check_primary_key(input, written, &mut errors);
        let read = written.iter().map(|field| Field::read(field, &owner, &mut errors));
        let read: Vec<Option<Field>> = read.collect();
        let complete = read.iter().all(Option::is_some);
        let fields: Vec<Field> = read.into_iter().flatten().collect();
        check_clashes(&fields, &table, &mut errors);
        let words = words_of_camel_case(&input.ident.unraw().to_string());
        let mut name_of = |attribute: &str, default: String| {
            let text = attributes.text(attribute, &format!("\"{default}\""), &mut errors);
            text.map_or(default, |text| text.value())
        };
        let verbose_name = name_of("verbose_name", words);
        let verbose_name_plural = name_of("verbose_name_plural", format!("{verbose_name}s"));
        // Unknown names cannot be detected while a field has errors.
        let names = Names { fields: complete.then_some(&fields) };
        let lists = |attribute: &str, errors: &mut Errors| {
            let lists = attributes.lists_of_texts(attribute, "[[\"title\", \"address\"]]", errors);
            lists.iter().map(|list| names.columns(list, errors)).collect()
        };
        let unique_together = lists("unique_together", &mut errors);
        let indexes = lists("indexes", &mut errors);
        let column = |name: &str, span: Span, errors: &mut Errors| {
            names.check(name, span, errors);
            names.column(name)
        };
        let constraints = constraints::read(&attributes, &column, &mut errors);
        let natural_key = attributes.texts("natural_key", "[\"title\"]", &mut errors);
        let natural_key = names.columns(&natural_key, &mut errors);
        let found_by_natural_key = attributes.flag("found_by_natural_key", &mut errors);
        if let Some(span) = attributes.span("found_by_natural_key")
            && natural_key.is_empty()
        {
            errors.at(span, "`found_by_natural_key` needs a `natural_key = [\"…\"]`");
        }
        let ordering = ordering(&attributes, &names, &mut errors);
        let display = attributes.text("display", "\"{title}\"", &mut errors);
        let display_span = display.as_ref().map(LitStr::span);
        let display = match display.map(|display| (display.span(), display::parse(&display))) {
            Some((span, Ok(parts))) => {
                names.check_display(&parts, span, &mut errors);
                parts
            }
            Some((_, Err(error))) => {
                errors.add(error);
                Vec::new()
            }
            None => vec![
                Part::Text(format!("{} object (", input.ident.unraw())),
                Part::Field(vec!["id".to_owned()]),
                Part::Text(")".to_owned()),
            ],
        };
        let value_rules = attributes.paths("validate", "in_order", &mut errors);
        let row_rules = attributes.paths("validate_in", "no_overlap", &mut errors);
        errors.into_result()?;
        Ok(Self {
            ident: input.ident.clone(),
            label,
            table,
            verbose_name,
            verbose_name_plural,
            fields,
            ordering,
            display,
            display_span,
            unique_together,
            indexes,
            natural_key,
            found_by_natural_key,
            constraints,
            value_rules,
            row_rules,
        })
    }

    /// The columns, the primary key first.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&Field, &crate::column::Column)> {
        self.fields.iter().filter_map(|field| Some((field, field.column()?)))
    }
}

/// Returns the fields of a struct with named fields.
fn named_fields(
    input: &DeriveInput,
) -> syn::Result<&syn::punctuated::Punctuated<syn::Field, syn::Token![,]>> {
    let form = "a model is a struct with named fields: write `struct Letting { id: i64, … }`";
    if let Some(parameter) = input.generics.params.first() {
        let message = "a model has no type parameters and no lifetimes: each table has a struct of \
                       its own, which owns its values";
        return Err(syn::Error::new_spanned(parameter, message));
    }
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, form));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new_spanned(&input.ident, form));
    };
    Ok(&fields.named)
}

fn label_and_table(
    ident: &Ident,
    attributes: &Attributes,
    errors: &mut Errors,
) -> (String, String) {
    let name = ident.unraw().to_string().to_lowercase();
    let example = format!("\"app.{name}\"");
    if attributes.span("label").is_none() {
        let message = format!(
            "a model has a label, which names its app and itself: write `#[model(label = \
             {example})]`"
        );
        errors.about(ident, message);
    }
    let label = attributes.text("label", &example, errors);
    if let Some(bad) = label.as_ref().filter(|label| !is_label(&label.value())) {
        let message = format!(
            "a label is the name of the app, a dot, and the name of the model, both in lower-case \
             letters, digits and `_`: write `label = {example}`"
        );
        errors.about(bad, message);
        return (String::new(), "table".to_owned());
    }
    // Consequences of a missing label are not reported.
    let value = label.as_ref().map_or_else(|| format!("app.{name}"), LitStr::value);
    let table = attributes.text("table", "\"lettings_letting\"", errors);
    let span = table.as_ref().or(label.as_ref()).map_or_else(|| ident.span(), LitStr::span);
    let table = table.map_or_else(|| value.replace('.', "_"), |table| table.value());
    if let Some(message) = database_name_error("table", &table) {
        errors.at(span, message);
    }
    (value, table)
}

/// Checks that the first field is `id: i64`.
fn check_primary_key<'a>(
    input: &DeriveInput,
    fields: impl IntoIterator<Item = &'a syn::Field>,
    errors: &mut Errors,
) {
    let is_i64 = |written: &Type| {
        last_segment(written).is_some_and(|last| last.ident == "i64" && last.arguments.is_none())
    };
    let mut fields = fields.into_iter();
    let is_id = |field: &syn::Field| field.ident.as_ref().is_some_and(|ident| ident == "id");
    match fields.next() {
        Some(first) if is_id(first) && is_i64(&first.ty) => {}
        Some(first) if is_id(first) => {
            errors.about(&first.ty, "the primary key is a number of 64 bits: write `id: i64`");
        }
        Some(first) => match fields.find(|field| is_id(field)) {
            Some(id) => errors.about(&id.ident, "the primary key comes first: put `id: i64` there"),
            None => {
                let message = "a model begins with its primary key: write `id: i64` before this";
                errors.about(&first.ident, message);
            }
        },
        None => errors.about(&input.ident, "a model begins with its primary key: write `id: i64`"),
    }
}

/// Checks that no two fields have the same column, table or constant.
fn check_clashes(fields: &[Field], model_table: &str, errors: &mut Errors) {
    for (index, field) in fields.iter().enumerate() {
        let constant = field.name().to_uppercase();
        if matches!(constant.as_str(), "INFO" | "GET" | "COLUMNS") {
            let message = format!(
                "the constant of this field would be `{constant}`, which the trait `Model` has: \
                 call the field something else, with `column = \"{}\"`",
                field.name()
            );
            errors.about(&field.ident, message);
        }
        for earlier in &fields[..index] {
            let name = earlier.name();
            match (&earlier.kind, &field.kind) {
                (FieldKind::Column(a), FieldKind::Column(b)) if a.stored_as == b.stored_as => {
                    let message = format!(
                        "its column `{}` is that of `{name}` already: write another with \
                         `#[model(column = \"…\")]`",
                        b.stored_as
                    );
                    errors.about(&field.ident, message);
                }
                (FieldKind::ManyToMany(a), FieldKind::ManyToMany(b))
                    if a.own_table().is_some() && a.own_table() == b.own_table() =>
                {
                    let message = format!(
                        "its table `{}` is that of `{name}` already: write another with \
                         `#[model(table = \"…\")]`",
                        b.own_table().unwrap_or_default()
                    );
                    errors.about(&field.ident, message);
                }
                _ => {}
            }
        }
        if let FieldKind::ManyToMany(relation) = &field.kind
            && relation.own_table() == Some(model_table)
        {
            let message = format!(
                "its table `{model_table}` is that of the model itself: write another with \
                 `#[model(table = \"…\")]`"
            );
            errors.about(&field.ident, message);
        }
    }
}

fn ordering(
    attributes: &Attributes,
    names: &Names<'_>,
    errors: &mut Errors,
) -> Vec<(String, bool)> {
    let mut ordering: Vec<(String, bool)> = Vec::new();
    for part in attributes.texts("ordering", "[\"title\", \"-id\"]", errors) {
        let written = part.value();
        let name = written.strip_prefix('-').unwrap_or(&written).to_owned();
        names.check(&name, part.span(), errors);
        if ordering.iter().any(|(earlier, _)| *earlier == name) {
            errors.about(&part, format!("`{name}` stands here twice: remove one"));
        }
        ordering.push((name.clone(), written != name));
    }
    ordering
}

/// The names that the struct's attributes may use.
struct Names<'a> {
    /// `None` if a field could not be read.
    fields: Option<&'a Vec<Field>>,
}

impl Names<'_> {
    /// Checks that it is the name of a field with a column.
    fn check(&self, name: &str, span: Span, errors: &mut Errors) {
        let Some(fields) = self.fields else { return };
        match fields.iter().find(|field| field.name() == name) {
            Some(field) if field.column().is_some() => {}
            Some(_) => errors.at(span, format!("`{name}` is a `ManyToMany`, which has no column")),
            None => {
                let names = || {
                    let columns = fields.iter().filter(|field| field.column().is_some());
                    columns.map(Field::name)
                };
                // As in Django, the name of a foreign key's column is valid, too.
                let by_column = fields
                    .iter()
                    .find(|field| field.column().is_some_and(|column| column.stored_as == name))
                    .map(Field::name);
                let message = match by_column.or_else(|| nearest(name, names())) {
                    Some(near) => format!("there is no field `{name}`: did you mean `{near}`?"),
                    None => format!("there is no field `{name}`: there are {}", list(names())),
                };
                errors.at(span, message);
            }
        }
    }

    /// The column of the field with that name.
    fn column(&self, name: &str) -> Option<String> {
        let field = self.fields?.iter().find(|field| field.name() == name)?;
        Some(field.column()?.stored_as.clone())
    }

    /// Returns the columns of fields with these names, which must be unique.
    fn columns(&self, names: &[LitStr], errors: &mut Errors) -> Vec<String> {
        let mut columns: Vec<String> = Vec::new();
        for written in names {
            let name = written.value();
            self.check(&name, written.span(), errors);
            if columns.contains(&name) {
                errors.about(written, format!("`{name}` stands here twice: remove one"));
            }
            columns.push(name);
        }
        columns
    }

    /// Checks that each path begins with a field, and continues through foreign keys only.
    fn check_display(&self, parts: &[Part], span: Span, errors: &mut Errors) {
        let ways = parts.iter().filter_map(|part| match part {
            Part::Field(way) => Some(way),
            Part::Text(_) => None,
        });
        for way in ways {
            let first = &way[0];
            self.check(first, span, errors);
            let Some(fields) = self.fields else { return };
            let column = fields.iter().find(|field| field.name() == first).and_then(Field::column);
            let is_key =
                column.is_some_and(|column| matches!(column.kind, Kind::ForeignKey { .. }));
            if way.len() > 1 && column.is_some() && !is_key {
                let way = way.join(".");
                let message = format!(
                    "`{{{way}}}` leads through `{first}`, which is no foreign key: write \
                     `{{{first}}}`"
                );
                errors.at(span, message);
            }
        }
    }
}
