//! `#[derive(FromRow)]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::DeriveInput;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::errors::Errors;
use crate::reading::{Reading, fields};

const ATTRIBUTES: &[&str] = &["column", "flatten", "with"];

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let row = Ident::new("row", Span::mixed_site());
    let fields = fields(input)?.iter().enumerate();
    let fields: Vec<TokenStream> =
        fields.map(|(place, field)| read(field, place, &row, &mut errors)).collect();
    errors.into_result()?;
    let ident = &input.ident;
    Ok(quote! {
        #[automatically_derived]
        impl ::module_api::db::FromRow for #ident {
            fn from_row(
                #row: &::module_api::db::Row<'_>,
            ) -> ::core::result::Result<Self, ::module_api::db::DbError> {
                ::core::result::Result::Ok(Self { #(#fields),* })
            }
        }
    })
}

/// The field with its value, for a struct literal.
fn read(field: &syn::Field, place: usize, row: &Ident, errors: &mut Errors) -> TokenStream {
    let attributes = Reading::read(&field.attrs, "row", ATTRIBUTES, errors);
    let column = attributes.text("column", "\"name\"", errors);
    let with = attributes.path("with", "function", errors);
    let written = &field.ty;
    if attributes.flag("flatten", errors) {
        for other in ["column", "with"] {
            if let Some(span) = attributes.span(other) {
                let message = "a field with `flatten` reads the whole row: remove one of them";
                errors.at(span, message);
            }
        }
        let value = quote_spanned! {written.span()=>
            <#written as ::module_api::db::FromRow>::from_row(#row)?
        };
        return member(field, place, &value);
    }
    // Unnamed fields are read by the indexes of their columns.
    let get = match (&field.ident, &column) {
        (None, None) => quote!(get_at),
        _ => quote!(get),
    };
    let key = match (&field.ident, &column) {
        (_, Some(column)) => quote!(#column),
        (Some(ident), None) => {
            let name = ident.unraw().to_string();
            quote!(#name)
        }
        (None, None) => quote!(#place),
    };
    let value = match &with {
        Some(with) => quote_spanned!(with.span()=> #with(#row.#get(#key)?)),
        None => quote_spanned!(written.span()=> #row.#get::<#written>(#key)?),
    };
    member(field, place, &value)
}

fn member(field: &syn::Field, place: usize, value: &TokenStream) -> TokenStream {
    match &field.ident {
        Some(ident) => quote!(#ident: #value),
        None => {
            let place = syn::Index::from(place);
            quote!(#place: #value)
        }
    }
}
