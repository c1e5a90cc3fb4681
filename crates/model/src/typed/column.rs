//! Columns of a model as values, for conditions, orders and assignments.

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

/// A column whose values are unique.
///
/// ```
/// use module_api::model::Model;
/// # #[derive(Model)]
/// # #[model(label = "lettings.letting", display = "{title}")]
/// # struct Letting { id: i64, #[model(max_length = 256, unique)] title: String, price: i32 }
/// # static LETTINGS: module_test::LocalModule = module_test::LocalModule {
/// #     models: &[Letting::INFO],
/// #     migrations: &[("0001_initial.sql", b"
/// #         CREATE TABLE lettings_letting (id integer PRIMARY KEY, title text UNIQUE, price integer);
/// #         INSERT INTO lettings_letting VALUES
/// #             (1, 'Sea view', 90), (2, 'Old mill', 120), (3, 'Sea house', 150);
/// #     ")],
/// #     ..module_test::LocalModule::named("lettings")
/// # };
/// # async fn example(db: &module_api::db::Db) -> Result<(), Box<dyn std::error::Error>> {
///
/// // `title` has the attribute `unique`.
/// let found = Letting::get_by(&Letting::TITLE, "Sea view", &mut db.acquire().await?).await?;
/// assert_eq!(found.unwrap().price, 90);
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
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
///
/// ```
/// use module_api::db::Value;
/// use module_api::model::{ForeignKey, Id, Model, Operand};
///
/// #[derive(Model)]
/// #[model(label = "lettings.address")]
/// struct Address {
///     id: i64,
///     #[model(max_length = 64)]
///     city: String,
/// }
///
/// // Text columns take a `&str` or a `String`; foreign keys take an ID or a row.
/// assert_eq!(Operand::<String>::into_value("Oslo"), Value::from("Oslo"));
/// let oslo = Address { id: 7, city: "Oslo".to_owned() };
/// assert_eq!(Operand::<ForeignKey<Address>>::into_value(&oslo), Value::from(7));
/// assert_eq!(Operand::<ForeignKey<Address>>::into_value(Id(7)), Value::from(7));
/// ```
#[diagnostic::on_unimplemented(message = "a column of `{T}` cannot be compared with a `{Self}`")]
pub trait Operand<T> {
    /// Converts it to the stored value.
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

/// A nullable column takes the operands of the column itself; for `NULL` see
/// [`is_null`](Column::is_null) and [`set_null`](Column::set_null).
impl<T, O: Operand<T>> Operand<Option<T>> for O {
    fn into_value(self) -> Value {
        Operand::<T>::into_value(self)
    }
}

/// A condition on rows of `M`, as in the example of [`Column`].
///
/// ```
/// use module_api::model::{Condition, Model};
/// # #[derive(Model)]
/// # #[model(label = "lettings.letting", display = "{title}")]
/// # struct Letting { id: i64, #[model(max_length = 256, unique)] title: String, price: i32 }
/// # static LETTINGS: module_test::LocalModule = module_test::LocalModule {
/// #     models: &[Letting::INFO],
/// #     migrations: &[("0001_initial.sql", b"
/// #         CREATE TABLE lettings_letting (id integer PRIMARY KEY, title text UNIQUE, price integer);
/// #         INSERT INTO lettings_letting VALUES
/// #             (1, 'Sea view', 90), (2, 'Old mill', 120), (3, 'Sea house', 150);
/// #     ")],
/// #     ..module_test::LocalModule::named("lettings")
/// # };
/// # async fn example(db: &module_api::db::Db) -> Result<(), Box<dyn std::error::Error>> {
///
/// let words = ["sea", "view"];
/// let matches = words.map(|word| Letting::TITLE.contains_ignoring_case(word));
/// let is_found = Condition::all(matches).and(Letting::PRICE.le(100));
/// let mut connection = db.acquire().await?;
/// let found = Letting::objects().filter(is_found.clone()).all(&mut connection).await?;
/// assert_eq!(found[0].title, "Sea view");
/// assert_eq!(Letting::objects().filter(!is_found).count(&mut connection).await?, 2);
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
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

    /// Both conditions hold.
    pub fn and(self, other: Self) -> Self {
        Self::of(Expression::All(vec![self.expression, other.expression]))
    }

    /// At least one of the conditions holds.
    pub fn or(self, other: Self) -> Self {
        Self::of(Expression::Any(vec![self.expression, other.expression]))
    }

    /// All conditions hold; true for an empty list.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::of(Expression::All(conditions.into_iter().map(|c| c.expression).collect()))
    }

    /// At least one condition holds; false for an empty list.
    pub fn any(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::of(Expression::Any(conditions.into_iter().map(|c| c.expression).collect()))
    }
}

/// Matches the rows for which the condition does not hold, including those for which it is `NULL`.
impl<M> std::ops::Not for Condition<M> {
    type Output = Self;

    fn not(self) -> Self {
        Self::of(Expression::Not(Box::new(self.expression)))
    }
}

/// A column in the order of rows of `M`.
///
/// Created by [`Column::asc`] and [`Column::desc`]: see [`Column`] for an example.
#[must_use = "an order does nothing by itself"]
pub struct Order<M> {
    pub(super) path: FieldPath,
    pub(super) descending: bool,
    model: PhantomData<fn() -> M>,
}

/// A new value for a column of `M`.
///
/// ```
/// use module_api::model::Model;
/// # #[derive(Model)]
/// # #[model(label = "lettings.letting", display = "{title}")]
/// # struct Letting { id: i64, #[model(max_length = 256, unique)] title: String, price: i32 }
/// # static LETTINGS: module_test::LocalModule = module_test::LocalModule {
/// #     models: &[Letting::INFO],
/// #     migrations: &[("0001_initial.sql", b"
/// #         CREATE TABLE lettings_letting (id integer PRIMARY KEY, title text UNIQUE, price integer);
/// #         INSERT INTO lettings_letting VALUES
/// #             (1, 'Sea view', 90), (2, 'Old mill', 120), (3, 'Sea house', 150);
/// #     ")],
/// #     ..module_test::LocalModule::named("lettings")
/// # };
/// # async fn example(db: &module_api::db::Db) -> Result<(), Box<dyn std::error::Error>> {
///
/// let mut transaction = db.begin().await?;
/// let cheap = Letting::objects().filter(Letting::PRICE.lt(100));
/// let rows = cheap.update([Letting::PRICE.set(100)], &mut transaction).await?;
/// assert_eq!(rows, 1);
/// transaction.commit().await?;
/// # Ok(())
/// # }
/// # module_test::block_on(async {
/// #     let site = module_test::TestSite::on(module_test::DatabaseKind::Sqlite).modules(&[&LETTINGS]);
/// #     example(site.start().await.db()).await.unwrap();
/// # });
/// ```
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

    /// The column equals the value.
    pub fn eq(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare("=", value)
    }

    /// The column does not equal the value, or is `NULL`.
    pub fn ne(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare("IS DISTINCT FROM", value)
    }

    /// The column is less than the value.
    pub fn lt(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare("<", value)
    }

    /// The column is less than or equal to the value.
    pub fn le(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare("<=", value)
    }

    /// The column is greater than the value.
    pub fn gt(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare(">", value)
    }

    /// The column is greater than or equal to the value.
    pub fn ge(&self, value: impl Operand<T>) -> Condition<M> {
        self.compare(">=", value)
    }

    /// The column equals one of the values.
    pub fn is_in<O: Operand<T>>(&self, values: impl IntoIterator<Item = O>) -> Condition<M> {
        let values = values.into_iter().map(Operand::into_value).collect();
        Condition::of(Expression::IsIn { path: self.path(), values })
    }

    /// Ascending order.
    pub fn asc(&self) -> Order<M> {
        Order { path: self.path(), descending: false, model: PhantomData }
    }

    /// Descending order.
    pub fn desc(&self) -> Order<M> {
        Order { path: self.path(), descending: true, model: PhantomData }
    }
}

impl<M: Model, T> Column<M, T> {
    /// Sets the column to the value.
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
    /// The column is `NULL`.
    pub fn is_null(&self) -> Condition<M> {
        Condition::of(Expression::IsNull { path: self.path() })
    }

    /// Sets the column to `NULL`.
    pub fn set_null(&self) -> Assignment<M> {
        let field = self.field();
        Assignment { field, value: field.null_value(), model: PhantomData }
    }
}

/// A column of text, nullable or not.
#[doc(hidden)]
pub trait TextColumn {}
impl TextColumn for String {}
impl TextColumn for Option<String> {}

impl<M, T: TextColumn> Column<M, T> {
    fn like(&self, pattern: String, ignore_case: bool) -> Condition<M> {
        Condition::of(Expression::Like { path: self.path(), pattern, ignore_case })
    }

    /// The column contains the text. As in Django, SQLite ignores the case of ASCII letters.
    pub fn contains(&self, text: &str) -> Condition<M> {
        self.like(format!("%{}%", escape_like(text)), false)
    }

    /// The column contains the text, regardless of case. SQLite ignores the case of ASCII only.
    pub fn contains_ignoring_case(&self, text: &str) -> Condition<M> {
        self.like(format!("%{}%", escape_like(text)), true)
    }

    /// The column begins with the text. SQLite ignores the case of ASCII letters.
    pub fn starts_with(&self, text: &str) -> Condition<M> {
        self.like(format!("{}%", escape_like(text)), false)
    }

    /// The column begins with the text, regardless of case. SQLite ignores the case of ASCII only.
    pub fn starts_with_ignoring_case(&self, text: &str) -> Condition<M> {
        self.like(format!("{}%", escape_like(text)), true)
    }

    /// The column equals the text, regardless of case. SQLite ignores the case of ASCII only.
    pub fn eq_ignoring_case(&self, text: &str) -> Condition<M> {
        self.like(escape_like(text), true)
    }
}

/// A foreign key, nullable or not.
///
/// Required by [`Column::to`] and [`Select::with`](super::Select::with): see [`ForeignKey`] for an example.
#[diagnostic::on_unimplemented(
    message = "a column of `{Self}` leads to no other model",
    note = "name the column of a `ForeignKey`, as `Letting::ADDRESS`"
)]
pub trait Relation {
    /// The model it refers to.
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
    /// A column of the model that this foreign key refers to.
    pub fn to<T>(&self, column: &Column<R::Target, T>) -> Column<M, T> {
        let path = self.path.iter().chain(column.path.iter()).copied().collect::<Vec<_>>();
        Column { path: Cow::Owned(path), types: PhantomData }
    }
}

/// The primary key is one of these.
pub(super) fn key_is_in<M: Model>(ids: impl IntoIterator<Item = i64>) -> Condition<M> {
    let values = ids.into_iter().map(Value::from).collect();
    let path = Cow::Owned(vec![M::INFO.primary_key()]);
    Condition::of(Expression::IsIn { path, values })
}
