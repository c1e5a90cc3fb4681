//! Values of attributes, after the `=`.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, Lit, LitBool, LitInt, LitStr, Path, Token, bracketed, parenthesized, token};

/// A literal as written.
#[derive(Clone)]
pub(crate) enum Literal {
    Text(LitStr),
    Int(i64, Span),
    /// A number with a fraction, as written.
    Float(String, Span),
    Bool(LitBool),
    Path(Path),
    List(Vec<Literal>, Span),
    Tuple(Vec<Literal>, Span),
    /// Attributes in parentheses behind the name.
    Attributes(Vec<Attribute>, Span),
}

impl Literal {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Text(text) => text.span(),
            Self::Bool(value) => value.span(),
            Self::Path(path) => {
                path.segments.first().map_or_else(Span::call_site, |first| first.ident.span())
            }
            Self::Int(_, span)
            | Self::Float(_, span)
            | Self::List(_, span)
            | Self::Tuple(_, span)
            | Self::Attributes(_, span) => *span,
        }
    }
}

impl Parse for Literal {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(token::Bracket) {
            let content;
            let span = bracketed!(content in input).span.join();
            let items = Punctuated::<Self, Token![,]>::parse_terminated(&content)?;
            return Ok(Self::List(items.into_iter().collect(), span));
        }
        if input.peek(token::Paren) {
            let content;
            let span = parenthesized!(content in input).span.join();
            let items = Punctuated::<Self, Token![,]>::parse_terminated(&content)?;
            return Ok(Self::Tuple(items.into_iter().collect(), span));
        }
        if input.peek(Token![-]) {
            input.parse::<Token![-]>()?;
            return match input.parse()? {
                Lit::Float(number) => {
                    Ok(Self::Float(format!("-{}", number.base10_digits()), number.span()))
                }
                Lit::Int(number) => Self::integer(&number, true),
                other => Err(Self::expected(other.span())),
            };
        }
        if !input.peek(Lit) {
            // Not only an identifier: a rule may be `crate::rules::no_shouting`.
            let path = input.call(Path::parse_mod_style);
            return path.map(Self::Path).map_err(|error| Self::expected(error.span()));
        }
        match input.parse()? {
            Lit::Str(text) => Ok(Self::Text(text)),
            Lit::Bool(value) => Ok(Self::Bool(value)),
            Lit::Int(number) => Self::integer(&number, false),
            Lit::Float(number) => Ok(Self::Float(number.base10_digits().to_owned(), number.span())),
            other => Err(Self::expected(other.span())),
        }
    }
}

impl Literal {
    fn integer(number: &LitInt, negative: bool) -> syn::Result<Self> {
        let too_large = || syn::Error::new(number.span(), "the number does not fit into an `i64`");
        let value: i128 = number.base10_parse().map_err(|_| too_large())?;
        let value = if negative { -value } else { value };
        Ok(Self::Int(i64::try_from(value).map_err(|_| too_large())?, number.span()))
    }

    fn expected(span: Span) -> syn::Error {
        syn::Error::new(span, "write a text, a number, `true`, `false`, a name or a list")
    }
}

/// A `name`, `name = value` or `name(…)` in `#[model(…)]`.
#[derive(Clone)]
pub(crate) struct Attribute {
    pub(crate) name: Ident,
    pub(crate) value: Option<Literal>,
}

impl Parse for Attribute {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let Ok(name) = input.call(Ident::parse_any) else {
            let message = "write attributes such as `blank` or `max_length = 64`, with commas \
                           between them";
            return Err(input.error(message));
        };
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(input.parse()?)
        } else if input.peek(token::Paren) && (name == "constraint" || name == "index") {
            let content;
            let span = parenthesized!(content in input).span.join();
            let items = Punctuated::<Self, Token![,]>::parse_terminated(&content)?;
            Some(Literal::Attributes(items.into_iter().collect(), span))
        } else if input.peek(token::Paren) {
            let message = format!("write `{name} = …` instead of `{name}(…)`");
            return Err(input.error(message));
        } else {
            None
        };
        Ok(Self { name, value })
    }
}
