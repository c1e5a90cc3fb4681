//! Projections: some columns of a model's rows, and of the rows that its foreign keys refer to.

use super::{Column, FieldType, FromJoined, Model};
use crate::FieldKind;
use crate::query::FieldPath;

/// A struct of some columns of a model and of the models its foreign keys refer to, for lists and
/// pages that need no others.
///
/// It is [derived](derive@super::Projection), never written by hand, and passed to
/// [`Select::project`](super::Select::project), which has an example.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no projection",
    note = "write `#[derive(Projection)]` and `#[projection(model = Letting)]` on the struct"
)]
pub trait Projection: FromJoined {
    /// The model whose rows are queried.
    type Model: Model;

    /// The columns, one for each field, in order.
    #[doc(hidden)]
    fn columns() -> &'static [ProjectedColumn];
}

/// A column of a [`Projection`], created by `#[derive(Projection)]`.
#[doc(hidden)]
pub struct ProjectedColumn(pub(super) FieldPath);

impl ProjectedColumn {
    /// The column that a field of the type `F` is read from.
    pub fn of<M: Model, T: ReadAs<F>, F: FieldType>(column: &Column<M, T>) -> Self {
        Self(column.path())
    }

    /// The column whose values a function converts to a field of the type `F`.
    pub fn with<M: Model, T: FieldType, F>(column: &Column<M, T>, _: fn(T) -> F) -> Self {
        Self(column.path())
    }

    /// The number of digits after the decimal point, if the column has decimal numbers.
    pub fn decimal_places(&self) -> Option<u32> {
        match self.0.last()?.kind {
            FieldKind::Decimal { decimal_places, .. } => Some(decimal_places),
            _ => None,
        }
    }
}

/// A column's type that a projection's field of the type `F` can be read from: the same, or its
/// `Option`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a field of the type `{F}` cannot be read from a column of `{Self}`",
    note = "give the field the type of its column, an `Option` of it, or name a function that makes \
            the field's value with `#[projection(with = function)]`"
)]
pub trait ReadAs<F> {}

impl<T> ReadAs<T> for T {}
impl<T> ReadAs<Option<T>> for T {}
