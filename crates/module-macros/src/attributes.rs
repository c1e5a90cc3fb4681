//! The attributes of a struct or a field, consumed one by one.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::{LitStr, Path, Token};

use crate::errors::Errors;
use crate::literal::{Attribute, Literal};
use crate::names::{list, nearest};

pub(crate) struct Attributes(Vec<Attribute>);

impl Attributes {
    /// Reads the attributes of one kind, such as `#[model(…)]`. Reports unknown names, and duplicates of
    /// attributes that are not repeatable, and returns `None` then.
    pub(crate) fn read(
        kind: &str,
        attributes: &[syn::Attribute],
        known: &[&str],
        repeatable: &[&str],
        errors: &mut Errors,
    ) -> Option<Self> {
        let mut items: Vec<Attribute> = Vec::new();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(kind)) {
            let parsed =
                attribute.parse_args_with(Punctuated::<Attribute, Token![,]>::parse_terminated);
            match parsed {
                Ok(parsed) => items.extend(parsed),
                Err(error) => {
                    errors.add(error);
                    return None;
                }
            }
        }
        Self::checked(items, known, repeatable, errors)
    }

    /// Returns these attributes if all are known, and only repeatable ones occur several times.
    fn checked(
        items: Vec<Attribute>,
        known: &[&str],
        repeatable: &[&str],
        errors: &mut Errors,
    ) -> Option<Self> {
        let mut good = true;
        for (index, item) in items.iter().enumerate() {
            let name = item.name.to_string();
            if !known.contains(&name.as_str()) {
                errors.about(&item.name, unknown(&name, known));
                good = false;
            } else if !repeatable.contains(&name.as_str())
                && items[..index].iter().any(|earlier| earlier.name == name)
            {
                errors.about(&item.name, format!("`{name}` stands here twice: remove one"));
                good = false;
            }
        }
        good.then_some(Self(items))
    }

    /// Returns the place of an attribute, if it is present.
    pub(crate) fn span(&self, name: &str) -> Option<Span> {
        self.0.iter().find(|item| item.name == name).map(|item| item.name.span())
    }

    /// Returns `true` if the attribute is present without a value.
    pub(crate) fn is_alone(&self, name: &str) -> bool {
        self.find(name).is_some_and(|item| item.value.is_none())
    }

    /// The names, each with its span.
    pub(crate) fn names(&self) -> impl Iterator<Item = (String, Span)> {
        self.0.iter().map(|item| (item.name.to_string(), item.name.span()))
    }

    fn find(&self, name: &str) -> Option<&Attribute> {
        self.0.iter().find(|item| item.name == name)
    }

    /// Returns `true` if an attribute without a value is present.
    pub(crate) fn flag(&self, name: &str, errors: &mut Errors) -> bool {
        let Some(item) = self.find(name) else { return false };
        if let Some(value) = &item.value {
            let message = format!("`{name}` has no value: write `{name}` alone, or leave it out");
            errors.at(value.span(), message);
        }
        true
    }

    pub(crate) fn literal(
        &self,
        name: &str,
        example: &str,
        errors: &mut Errors,
    ) -> Option<&Literal> {
        let item = self.find(name)?;
        if item.value.is_none() {
            errors.about(&item.name, format!("`{name}` needs a value: write `{name} = {example}`"));
        }
        item.value.as_ref()
    }

    pub(crate) fn text(&self, name: &str, example: &str, errors: &mut Errors) -> Option<LitStr> {
        match self.literal(name, example, errors)? {
            Literal::Text(text) => Some(text.clone()),
            other => {
                let message = format!("`{name}` is a text: write `{name} = {example}`");
                errors.at(other.span(), message);
                None
            }
        }
    }

    pub(crate) fn integer(
        &self,
        name: &str,
        example: &str,
        errors: &mut Errors,
    ) -> Option<(i64, Span)> {
        match self.literal(name, example, errors)? {
            Literal::Int(value, span) => Some((*value, *span)),
            other => {
                let message = format!("`{name}` is a whole number: write `{name} = {example}`");
                errors.at(other.span(), message);
                None
            }
        }
    }

    /// The texts of a list in brackets.
    pub(crate) fn texts(&self, name: &str, example: &str, errors: &mut Errors) -> Vec<LitStr> {
        let Some(literal) = self.literal(name, example, errors) else { return Vec::new() };
        let texts = match literal {
            Literal::List(items, _) => texts_of(items),
            _ => None,
        };
        texts.unwrap_or_else(|| {
            errors.at(literal.span(), format!("write a list of names: `{name} = {example}`"));
            Vec::new()
        })
    }

    /// The lists of texts in a list in brackets.
    pub(crate) fn lists_of_texts(
        &self,
        name: &str,
        example: &str,
        errors: &mut Errors,
    ) -> Vec<Vec<LitStr>> {
        let Some(literal) = self.literal(name, example, errors) else { return Vec::new() };
        let lists = match literal {
            Literal::List(items, _) => items
                .iter()
                .map(|item| match item {
                    Literal::List(items, _) if !items.is_empty() => texts_of(items),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        lists.unwrap_or_else(|| {
            let message = format!("write a list of lists of names: `{name} = {example}`");
            errors.at(literal.span(), message);
            Vec::new()
        })
    }

    /// The attributes in each `name(…)`, with the span of the name.
    pub(crate) fn nested(
        &self,
        name: &str,
        known: &[&str],
        example: &str,
        errors: &mut Errors,
    ) -> Vec<(Self, Span)> {
        let mut nested = Vec::new();
        for item in self.0.iter().filter(|item| item.name == name) {
            let span = item.name.span();
            match &item.value {
                Some(Literal::Attributes(items, _)) => {
                    let read = Self::checked(items.clone(), known, &[], errors);
                    nested.extend(read.map(|attributes| (attributes, span)));
                }
                _ => errors.at(span, format!("write `{example}`")),
            }
        }
        nested
    }

    /// The paths of a repeatable attribute.
    pub(crate) fn paths(&self, name: &str, example: &str, errors: &mut Errors) -> Vec<Path> {
        let mut paths = Vec::new();
        for item in self.0.iter().filter(|item| item.name == name) {
            match &item.value {
                Some(Literal::Path(path)) => paths.push(path.clone()),
                other => {
                    let span = other.as_ref().map_or(item.name.span(), Literal::span);
                    let message = format!("`{name}` names a function: write `{name} = {example}`");
                    errors.at(span, message);
                }
            }
        }
        paths
    }
}

fn texts_of(items: &[Literal]) -> Option<Vec<LitStr>> {
    let text = |item: &Literal| match item {
        Literal::Text(text) => Some(text.clone()),
        _ => None,
    };
    items.iter().map(text).collect()
}

fn unknown(name: &str, known: &[&str]) -> String {
    // Django's name for the option.
    let here = match name {
        "null" => {
            return "there is no attribute `null`: make the field's type an `Option`".to_owned();
        }
        "primary_key" => {
            return "there is no attribute `primary_key`: it is always the field `id: i64`"
                .to_owned();
        }
        "db_column" => Some("column"),
        "db_index" => Some("index"),
        "db_table" => Some("table"),
        "min_value" => Some("min"),
        "max_value" => Some("max"),
        "validators" => Some("validate"),
        _ => nearest(name, known.iter().copied()),
    };
    // Django's options for a model do not apply to a field.
    let is_known = |here: &&str| known.iter().any(|known| here.split(' ').next() == Some(known));
    match here.filter(is_known) {
        Some(here) => format!("there is no attribute `{name}`: did you mean `{here}`?"),
        None => {
            let known = list(known.iter().copied());
            format!("there is no attribute `{name}`: there are {known}")
        }
    }
}
