//! `#[derive(Form)]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Fields, Path, Type};

use crate::attributes::Attributes;
use crate::column::{Column, Place};
use crate::description::field_info;
use crate::errors::Errors;
use crate::field;
use crate::field_type::{FieldType, RustType, last_segment};
use crate::literal::Literal;
use crate::reading::{Reading, fields};

/// Attributes of every field.
const OWN: &[&str] = &["autocomplete", "help_text", "label", "widget"];

/// Attributes of a model's field that do not apply to a form's.
const OF_TABLES: &[&str] = &[
    "column",
    "index",
    "on_delete",
    "one_to_one",
    "source_column",
    "table",
    "target_column",
    "through",
    "through_fields",
    "unique",
    "verbose_name",
];

/// Names that a form itself has in a template, or that would cause duplicate ids.
const TAKEN: &[&str] =
    &["csrf_token", "errors", "fields", "form", "head", "hidden_fields", "render"];

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let all = fields(input)?;
    if !matches!(all, Fields::Named(_)) {
        errors.about(all, "a form is a struct with named fields");
    }
    let attributes = Reading::read(&input.attrs, "form", &["model", "validate"], &mut errors);
    let model = attributes.path("model", "Letting", &mut errors);
    let rule = attributes.path("validate", "departure_is_after_arrival", &mut errors);
    // The struct is a model and its own form.
    let is_model = model.as_ref().is_some_and(|path| path.is_ident(&input.ident));
    let read: Vec<Option<FormField>> = all
        .iter()
        .map(|field| FormField::read(field, model.as_ref(), is_model, &mut errors))
        .collect();
    errors.into_result()?;
    let read: Vec<FormField> = read.into_iter().flatten().collect();
    Ok(implementations(&input.ident, &read, model.as_ref(), rule.as_ref()))
}

fn implementations(
    ident: &Ident,
    all: &[FormField],
    model: Option<&Path>,
    rule: Option<&Path>,
) -> TokenStream {
    let (values, row) = (local("values"), local("row"));
    let shown = || all.iter().filter(|field| field.description.is_some());
    let descriptions = shown().map(|field| &field.description);
    let to_values = shown().map(|FormField { ident, written, .. }| {
        quote_spanned! {written.span()=>
            <#written as ::module_api::model::FieldType>::to_value(&self.#ident)
        }
    });
    let mut place = 0_usize;
    let from_values = all.iter().map(|FormField { ident, written, description }| {
        if description.is_some() {
            let at = place;
            place += 1;
            return quote! {
                #ident: ::module_api::forms::field_value(
                    &<Self as ::module_api::forms::Form>::FIELDS[#at],
                    &#values[#at],
                )?
            };
        }
        let name = ident.unraw().to_string();
        if name == "id" || last_segment(written).is_some_and(|last| last.ident == "ManyToMany") {
            return quote!(#ident: ::core::default::Default::default());
        }
        quote_spanned! {written.span()=>
            #ident: ::module_api::forms::excluded_value(const {
                <Self as ::module_api::model::Model>::INFO.field_of_form(#name).with_initial_value()
            })?
        }
    });
    let validate = rule.map(|rule| {
        quote_spanned! {rule.span()=>
            fn validate_form(
                &self,
            ) -> ::core::result::Result<(), ::module_api::model::ValidationErrors> {
                #rule(self)
            }
        }
    });
    let of_model = model.map(|model| {
        let names: Vec<&Ident> = all.iter().map(|field| &field.ident).collect();
        let written: Vec<&Ident> = shown().map(|field| &field.ident).collect();
        quote! {
            #[automatically_derived]
            impl ::module_api::forms::ModelForm for #ident {
                type Model = #model;

                fn of(#row: &#model) -> Self {
                    Self { #(#names: ::core::clone::Clone::clone(&#row.#names)),* }
                }

                fn write_to(self, #row: &mut #model) {
                    #(#row.#written = self.#written;)*
                }
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl ::module_api::forms::Form for #ident {
            const FIELDS: &'static [::module_api::forms::FormField] = &[#(#descriptions),*];

            fn field_values(&self) -> ::std::vec::Vec<::module_api::db::Value> {
                ::std::vec![#(#to_values),*]
            }

            fn from_values(
                #values: &[::module_api::db::Value],
            ) -> ::core::result::Result<Self, ::module_api::model::ValidationErrors> {
                ::core::result::Result::Ok(Self { #(#from_values),* })
            }

            #validate
        }

        #of_model
    }
}

fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// A field of the struct.
struct FormField {
    ident: Ident,
    written: Type,
    /// The `FormField`; `None` if the form leaves the field out.
    description: Option<TokenStream>,
}

impl FormField {
    /// `None` if it has errors.
    fn read(
        field: &syn::Field,
        model: Option<&Path>,
        is_model: bool,
        errors: &mut Errors,
    ) -> Option<Self> {
        let ident = field.ident.clone()?;
        let name = ident.unraw().to_string();
        let mut known = OWN.to_vec();
        if is_model {
            known.push("exclude");
        }
        if model.is_none() {
            known.extend(field::ATTRIBUTES.iter().filter(|name| !OF_TABLES.contains(name)));
        }
        let attributes = Attributes::read("form", &field.attrs, &known, &["validate"], errors)?;
        let is_left_out = is_model && (attributes.flag("exclude", errors) || name == "id");
        let written = field.ty.clone();
        if is_left_out {
            return Some(Self { ident, written, description: None });
        }
        if TAKEN.contains(&name.as_str()) {
            let message = format!("a form has `{name}` itself: call the field otherwise");
            errors.about(&ident, message);
        }
        let info = match model {
            Some(model) => quote_spanned! {ident.span()=>
                <#model as ::module_api::model::Model>::INFO.field_of_form(#name)
            },
            None => {
                let info = own_info(field, &ident, name, &attributes, errors)?;
                quote!(&#info)
            }
        };
        let description = Some(described(&info, &attributes, errors));
        Some(Self { ident, written, description })
    }
}

/// Generates the `FormField` with these attributes.
fn described(info: &TokenStream, attributes: &Attributes, errors: &mut Errors) -> TokenStream {
    let mut text = |name: &str, example: &str| {
        let text = attributes.text(name, example, errors);
        option(text.map(|text| quote!(#text)))
    };
    let label = text("label", "\"Your name\"");
    let help_text = text("help_text", "\"…\"");
    let autocomplete = text("autocomplete", "\"name\"");
    let input = option(input(attributes, errors));
    quote! {
        ::module_api::forms::FormField {
            info: #info,
            label: #label,
            help_text: #help_text,
            input: #input,
            autocomplete: #autocomplete,
        }
    }
}

/// The description of a field without a model.
fn own_info(
    field: &syn::Field,
    ident: &Ident,
    name: String,
    attributes: &Attributes,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let field_type = FieldType::read(&field.ty, attributes.is_alone("choices"));
    let field_type = field_type.map_err(|error| errors.add(error)).ok()?;
    let (null, is_text) = (field_type.null, matches!(field_type.rust, RustType::String));
    if let RustType::ManyToMany(_) = field_type.rust {
        errors.about(&field.ty, "a form's field has one value: a `ManyToMany` has any number");
        return None;
    }
    if let Some(span) = attributes.span("blank")
        && !is_text
        && !null
    {
        errors
            .at(span, "what may be left out is an `Option`: make it the type, and remove `blank`");
    }
    let place = Place { name, span: ident.span(), is_id: false, kind: "form", attributes };
    let mut column = Column::read(&place, field_type, errors);
    // An `Option` is optional in the form.
    column.blank |= null;
    Some(field_info(&column))
}

fn input(attributes: &Attributes, errors: &mut Errors) -> Option<TokenStream> {
    const WIDGETS: &str = "`text`, `textarea`, `password`, `radios`, `hidden`, `tel` or `search`";
    let literal = attributes.literal("widget", "textarea", errors)?;
    let name = match literal {
        Literal::Path(path) => path.get_ident().map(ToString::to_string),
        _ => None,
    };
    let input = match name.as_deref() {
        Some("textarea") => quote!(Textarea),
        Some("password") => quote!(Password),
        Some("radios") => quote!(Radios),
        Some(kind @ ("hidden" | "search" | "tel" | "text")) => quote!(Type(#kind)),
        _ => {
            errors.at(literal.span(), format!("a widget is one of {WIDGETS}, without quotes"));
            return None;
        }
    };
    Some(quote!(::module_api::forms::FormInput::#input))
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
