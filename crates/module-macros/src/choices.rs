//! `#[derive(Choices)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, Fields, Ident, LitStr};

use crate::errors::Errors;
use crate::names::words_of_camel_case;
use crate::reading::Reading;

/// A variant, with its value and its label.
struct Choice<'a> {
    ident: &'a Ident,
    number: Option<&'a Expr>,
    text: String,
    label: String,
}

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let form = "choices are an enum without type parameters: write `enum Status { Open, Closed }`";
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, form));
    };
    if !input.generics.params.is_empty() || data.variants.is_empty() {
        return Err(syn::Error::new_spanned(&input.ident, form));
    }
    let mut errors = Errors::default();
    let mut choices: Vec<Choice<'_>> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.about(variant, "a choice is a variant without fields");
        }
        let attributes = Reading::read(&variant.attrs, "choice", &["label", "value"], &mut errors);
        let words = words_of_camel_case(&variant.ident.unraw().to_string());
        let mut text = |name| attributes.text(name, "\"…\"", &mut errors).map(|it| it.value());
        let label = text("label").unwrap_or_else(|| title(&words));
        let value = text("value");
        let number = variant.discriminant.as_ref().map(|(_, number)| number);
        if let (Some(_), Some(span)) = (number, attributes.span("value")) {
            errors.at(span, "this choice is stored as a number already: remove one of them");
        }
        let text = value.unwrap_or_else(|| words.replace(' ', "_"));
        if number.is_none() && choices.iter().any(|other| other.text == text) {
            errors.about(variant, "another choice has this value: write another with `value = …`");
        }
        choices.push(Choice { ident: &variant.ident, number, text, label });
    }
    let numbers = choices.iter().filter(|choice| choice.number.is_some()).count();
    if numbers != 0 && numbers != choices.len() {
        let message = "choices are stored as numbers or as text: give each of them a number, as \
                       `Open = 1`, or none";
        errors.about(&input.ident, message);
    }
    errors.into_result()?;
    Ok(implementations(&input.ident, &choices, numbers != 0))
}

/// Words in the style of Django's labels: `In Progress`.
fn title(words: &str) -> String {
    let capital = |word: &str| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_uppercase().to_string());
        first.unwrap_or_default() + characters.as_str()
    };
    words.split(' ').map(capital).collect::<Vec<_>>().join(" ")
}

fn implementations(ident: &Ident, choices: &[Choice<'_>], are_numbers: bool) -> TokenStream {
    let variants: Vec<&Ident> = choices.iter().map(|choice| choice.ident).collect();
    let labels: Vec<&str> = choices.iter().map(|choice| &*choice.label).collect();
    let values: Vec<TokenStream> = choices.iter().map(value).collect();
    let longest = choices.iter().map(|choice| choice.text.chars().count()).max().unwrap_or(1);
    let longest = u32::try_from(longest).unwrap_or(u32::MAX).max(1);
    let longest = if are_numbers {
        quote!(::core::option::Option::None)
    } else {
        quote!(::core::option::Option::Some(#longest))
    };
    let all = LitStr::new("All choices, in their order.", ident.span());
    let label = LitStr::new("What people call it.", ident.span());
    quote! {
        #[automatically_derived]
        #[allow(dead_code, reason = "what is used of it is up to the program")]
        impl #ident {
            #[doc = #all]
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            #[doc = #label]
            pub const fn label(&self) -> &'static ::core::primitive::str {
                match self {
                    #(Self::#variants => #labels),*
                }
            }

            #[doc(hidden)]
            pub const fn choice_value(&self) -> ::module_api::model::ChoiceValue {
                match self {
                    #(Self::#variants => #values),*
                }
            }
        }

        #[automatically_derived]
        impl ::module_api::model::Choices for #ident {
            const CHOICES: &'static [::module_api::model::Choice] = &[
                #(::module_api::model::Choice { value: #values, label: #labels }),*
            ];

            const LONGEST: ::core::option::Option<::core::primitive::u32> = #longest;

            fn choice_value(&self) -> ::module_api::model::ChoiceValue {
                <#ident>::choice_value(self)
            }

            fn at(place: ::core::primitive::usize) -> ::core::option::Option<Self> {
                // A new value each time: a choice need not be `Copy`.
                let all: [fn() -> Self; _] = [#(|| Self::#variants),*];
                all.get(place).map(|choice| choice())
            }
        }

        #[automatically_derived]
        impl ::module_api::model::FieldType for #ident {
            fn read(
                row: &::module_api::db::Row<'_>,
                column: ::core::primitive::usize,
            ) -> ::core::result::Result<Self, ::module_api::db::DbError> {
                ::module_api::model::read_choice(row, column)
            }

            fn to_value(&self) -> ::module_api::db::Value {
                ::module_api::model::ChoiceValue::value(self.choice_value())
            }

            fn from_value(value: &::module_api::db::Value) -> ::core::option::Option<Self> {
                ::module_api::model::choice_of(value)
            }
        }

        #[automatically_derived]
        impl ::module_api::model::Operand<#ident> for #ident {
            fn into_value(self) -> ::module_api::db::Value {
                ::module_api::model::FieldType::to_value(&self)
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Display for #ident {
            fn fmt(
                &self,
                formatter: &mut ::core::fmt::Formatter<'_>,
            ) -> ::core::fmt::Result {
                formatter.pad(self.label())
            }
        }
    }
}

fn value(choice: &Choice<'_>) -> TokenStream {
    let text = &choice.text;
    match choice.number {
        Some(number) => quote!(::module_api::model::ChoiceValue::Int(#number)),
        None => quote!(::module_api::model::ChoiceValue::Text(#text)),
    }
}
