//! Columns of a model as values: what conditions, orders and assignments are made of.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::ops::Deref;

use serde::Serialize;
use time::{Date, Duration, Time, UtcDateTime};

use db::{Decimal, Json, Uuid, Value};

use super::{ForeignKey, FromJoined, Model};
use crate::query::{Expression, FieldPath, escape_like};
use crate::{FieldInfo, Id};

/// A column with values of the type `T`, of the model `M` or of one that its foreign keys refer to.
///
/// `#[derive(Model)]` generates a constant for each field:
///
/// ```
/// use module_api::db::{DbConnection, DbError};
/// use module_api::model::Model;
///
/// #[derive(Model)]
/// #[model(label = "lettings.letting", display = "{title}")]
/// struct Letting {
///     id: i64,
///     #[model(max_length = 256)]
///     title: String,
///     price: i32,
/// }
///
/// async fn cheap_or_named(on: &mut DbConnection) -> Result<Vec<Letting>, DbError> {
///     let is_cheap = Letting::PRICE.lt(100);
///     let is_named = Letting::TITLE.contains("sea");
///     Letting::objects().filter(is_cheap.or(is_named)).order_by([Letting::PRICE.asc()]).all(on).await
/// }
/// ```
pub struct Column<M, T> {
    path: FieldPath,
    types: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Clone for Column<M, T> {
    fn clone(&self) -> Self {
        Self { path: self.path.clone(), types: PhantomData }
    }
}

/// A column of which no two rows hold the same.
pub struct UniqueColumn<M, T>(Column<M, T>);

impl<M, T> UniqueColumn<M, T> {
    /// Creates the column. `#[derive(Model)]` calls it.
    #[doc(hidden)]
    pub const fn new(path: &'static [&'static FieldInfo]) -> Self {
        Self(Column::new(path))
    }
}

impl<M, T> Deref for UniqueColumn<M, T> {
    type Target = Column<M, T>;

    fn deref(&self) -> &Column<M, T> {
        &self.0
    }
}

/// A value that can be compared with, and assigned to, a column of the type `T`.
#[diagnostic::on_unimplemented(message = "a column of `{T}` cannot be compared with a `{Self}`")]
pub trait Operand<T> {
    /// It, as the database takes it.
    fn into_value(self) -> Value;
}

macro_rules! operand {
    ($($from:ty => $to:ty),* $(,)?) => {$(
        impl Operand<$to> for $from {
            fn into_value(self) -> Value {
                Value::from(self)
            }
        }
    )*};
}

operand! {
    bool => bool,
    i16 => i16,
    i32 => i32,
    i64 => i64,
    String => String,
    &str => String,
    UtcDateTime => UtcDateTime,
    f64 => f64,
    Decimal => Decimal,
    Date => Date,
    Time => Time,
    Duration => Duration,
    Uuid => Uuid,
    IpAddr => IpAddr,
    Vec<u8> => Vec<u8>,
    &[u8] => Vec<u8>,
}

impl<T: Serialize> Operand<Self> for Json<T> {
    fn into_value(self) -> Value {
        Value::Json(Some(self.to_text()))
    }
}

impl Operand<String> for &String {
    fn into_value(self) -> Value {
        Value::from(self.as_str())
    }
}

impl Operand<i64> for Id {
    fn into_value(self) -> Value {
        Value::from(self.0)
    }
}

impl<M> Operand<ForeignKey<M>> for ForeignKey<M> {
    fn into_value(self) -> Value {
        Value::from(self.id())
    }
}

impl<M> Operand<ForeignKey<M>> for i64 {
    fn into_value(self) -> Value {
        Value::from(self)
    }
}

impl<M> Operand<ForeignKey<M>> for Id {
    fn into_value(self) -> Value {
        Value::from(self.0)
    }
}

impl<M: Model> Operand<ForeignKey<M>> for &M {
    fn into_value(self) -> Value {
        Value::from(self.id())
    }
}

/// A nullable column takes what the column itself does; for `NULL` see
/// [`is_null`](Column::is_null) and [`set_null`](Column::set_null).
impl<T, O: Operand<T>> Operand<Option<T>> for O {
    fn into_value(self) -> Value {
        Operand::<T>::into_value(self)
    }
}

/// A condition on rows of `M`, as in the example of [`Column`].
#[must_use = "a condition does nothing by itself"]
pub struct Condition<M> {
    pub(super) expression: Expression,
    model: PhantomData<fn() -> M>,
}

impl<M> Clone for Condition<M> {
    fn clone(&self) -> Self {
        Self::of(self.expression.clone())
    }
}

impl<M> Condition<M> {
    pub(super) fn of(expression: Expression) -> Self {
        Self { expression, model: PhantomData }
    }

    /// Both have to hold.
    pub fn and(self, other: Self) -> Self {
        Self::of(Expression::All(vec![self.expression, other.expression]))
    }

    /// At least one has to hold.
    pub fn or(self, other: Self) -> Self {
        Self::of(Expression::Any(vec![self.expression, other.expression]))
    }

    /// All of them have to hold, which they do if there are none.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::of(Expression::All(conditions.into_iter().map(|c| c.expression).collect()))
    }

    /// At least one of them has to hold, which none does if there are none.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::of(Expression::Any(conditions.into_iter().map(|c| c.expression).collect()))
    }
}

/// All rows for which the condition does not hold, those of which it cannot be told for a `NULL`
/// included.
impl<M> std::ops::Not for Condition<M> {
    type Output = Self;

    fn not(self) -> Self {
        Self::of(Expression::Not(Box::new(self.expression)))
    }
}

/// A column's part in the order of rows of `M`.
#[must_use = "an order does nothing by itself"]
pub struct Order<M> {
    pub(super) path: FieldPath,
    pub(super) descending: bool,
    model: PhantomData<fn() -> M>,
}

/// A new value for a column of `M`.
#[must_use = "an assignment does nothing by itself"]
pub struct Assignment<M> {
    pub(super) field: &'static FieldInfo,
    pub(super) value: Value,
    model: PhantomData<fn() -> M>,
}

impl<M> Assignment<M> {
    /// Returns the field and its new value.
    pub fn into_parts(self) -> (&'static FieldInfo, Value) {
        (self.field, self.value)
    }
}

impl<M, T> Column<M, T> {
    /// Creates the path to the column, of at least one field. `#[derive(Model)]` calls it.
    #[doc(hidden)]
    pub const fn new(path: &'static [&'static FieldInfo]) -> Self {
        Self { path: Cow::Borrowed(path), types: PhantomData }
    }

    /// The description of the field.
    pub fn field(&self) -> &'static FieldInfo {
        self.path.last().expect("a path has at least one field")
    }

    pub(super) fn path(&self) -> FieldPath {
        self.path.clone()
    }

    fn compare(&self, operator: &'static str, value: impl Operand<T>) -> Condition<M> {
        let value = value.into_value();
        Condition::of(Expression::Compare { path: self.path(), operator, value })
    }

    /// Equal to the value.
    pub fn eq(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare("=", value)
    }

    /// Anything but the value, `NULL` included.
    pub fn ne(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare("IS DISTINCT FROM", value)
    }

    /// Less than the value.
    pub fn lt(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare("<", value)
    }

    /// Less than the value, or equal to it.
    pub fn le(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare("<=", value)
    }

    /// Greater than the value.
    pub fn gt(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare(">", value)
    }

    /// Greater than the value, or equal to it.
    pub fn ge(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare(">=", value)
    }

    /// One of the values.
    pub fn is_in<O: Operand<T>>(&self, values: impl IntoIterator<Item = O>) -> Condition<M> {
        let values = values.into_iter().map(Operand::into_value).collect();
        Condition::of(Expression::IsIn { path: self.path(), values })
    }

    /// From the least rows to the greatest.
    pub fn asc(&self) -> Order<M> {
        Order { path: self.path(), descending: false, model: PhantomData }
    }

    /// From the greatest rows to the least.
    pub fn desc(&self) -> Order<M> {
        Order { path: self.path(), descending: true, model: PhantomData }
    }
}

impl<M: Model, T> Column<M, T> {
    /// The column is to hold the value.
    ///
    /// # Panics
    ///
    /// The column is one of another model, reached with [`to`](Column::to).
    pub fn set(&self, value: impl Operand<T>) -> Assignment<M> {
        assert_eq!(self.path.len(), 1, "only a column of the model itself can be set");
        Assignment { field: self.field(), value: value.into_value(), model: PhantomData }
    }
}

impl<M, T> Column<M, Option<T>> {
    /// `NULL`.
    pub fn is_null(&self) -> Condition<M> {
        Condition::of(Expression::IsNull { path: self.path() })
    }

    /// The column is to hold `NULL`.
    pub fn set_null(&self) -> Assignment<M> {
        let field = self.field();
        Assignment { field, value: field.null_value(), model: PhantomData }
    }
}

/// A column with text, nullable or not.
#[doc(hidden)]
pub trait TextColumn {}
impl TextColumn for String {}
impl TextColumn for Option<String> {}

impl<M, T: TextColumn> Column<M, T> {
    fn like(&self, pattern: String, ignore_case: bool) -> Condition<M> {
        Condition::of(Expression::Like { path: self.path(), pattern, ignore_case })
    }

    /// The text stands in it. As in Django, SQLite does not tell the capitals of ASCII from small
    /// letters here.
    pub fn contains(&self, text: &str) -> Condition<M> {
        self.like(format!("%{}%", escape_like(text)), false)
    }

    /// The text stands in it, capitals or not. SQLite knows the capitals of ASCII only.
    pub fn contains_ignoring_case(&self, text: &str) -> Condition<M> {
        self.like(format!("%{}%", escape_like(text)), true)
    }

    /// It begins with the text. SQLite does not tell the capitals of ASCII from small letters here.
    pub fn starts_with(&self, text: &str) -> Condition<M> {
        self.like(format!("{}%", escape_like(text)), false)
    }

    /// It begins with the text, capitals or not. SQLite knows the capitals of ASCII only.
    pub fn starts_with_ignoring_case(&self, text: &str) -> Condition<M> {
        self.like(format!("{}%", escape_like(text)), true)
    }

    /// It is the text, capitals or not. SQLite knows the capitals of ASCII only.
    pub fn eq_ignoring_case(&self, text: &str) -> Condition<M> {
        self.like(escape_like(text), true)
    }
}

/// A foreign key, nullable or not.
#[diagnostic::on_unimplemented(
    message = "a column of `{Self}` leads to no other model",
    note = "name the column of a `ForeignKey`, as `Letting::ADDRESS`"
)]
pub trait Relation {
    /// The model it leads to.
    type Target: Model;
    /// The type of the joined row: the row itself, or an `Option` of it.
    type Row: FromJoined;
}

impl<A: Model> Relation for ForeignKey<A> {
    type Target = A;
    type Row = A;
}

impl<A: Model> Relation for Option<ForeignKey<A>> {
    type Target = A;
    type Row = Option<A>;
}

impl<M, R: Relation> Column<M, R> {
    /// A column of the model that this foreign key leads to.
    pub fn to<T>(&self, column: &Column<R::Target, T>) -> Column<M, T> {
        let path = self.path.iter().chain(column.path.iter()).copied().collect::<Vec<_>>();
        Column { path: Cow::Owned(path), types: PhantomData }
    }
}

/// The rows of a model with these primary keys.
pub(super) fn key_is_in<M: Model>(ids: impl IntoIterator<Item = i64>) -> Condition<M> {
    let values = ids.into_iter().map(Value::from).collect();
    let path = Cow::Owned(vec![M::INFO.primary_key()]);
    Condition::of(Expression::IsIn { path, values })
}
