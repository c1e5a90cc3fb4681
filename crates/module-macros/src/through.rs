//! Compile-time checks that the model between two others refers to both.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{LitStr, Path};

use crate::description::many_to_many;
use crate::field::Field;
use crate::field_type::last_segment;
use crate::many_to_many::{Between, ManyToMany};
use crate::model::Model;

/// A model at one end of a relation.
struct End {
    written: TokenStream,
    name: String,
}

impl End {
    fn label(&self) -> TokenStream {
        let written = &self.written;
        quote!(<#written as ::module_api::model::Model>::MODEL_LABEL)
    }
}

pub(crate) fn assertions(model: &Model) -> TokenStream {
    let of_field = |(field, relation): (&Field, &ManyToMany)| match &relation.between {
        Between::Model { model: between, fields, is_self } => {
            let ends = ends(model, relation, *is_self);
            Some(match fields {
                Some(fields) => of_named(between, &ends, fields),
                None => of_found(between, &ends, field, *is_self),
            })
        }
        Between::Table { .. } => None,
    };
    many_to_many(model).filter_map(of_field).collect()
}

/// The model with the field, and its target.
fn ends(model: &Model, relation: &ManyToMany, is_self: bool) -> [End; 2] {
    let own = || End { written: model.ident.to_token_stream(), name: model.ident.to_string() };
    // `Self` is not defined outside of the implementation.
    if is_self {
        return [own(), own()];
    }
    let name = last_segment(&relation.target).map_or_else(String::new, |it| it.ident.to_string());
    [own(), End { written: relation.target.to_token_stream(), name }]
}

/// Asserts that the named fields are foreign keys to the ends.
fn of_named(between: &Path, ends: &[End; 2], fields: &[LitStr; 2]) -> TokenStream {
    let (info, name) = (info(between), name(between));
    let of_field = |(written, end): (&LitStr, &End)| {
        let message = format!(
            "`through_fields` names `{}`, which is no foreign key of `{name}` to `{}`: name one that \
             is, the one to `{}` first",
            written.value(),
            end.name,
            ends[0].name,
        );
        let label = end.label();
        quote_spanned! {written.span()=>
            const _: () = ::core::assert!(#info.is_key_to(#written, #label), #message);
        }
    };
    fields.iter().zip(ends).map(of_field).collect()
}

/// Asserts that there is one foreign key to each end, or two to a model that is both.
fn of_found(between: &Path, ends: &[End; 2], field: &Field, is_self: bool) -> TokenStream {
    let (info, name) = (info(between), name(between));
    let (needed, few, many, different) = if is_self {
        (2_usize, "fewer than two foreign keys", "more than two foreign keys", 1)
    } else {
        (1, "no foreign key", "more than one foreign key", 2)
    };
    let of_end = |end: &End| {
        let few = format!("`{name}` has {few} to `{}`: add what is missing", end.name);
        let many = format!(
            "`{name}` has {many} to `{}`: name those that relate the two in \
             `through_fields = [\"…\", \"…\"]`, the one to `{}` first",
            end.name, ends[0].name,
        );
        let label = end.label();
        quote_spanned! {field.ident.span()=>
            const _: () = {
                ::core::assert!(#info.keys_to(#label) >= #needed, #few);
                ::core::assert!(#info.keys_to(#label) <= #needed, #many);
            };
        }
    };
    ends.iter().take(different).map(of_end).collect()
}

fn info(between: &Path) -> TokenStream {
    quote!(<#between as ::module_api::model::Model>::INFO)
}

fn name(between: &Path) -> String {
    between.segments.last().map_or_else(String::new, |it| it.ident.to_string())
}
