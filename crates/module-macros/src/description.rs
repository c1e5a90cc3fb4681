//! The description of a model, as a constant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::column::{AutoNow, Column};
use crate::constraints::{Constraint, Kind as ConstraintKind};
use crate::display::Part;
use crate::field::{Field, FieldKind};
use crate::kind::{Kind, OnDelete};
use crate::many_to_many::{Between, ManyToMany};
use crate::model::Model;
use crate::rules::{Choice, DefaultValue};

/// A hygienic name for generated code.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Generates the `ModelInfo` of a model.
pub(crate) fn info(model: &Model) -> TokenStream {
    let Model { ident, label, table, verbose_name, verbose_name_plural, natural_key, .. } = model;
    let found_by_natural_key = model.found_by_natural_key;
    let fields = model.columns().map(|(_, column)| field_info(column));
    let (mut many_to_many, mut many_through) = (Vec::new(), Vec::new());
    for (_, relation) in self::many_to_many(model) {
        let list = match relation.between {
            Between::Table { .. } => &mut many_to_many,
            Between::Model { .. } => &mut many_through,
        };
        list.push(many_to_many_info(model, relation));
    }
    let ordering = model.ordering.iter().map(|(field, descending)| {
        quote!(::module_api::model::Ordering { field: #field, descending: #descending })
    });
    let display = model.display.iter().map(|part| match part {
        Part::Text(text) => quote!(::module_api::model::DisplayPart::Text(#text)),
        Part::Field(way) => quote!(::module_api::model::DisplayPart::Field(&[#(#way),*])),
    });
    let unique_together = model.unique_together.iter().map(|names| quote!(&[#(#names),*]));
    let indexes = model.indexes.iter().map(|names| quote!(&[#(#names),*]));
    let constraints = model.constraints.iter().map(constraint);
    let rules = rules(model);
    quote! {
        ::module_api::model::ModelInfo {
            label: #label,
            path: ::core::concat!(::core::module_path!(), "::", ::core::stringify!(#ident)),
            table: #table,
            verbose_name: #verbose_name,
            verbose_name_plural: #verbose_name_plural,
            fields: &[#(#fields),*],
            many_to_many: &[#(#many_to_many),*],
            many_through: &[#(#many_through),*],
            ordering: &[#(#ordering),*],
            display: &[#(#display),*],
            unique_together: &[#(#unique_together),*],
            indexes: &[#(#indexes),*],
            natural_key: &[#(#natural_key),*],
            found_by_natural_key: #found_by_natural_key,
            constraints: &[#(#constraints),*],
            rules: &[#(#rules),*],
        }
    }
}

pub(crate) fn many_to_many(model: &Model) -> impl Iterator<Item = (&Field, &ManyToMany)> {
    model.fields.iter().filter_map(|field| match &field.kind {
        FieldKind::Column(_) => None,
        FieldKind::ManyToMany(relation) => Some((field, &**relation)),
    })
}

pub(crate) fn field_info(field: &Column) -> TokenStream {
    let Column { name, stored_as, verbose_name, help_text, .. } = field;
    let Column { null, blank, unique, index, positive, .. } = field;
    let kind = kind(field);
    let default = option(field.default.as_ref().map(|default| default_value(field, default)));
    let min = option(field.min.map(|min| quote!(#min)));
    let max = option(field.max.map(|max| quote!(#max)));
    let min_length = option(field.min_length.map(|length| quote!(#length)));
    let choices = field.choices.iter().map(|(value, label)| {
        let value = match value {
            Choice::Int(value) => quote!(::module_api::model::ChoiceValue::Int(#value)),
            Choice::Text(value) => quote!(::module_api::model::ChoiceValue::Text(#value)),
        };
        quote!(::module_api::model::Choice { value: #value, label: #label })
    });
    let choices = match &field.kind {
        Kind::Choices { .. } => {
            let inner = &field.inner;
            quote!(<#inner as ::module_api::model::Choices>::CHOICES)
        }
        _ => quote!(&[#(#choices),*]),
    };
    let auto_now = option(field.auto_now.map(|auto_now| match auto_now {
        AutoNow::Add => quote!(::module_api::model::AutoNow::Add),
        AutoNow::Save => quote!(::module_api::model::AutoNow::Save),
    }));
    let validators = field.validators.iter().map(|path| validator(field, path));
    let normalizer = option(field.normalizer.as_ref().map(|path| quote!(#path)));
    quote! {
        ::module_api::model::FieldInfo {
            name: #name,
            column: #stored_as,
            kind: #kind,
            verbose_name: #verbose_name,
            help_text: #help_text,
            null: #null,
            blank: #blank,
            unique: #unique,
            index: #index,
            positive: #positive,
            default: #default,
            choices: #choices,
            min_value: #min,
            max_value: #max,
            min_length: #min_length,
            validators: &[#(#validators),*],
            normalizer: #normalizer,
            auto_now: #auto_now,
        }
    }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

fn kind(column: &Column) -> TokenStream {
    let kind = match &column.kind {
        Kind::Id => quote!(Id),
        Kind::SmallInteger => quote!(SmallInteger),
        Kind::Integer => quote!(Integer),
        Kind::BigInteger => quote!(BigInteger),
        Kind::Bool => quote!(Bool),
        Kind::Char(max_length) => quote!(Char { max_length: #max_length }),
        Kind::Text => quote!(Text),
        Kind::Email(max_length) => quote!(Email { max_length: #max_length }),
        Kind::Url(max_length) => quote!(Url { max_length: #max_length }),
        Kind::Slug(max_length) => quote!(Slug { max_length: #max_length }),
        Kind::Float => quote!(Float),
        Kind::Decimal { max_digits, decimal_places } => quote! {
            Decimal { max_digits: #max_digits, decimal_places: #decimal_places }
        },
        Kind::DateTime => quote!(DateTime),
        Kind::Date => quote!(Date),
        Kind::Time => quote!(Time),
        Kind::Duration => quote!(Duration),
        Kind::Uuid => quote!(Uuid),
        Kind::Json => quote!(Json),
        Kind::Ip => quote!(Ip),
        Kind::Binary => quote!(Binary),
        Kind::Choices { max_length } => {
            let inner = &column.inner;
            let max_length = option(max_length.map(|max_length| quote!(#max_length)));
            return quote!(::module_api::model::choices_kind::<#inner>(#max_length));
        }
        Kind::ForeignKey { target, on_delete, one_to_one } => {
            let target_label = quote_spanned! {target.span()=>
                <#target as ::module_api::model::Model>::MODEL_LABEL
            };
            let target = self::target(target);
            let on_delete = match on_delete {
                OnDelete::Cascade => quote!(Cascade),
                OnDelete::Protect => quote!(Protect),
                OnDelete::SetNull => quote!(SetNull),
            };
            quote! {
                ForeignKey(::module_api::model::ForeignKeyInfo {
                    target: #target,
                    target_label: #target_label,
                    on_delete: ::module_api::model::OnDelete::#on_delete,
                    one_to_one: #one_to_one,
                })
            }
        }
    };
    quote!(::module_api::model::FieldKind::#kind)
}

/// A function that returns the description of a model. The target is resolved only when it is called,
/// so models may refer to each other.
fn target(target: &Type) -> TokenStream {
    quote_spanned!(target.span()=> || <#target as ::module_api::model::Model>::INFO)
}

fn default_value(column: &Column, default: &DefaultValue) -> TokenStream {
    let default = match default {
        DefaultValue::Bool(value) => quote!(Bool(#value)),
        DefaultValue::Int(value) => quote!(Int(#value)),
        DefaultValue::Text(value) => quote!(Text(#value)),
        DefaultValue::Float(value) => quote!(Float(#value)),
        DefaultValue::Now => quote!(Now),
        DefaultValue::Random => quote!(Random),
        DefaultValue::Choice(path) => {
            let inner = &column.inner;
            return quote_spanned! {path.span()=>
                ::module_api::model::ChoiceValue::as_default(<#inner>::choice_value(&#path))
            };
        }
    };
    quote!(::module_api::model::DefaultValue::#default)
}

fn many_to_many_info(model: &Model, relation: &ManyToMany) -> TokenStream {
    let ManyToMany { name, verbose_name, help_text, blank, .. } = relation;
    let target = target(&relation.target);
    let (table, source_column, target_column, through) = match &relation.between {
        Between::Table { table, source_column, target_column } => {
            (quote!(#table), quote!(#source_column), quote!(#target_column), option(None))
        }
        Between::Model { model: between, fields, is_self } => {
            let info = quote!(<#between as ::module_api::model::Model>::INFO);
            let columns = match fields {
                Some(fields) => fields.each_ref().map(|name| quote!(#info.column_of(#name))),
                None => {
                    let label = &model.label;
                    let target = &relation.target;
                    let target = quote!(<#target as ::module_api::model::Model>::MODEL_LABEL);
                    // As in Django, a relation of the model to itself leads from the first key to the
                    // second.
                    let number = usize::from(*is_self);
                    [quote!(#info.column_to(#label, 0)), quote!(#info.column_to(#target, #number))]
                }
            };
            let [source_column, target_column] = columns;
            let through = option(Some(quote!(|| #info)));
            (quote!(#info.table), source_column, target_column, through)
        }
    };
    quote! {
        ::module_api::model::ManyToManyInfo {
            name: #name,
            verbose_name: #verbose_name,
            help_text: #help_text,
            blank: #blank,
            target: #target,
            table: #table,
            source_column: #source_column,
            target_column: #target_column,
            through: #through,
        }
    }
}

/// A custom validator, adapted to stored values.
fn validator(field: &Column, path: &syn::Path) -> TokenStream {
    let (value, rule, inner) = (local("value"), local("rule"), &field.inner);
    let (argument, typed) = if field.kind.is_text() {
        (quote!(&::core::primitive::str), quote!(::module_api::db::Value::as_text(#value)))
    } else {
        let from_value = quote!(<#inner as ::module_api::model::FieldType>::from_value(#value));
        (quote!(#inner), from_value)
    };
    quote! {
        |#value: &::module_api::db::Value| {
            let #rule: fn(#argument) -> ::core::result::Result<(), ::std::string::String> = #path;
            ::core::option::Option::map_or(#typed, ::core::result::Result::Ok(()), #rule)
        }
    }
}

fn constraint(constraint: &Constraint) -> TokenStream {
    let Constraint { name, kind, message, field } = constraint;
    let several = |over: &[String], condition: &Option<String>| {
        let condition = option(condition.as_ref().map(|sql| quote!(#sql)));
        quote!({ over: &[#(#over),*], condition: #condition })
    };
    let kind = match kind {
        ConstraintKind::Check(sql) => quote!(Check(#sql)),
        ConstraintKind::Unique { over, condition } => {
            let several = several(over, condition);
            quote!(Unique #several)
        }
        ConstraintKind::Index { over, condition } => {
            let several = several(over, condition);
            quote!(Index #several)
        }
    };
    let field = option(field.as_ref().map(|field| quote!(#field)));
    quote! {
        ::module_api::model::ConstraintInfo {
            name: #name,
            kind: ::module_api::model::ConstraintKind::#kind,
            message: #message,
            field: #field,
        }
    }
}

/// The rules over the whole object, adapted to stored values. They are not called with values that no
/// object can have.
fn rules(model: &Model) -> impl Iterator<Item = TokenStream> {
    let ident = &model.ident;
    let (values, on, object, rule) = (local("values"), local("on"), local("object"), local("rule"));
    let read = quote!(<#ident as ::module_api::model::Model>::from_values(#values));
    let of_values = model.value_rules.iter().map({
        let (values, object, read) = (values.clone(), object.clone(), read.clone());
        move |path| {
            quote! {
                ::module_api::model::Rule::Values(|#values| {
                    let #rule: fn(
                        &#ident,
                    ) -> ::core::result::Result<(), ::module_api::model::ValidationErrors> = #path;
                    match #read {
                        ::core::option::Option::Some(#object) => #rule(&#object),
                        ::core::option::Option::None => ::core::result::Result::Ok(()),
                    }
                })
            }
        }
    });
    let of_rows = model.row_rules.iter().map(move |path| {
        quote! {
            ::module_api::model::Rule::Rows(|#values, #on| ::std::boxed::Box::pin(async move {
                match #read {
                    ::core::option::Option::Some(#object) => #path(&#object, #on).await,
                    ::core::option::Option::None => ::core::result::Result::Ok(()),
                }
            }))
        }
    });
    of_values.chain(of_rows)
}
