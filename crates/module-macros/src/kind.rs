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
    DateTime,
    ForeignKey { target: Box<Type>, on_delete: OnDelete, one_to_one: bool },
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum OnDelete {
    Cascade,
    Protect,
    SetNull,
}
