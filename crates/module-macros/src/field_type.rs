//! The kind of a field, from its Rust type.

use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// The Rust type of a field, apart from an `Option` around it.
pub(crate) enum RustType {
    I16,
    I32,
    I64,
    Bool,
    F64,
    Decimal,
    String,
    DateTime,
    Date,
    Time,
    Duration,
    Uuid,
    Json,
    Ip,
    Bytes,
    /// An enum with `#[derive(Choices)]`.
    Choices,
    ForeignKey(Type),
    ManyToMany(Type),
}

impl RustType {
    pub(crate) fn is_integer(&self) -> bool {
        matches!(self, Self::I16 | Self::I32 | Self::I64)
    }

    /// Returns `true` if `min` and `max` apply to the type.
    pub(crate) fn is_number(&self) -> bool {
        self.is_integer() || matches!(self, Self::F64 | Self::Decimal)
    }

    /// Returns `true` if `auto_now` applies to the type.
    pub(crate) fn is_time(&self) -> bool {
        matches!(self, Self::DateTime | Self::Date | Self::Time)
    }

    /// The name in messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::Bool => "bool",
            Self::String => "String",
            Self::F64 => "f64",
            Self::Decimal => "Decimal",
            Self::DateTime => "UtcDateTime",
            Self::Date => "Date",
            Self::Time => "Time",
            Self::Duration => "Duration",
            Self::Uuid => "Uuid",
            Self::Json => "Json",
            Self::Ip => "IpAddr",
            Self::Bytes => "Vec<u8>",
            Self::Choices => "enum",
            Self::ForeignKey(_) => "ForeignKey",
            Self::ManyToMany(_) => "ManyToMany",
        }
    }
}

/// The type of a field.
pub(crate) struct FieldType {
    pub(crate) rust: RustType,
    /// The type as written, without the `Option`.
    pub(crate) inner: Type,
    pub(crate) null: bool,
}

impl FieldType {
    /// Reads the type of a field; an unknown name is an enum of choices.
    pub(crate) fn read(written: &Type, is_choices: bool) -> syn::Result<Self> {
        let rust_type = |written: &Type, segment: &PathSegment| match rust_type(written, segment) {
            Err(_) if is_choices && segment.arguments.is_none() => Ok(RustType::Choices),
            other => other,
        };
        let Some(segment) = last_segment(written) else { return Err(unknown(written, None)) };
        if segment.ident != "Option" {
            let rust = rust_type(written, segment)?;
            return Ok(Self { rust, inner: written.clone(), null: false });
        }
        let inner = argument(segment).ok_or_else(|| unknown(written, None))?;
        let Some(segment) = last_segment(inner) else { return Err(unknown(inner, None)) };
        if segment.ident == "Option" {
            let message = "a column is NULL or is not: write one `Option`, not two";
            return Err(syn::Error::new_spanned(written, message));
        }
        let rust = rust_type(inner, segment)?;
        if let RustType::ManyToMany(_) = rust {
            let message = "a many-to-many field has no column that could be NULL: write \
                           `ManyToMany<…>`, with `blank` if people may leave it empty";
            return Err(syn::Error::new_spanned(written, message));
        }
        Ok(Self { rust, inner: inner.clone(), null: true })
    }
}

/// The last segment of a type that is a path.
pub(crate) fn last_segment(written: &Type) -> Option<&PathSegment> {
    match written {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        // A type from a `macro_rules!` is in an invisible group.
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// The single type in angle brackets.
fn argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner)) if arguments.args.len() == 1 => Some(inner),
        _ => None,
    }
}

fn rust_type(written: &Type, segment: &PathSegment) -> syn::Result<RustType> {
    let name = segment.ident.to_string();
    let target = || {
        let message = format!("say which model it leads to: `{name}<Model>`");
        argument(segment).cloned().ok_or_else(|| syn::Error::new_spanned(written, message))
    };
    Ok(match name.as_str() {
        "ForeignKey" => RustType::ForeignKey(target()?),
        "ManyToMany" => RustType::ManyToMany(target()?),
        "Json" if argument(segment).is_some() => RustType::Json,
        "Vec" if argument(segment).and_then(last_segment).is_some_and(|it| it.ident == "u8") => {
            RustType::Bytes
        }
        _ if !segment.arguments.is_none() => return Err(unknown(written, Some(&name))),
        "i16" => RustType::I16,
        "i32" => RustType::I32,
        "i64" => RustType::I64,
        "bool" => RustType::Bool,
        "String" => RustType::String,
        "f64" => RustType::F64,
        "Decimal" => RustType::Decimal,
        "UtcDateTime" => RustType::DateTime,
        "Date" => RustType::Date,
        "Time" => RustType::Time,
        "Duration" => RustType::Duration,
        "Uuid" => RustType::Uuid,
        "IpAddr" => RustType::Ip,
        _ => return Err(unknown(written, Some(&name))),
    })
}

fn unknown(written: &Type, name: Option<&str>) -> syn::Error {
    let instead = match name {
        Some("u8") => "`i16` with `#[model(positive)]`",
        Some("u16") => "`i32` with `#[model(positive)]`",
        Some("u32" | "u64" | "u128" | "usize") => "`i64` with `#[model(positive)]`",
        Some("i8") => "`i16`",
        Some("i128" | "isize") => "`i64`",
        Some("f32") => "`f64`, or `Decimal` for exact fractions, such as prices",
        Some("str") => "`String`",
        Some("char") => "`String` with `#[model(exact_length = 1)]`",
        Some(
            "OffsetDateTime" | "PrimitiveDateTime" | "DateTime" | "NaiveDateTime" | "SystemTime",
        ) => "`module_api::time::UtcDateTime`",
        Some("NaiveDate") => "`module_api::time::Date`",
        Some("NaiveTime") => "`module_api::time::Time`",
        Some("Ipv4Addr" | "Ipv6Addr") => "`std::net::IpAddr`",
        Some("Value") => "`Json<Value>`",
        Some("Vec" | "HashSet" | "BTreeSet" | "HashMap" | "BTreeMap") => {
            "`ManyToMany<Model>`, make the items a model with a `ForeignKey` to this one, or keep \
             them as `Json<…>`"
        }
        Some("Box" | "Rc" | "Arc" | "Cow") => "the type inside it",
        _ => match written {
            Type::Reference(_) => "`String` instead of a reference, since a row owns its values",
            _ => {
                "`i16`, `i32`, `i64`, `f64`, `Decimal`, `bool`, `String`, `UtcDateTime`, `Date`, \
                 `Time`, `Duration`, `Uuid`, `Json<T>`, `IpAddr`, `Vec<u8>`, `ForeignKey<Model>` or \
                 `ManyToMany<Model>`, by these names, or an `Option` of one; or an enum with \
                 `#[derive(Choices)]` and `#[model(choices)]` on the field"
            }
        },
    };
    syn::Error::new_spanned(
        written,
        format!("a model's field cannot be of this type: use {instead}"),
    )
}
