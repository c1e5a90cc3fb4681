//! The attributes by which a struct configures how it is read from a row.

use proc_macro2::Span;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Fields, Ident, Lit, LitStr, Path, Token};

use crate::errors::Errors;
use crate::names::list;

/// A `name` or `name = value`.
struct Item {
    name: Ident,
    value: Option<Expr>,
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Self { name, value })
    }
}

/// The attributes of one kind, such as `#[row(…)]`, of a struct or a field.
pub(crate) struct Reading(Vec<Item>);

impl Reading {
    /// Reads the attributes, which have to be known and unique.
    pub(crate) fn read(
        attributes: &[Attribute],
        kind: &str,
        known: &[&str],
        errors: &mut Errors,
    ) -> Self {
        let mut items: Vec<Item> = Vec::new();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(kind)) {
            match attribute.parse_args_with(Punctuated::<Item, Token![,]>::parse_terminated) {
                Ok(parsed) => items.extend(parsed),
                Err(error) => errors.add(error),
            }
        }
        for (index, Item { name, .. }) in items.iter().enumerate() {
            if !known.iter().any(|known| name == known) {
                let known = list(known.iter().copied());
                errors.about(name, format!("there is no attribute `{name}`: there are {known}"));
            } else if items[..index].iter().any(|earlier| earlier.name == *name) {
                errors.about(name, format!("`{name}` stands here twice: remove one"));
            }
        }
        Self(items)
    }

    fn find(&self, name: &str) -> Option<&Item> {
        self.0.iter().find(|item| item.name == name)
    }

    /// The span of an attribute, if it is present.
    pub(crate) fn span(&self, name: &str) -> Option<Span> {
        self.find(name).map(|item| item.name.span())
    }

    /// Returns `true` if an attribute without a value is present.
    pub(crate) fn flag(&self, name: &str, errors: &mut Errors) -> bool {
        let Some(item) = self.find(name) else { return false };
        if let Some(value) = &item.value {
            errors.at(value.span(), format!("`{name}` has no value: write `{name}` alone"));
        }
        true
    }

    /// The value of an attribute.
    pub(crate) fn value(&self, name: &str, example: &str, errors: &mut Errors) -> Option<&Expr> {
        let item = self.find(name)?;
        if item.value.is_none() {
            errors.about(&item.name, format!("`{name}` needs a value: write `{name} = {example}`"));
        }
        item.value.as_ref()
    }

    /// The text that is the value of an attribute.
    pub(crate) fn text(&self, name: &str, example: &str, errors: &mut Errors) -> Option<LitStr> {
        match self.value(name, example, errors)? {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
            other => {
                errors.about(other, format!("`{name}` is a text: write `{name} = {example}`"));
                None
            }
        }
    }

    /// The path that is the value of an attribute.
    pub(crate) fn path(&self, name: &str, example: &str, errors: &mut Errors) -> Option<Path> {
        match self.value(name, example, errors)? {
            Expr::Path(path) => Some(path.path.clone()),
            other => {
                errors.about(other, format!("`{name}` is a name: write `{name} = {example}`"));
                None
            }
        }
    }
}

/// The fields of a struct without type parameters.
pub(crate) fn fields(input: &DeriveInput) -> syn::Result<&Fields> {
    let refuse = |tokens: &dyn ToTokens, message: &str| {
        Err(syn::Error::new_spanned(tokens.to_token_stream(), message))
    };
    if let Some(parameter) = input.generics.params.first() {
        let message = "what is read from a row owns its values and is of one type: it has no type \
                       parameters and no lifetimes";
        return refuse(parameter, message);
    }
    match &input.data {
        Data::Struct(data) if !data.fields.is_empty() => Ok(&data.fields),
        _ => refuse(&input.ident, "what is read from a row is a struct with fields"),
    }
}
