//! The kinds of columns.

use syn::Type;

pub(crate) enum Kind {
    Id,
    SmallInteger,
    Integer,
    BigInteger,
    Bool,
    Char(u32),
    Text,
    Email(u32),
    Url(u32),
    Slug(u32),
    Float,
    Decimal {
        max_digits: u32,
        decimal_places: u32,
    },
    DateTime,
    Date,
    Time,
    Duration,
    Uuid,
    Json,
    Ip,
    Binary,
    /// The kind of an enum of choices, with an optional maximum length.
    Choices {
        max_length: Option<u32>,
    },
    ForeignKey {
        target: Box<Type>,
        on_delete: OnDelete,
        one_to_one: bool,
    },
}

impl Kind {
    /// Returns `true` for text of any kind.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Char(_) | Self::Text | Self::Email(_) | Self::Url(_) | Self::Slug(_))
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum OnDelete {
    Cascade,
    Protect,
    SetNull,
}
