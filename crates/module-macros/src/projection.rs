//! `#[derive(Projection)]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Fields, Path};

use crate::errors::Errors;
use crate::reading::{Reading, fields};

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let all = fields(input)?;
    if !matches!(all, Fields::Named(_)) {
        errors.about(all, "a projection is a struct with named fields");
    }
    let attributes = Reading::read(&input.attrs, "projection", &["model"], &mut errors);
    let model = attributes.path("model", "Letting", &mut errors);
    if attributes.span("model").is_none() {
        let message = "name the model: write `#[projection(model = Letting)]` on the struct";
        errors.about(&input.ident, message);
    }
    let (row, first) =
        (Ident::new("row", Span::mixed_site()), Ident::new("first", Span::mixed_site()));
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for (place, field) in all.iter().enumerate() {
        let (column, value) = read(field, model.as_ref(), &mut errors);
        columns.push(column);
        let ident = &field.ident;
        let read = quote! {
            ::module_api::model::FieldType::read_with_places(
                #row,
                #first + #place,
                || <Self as ::module_api::model::Projection>::columns()[#place].decimal_places(),
            )?
        };
        values.push(match value {
            Some(with) => quote_spanned!(with.span()=> #ident: #with(#read)),
            None => quote!(#ident: #read),
        });
    }
    errors.into_result()?;
    let (ident, width) = (&input.ident, columns.len());
    Ok(quote! {
        #[automatically_derived]
        impl ::module_api::model::FromJoined for #ident {
            const WIDTH: ::core::primitive::usize = #width;

            fn from_joined(
                #row: &::module_api::db::Row<'_>,
                #first: ::core::primitive::usize,
            ) -> ::core::result::Result<Self, ::module_api::db::DbError> {
                ::core::result::Result::Ok(Self { #(#values),* })
            }
        }

        #[automatically_derived]
        impl ::module_api::model::Projection for #ident {
            type Model = #model;

            fn columns() -> &'static [::module_api::model::ProjectedColumn] {
                static COLUMNS: ::std::sync::LazyLock<
                    [::module_api::model::ProjectedColumn; #width],
                > = ::std::sync::LazyLock::new(|| [#(#columns),*]);
                &*COLUMNS
            }
        }
    })
}

/// The column of a field, and the function that converts its values.
fn read(
    field: &syn::Field,
    model: Option<&Path>,
    errors: &mut Errors,
) -> (TokenStream, Option<Path>) {
    let attributes = Reading::read(&field.attrs, "projection", &["column", "with"], errors);
    let with = attributes.path("with", "function", errors);
    let written = &field.ty;
    let span = written.span();
    let column = match (attributes.value("column", "Letting::TITLE", errors), &field.ident) {
        (Some(column), _) => quote!(#column),
        (None, Some(ident)) => {
            let name = ident.unraw().to_string().to_uppercase();
            let constant = Ident::new(&name, ident.span());
            quote_spanned!(ident.span()=> #model::#constant)
        }
        (None, None) => TokenStream::new(),
    };
    let column = match &with {
        Some(with) => quote_spanned! {with.span()=>
            ::module_api::model::ProjectedColumn::with::<#model, _, #written>(&#column, #with)
        },
        None => quote_spanned! {span=>
            ::module_api::model::ProjectedColumn::of::<#model, _, #written>(&#column)
        },
    };
    (column, with)
}
