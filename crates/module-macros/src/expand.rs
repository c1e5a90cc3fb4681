//! The generated code of a model.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::column::Column;
use crate::description::{info, local, many_to_many};
use crate::display::Part;
use crate::field::{Field, FieldKind};
use crate::field_type::last_segment;
use crate::kind::Kind;
use crate::many_to_many::Between;
use crate::model::Model;
use crate::through;

pub(crate) fn expand(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let info = info(model);
    let get = get(model);
    let columns = columns(model);
    let values = model.columns().map(|(field, _)| {
        let name = &field.ident;
        value_of(field, &quote!(&self.#name))
    });
    // A field without a column is never read, and the compiler would warn.
    let unread = many_to_many(model).map(|(field, _)| &field.ident);
    let (row, first, id) = (local("row"), local("first"), local("id"));
    let mut place = 0_usize;
    let by_place = model.fields.iter().map(|field| {
        let read = read(field, &row, &quote!(#first + #place));
        place += usize::from(field.column().is_some());
        read
    });
    let by_place: Vec<TokenStream> = by_place.collect();
    let by_name = model.fields.iter().map(|field| {
        let column = field.column().map_or("", |column| column.stored_as.as_str());
        read(field, &row, &quote!(#row.place_of(#column)?))
    });
    let stored = local("values");
    let from_values = from_values(model, &stored);
    let label = &model.label;
    let constants = constants(model);
    let display = display_impl(model);
    let assertions = assertions(model);
    let through = through::assertions(model);
    quote! {
        #[automatically_derived]
        impl ::module_api::model::Model for #ident {
            const INFO: &'static ::module_api::model::ModelInfo = &#info;

            const MODEL_LABEL: &'static ::core::primitive::str = #label;

            const GET: &'static ::core::primitive::str = #get;

            const COLUMNS: [&'static ::core::primitive::str; 3] = [#(#columns),*];

            fn id(&self) -> ::core::primitive::i64 {
                self.id
            }

            fn set_id(&mut self, #id: ::core::primitive::i64) {
                self.id = #id;
            }

            fn values(&self) -> ::std::vec::Vec<::module_api::db::Value> {
                #(let _ = &self.#unread;)*
                ::std::vec![#(#values),*]
            }

            fn from_values(
                #stored: &[::module_api::db::Value],
            ) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(Self { #(#from_values),* })
            }

            fn read(
                #row: &::module_api::db::Row<'_>,
                #first: ::core::primitive::usize,
            ) -> ::core::result::Result<Self, ::module_api::db::DbError> {
                ::core::result::Result::Ok(Self { #(#by_place),* })
            }
        }

        #[automatically_derived]
        impl ::module_api::db::FromRow for #ident {
            fn from_row(
                #row: &::module_api::db::Row<'_>,
            ) -> ::core::result::Result<Self, ::module_api::db::DbError> {
                ::core::result::Result::Ok(Self { #(#by_name),* })
            }
        }

        #[automatically_derived]
        #[allow(dead_code, reason = "which columns queries name is up to the program")]
        impl #ident {
            #constants
        }

        #display
        #assertions
        #through
    }
}

/// All columns, under each of the usual aliases of tables: `t0."id", t0."title"`.
fn columns(model: &Model) -> [String; 3] {
    ["t0", "t1", "t2"].map(|alias| {
        let quoted = |column: &Column| format!("{alias}.\"{}\"", column.stored_as);
        model.columns().map(|(_, column)| quoted(column)).collect::<Vec<_>>().join(", ")
    })
}

/// The query for one row by its primary key.
fn get(model: &Model) -> String {
    let columns: Vec<String> =
        model.columns().map(|(_, column)| format!("\"{}\"", column.stored_as)).collect();
    // Names are validated: they contain no quotes.
    let key = columns.first().expect("a model has a primary key");
    format!("SELECT {} FROM \"{}\" WHERE {key} = $1", columns.join(", "), model.table)
}

/// Returns the expression for the stored value of a field.
fn value_of(field: &Field, reference: &TokenStream) -> TokenStream {
    let written = &field.written;
    quote_spanned! {written.span()=>
        <#written as ::module_api::model::FieldType>::to_value(#reference)
    }
}

/// Reads the field from the column of the row at that index.
fn read(field: &Field, row: &Ident, place: &TokenStream) -> TokenStream {
    let (ident, written) = (&field.ident, &field.written);
    match &field.kind {
        // The database may not store the number of decimal places.
        FieldKind::Column(column) if column.decimal_places().is_some() => {
            let decimal_places = column.decimal_places();
            quote_spanned! {written.span()=>
                #ident: <#written as ::module_api::model::FieldType>::read_with_places(
                    #row,
                    #place,
                    || ::core::option::Option::Some(#decimal_places),
                )?
            }
        }
        FieldKind::Column(_) => quote_spanned! {written.span()=>
            #ident: <#written as ::module_api::model::FieldType>::read(#row, #place)?
        },
        FieldKind::ManyToMany(_) => quote!(#ident: ::core::default::Default::default()),
    }
}

/// Converts each field from its stored value.
fn from_values(model: &Model, values: &Ident) -> Vec<TokenStream> {
    let mut place = 0_usize;
    let field = |field: &Field| {
        let (ident, written) = (&field.ident, &field.written);
        if field.column().is_none() {
            return quote!(#ident: ::core::default::Default::default());
        }
        let value = quote!(#values.get(#place)?);
        place += 1;
        quote_spanned! {written.span()=>
            #ident: <#written as ::module_api::model::FieldType>::from_value(#value)?
        }
    };
    model.fields.iter().map(field).collect()
}

/// A constant for each field.
fn constants(model: &Model) -> TokenStream {
    let mut columns = 0_usize;
    let (mut relations, mut through) = (0_usize, 0_usize);
    let constants = model.fields.iter().map(|field| {
        let name = field.name();
        let constant = Ident::new(&name.to_uppercase(), field.ident.span());
        let (visibility, written) = (&field.visibility, &field.written);
        match &field.kind {
            FieldKind::Column(column) => {
                let kind = if column.unique { "UniqueColumn" } else { "Column" };
                let kind = Ident::new(kind, Span::call_site());
                let doc = format!("The column of the field `{name}`.");
                let place = columns;
                columns += 1;
                quote! {
                    #[doc = #doc]
                    #visibility const #constant: ::module_api::model::#kind<Self, #written> =
                        ::module_api::model::#kind::new(const {
                            &[&<Self as ::module_api::model::Model>::INFO.fields[#place]]
                        });
                }
            }
            FieldKind::ManyToMany(relation) => {
                let target = &relation.target;
                let doc = format!("The relation of the field `{name}`.");
                let (relation, list, place) = match &relation.between {
                    Between::Table { .. } => {
                        let relation = quote!(ManyToManyRelation<Self, #target>);
                        (relation, quote!(many_to_many), &mut relations)
                    }
                    Between::Model { model, .. } => {
                        let relation = quote!(ThroughRelation<Self, #target, #model>);
                        (relation, quote!(many_through), &mut through)
                    }
                };
                let number = *place;
                *place += 1;
                quote! {
                    #[doc = #doc]
                    #visibility const #constant: ::module_api::model::#relation =
                        <::module_api::model::#relation>::new(const {
                            &<Self as ::module_api::model::Model>::INFO.#list[#number]
                        });
                }
            }
        }
    });
    constants.collect()
}

/// `Display`, if the label consists of the struct's own fields.
fn display_impl(model: &Model) -> Option<TokenStream> {
    model.display_span?;
    let ident = &model.ident;
    let formatter = local("formatter");
    let mut parts = Vec::new();
    for part in &model.display {
        parts.push(match part {
            Part::Text(text) => quote!(#formatter.write_str(#text)?;),
            Part::Field(way) => {
                let [name] = way.as_slice() else { return None };
                let (field, column) = model.columns().find(|(field, _)| field.name() == name)?;
                if matches!(column.kind, Kind::ForeignKey { .. }) {
                    return None;
                }
                let name = &field.ident;
                let value = value_of(field, &quote!(&self.#name));
                quote!(::core::fmt::Display::fmt(&#value, #formatter)?;)
            }
        });
    }
    Some(quote! {
        #[automatically_derived]
        impl ::core::fmt::Display for #ident {
            fn fmt(
                &self,
                #formatter: &mut ::core::fmt::Formatter<'_>,
            ) -> ::core::fmt::Result {
                #(#parts)*
                ::core::result::Result::Ok(())
            }
        }
    })
}

/// Asserts that the fields of other models in `display` exist. Of a longer path only the first
/// step can be checked here.
fn assertions(model: &Model) -> TokenStream {
    let ways = model.display.iter().filter_map(|part| match part {
        Part::Field(way) if way.len() > 1 => Some(way),
        _ => None,
    });
    let assertions = ways.filter_map(|way| {
        let (_, column) = model.columns().find(|(field, _)| field.name() == way[0])?;
        let Kind::ForeignKey { target, .. } = &column.kind else { return None };
        // `Self` is not defined outside of the implementation.
        let target = match last_segment(target) {
            Some(segment) if segment.ident == "Self" => {
                let ident = &model.ident;
                quote!(#ident)
            }
            _ => quote!(#target),
        };
        let next = &way[1];
        let message = format!(
            "`display` names `{}`, and `{target}` has no column of a field `{next}`: name one that \
             it has",
            way.join("."),
        );
        let span = model.display_span.unwrap_or_else(Span::call_site);
        Some(quote_spanned! {span=>
            const _: () = ::core::assert!(
                <#target as ::module_api::model::Model>::INFO.has_column_of(#next),
                #message,
            );
        })
    });
    assertions.collect()
}
