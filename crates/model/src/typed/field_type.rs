//! The types of a model's fields.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::net::IpAddr;

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use time::{Date, Duration, Time, UtcDateTime};

use db::{DbError, Decimal, Json, Row, Uuid, Value};

use super::Model;
use crate::Id;
use crate::info::with_places;

/// A type that a model's field can have.
///
/// ```
/// use module_api::db::Value;
/// use module_api::model::FieldType;
///
/// assert_eq!("Oslo".to_owned().to_value(), Value::from("Oslo"));
/// assert_eq!(i16::from_value(&Value::from(70)), Some(70));
/// assert_eq!(i16::from_value(&Value::from(70_000)), None);
/// ```
#[diagnostic::on_unimplemented(
    message = "a model's field cannot be a `{Self}`",
    note = "use `i16`, `i32`, `i64`, `f64`, `Decimal`, `bool`, `String`, `UtcDateTime`, `Date`, `Time`, \
            `Duration`, `Uuid`, `Json<T>`, `IpAddr`, `Vec<u8>`, an enum with `#[derive(Choices)]`, \
            `ForeignKey<Model>` or `ManyToMany<Model>`, or an `Option` of one where the column takes \
            NULL"
)]
pub trait FieldType: Sized {
    /// Reads a value from the column of a row at that index, from 0.
    ///
    /// # Errors
    ///
    /// The column holds a value of another type.
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError>;

    /// Reads a value with this many decimal places, if it is a decimal number: SQLite does not store them.
    #[doc(hidden)]
    fn read_with_places(
        row: &Row<'_>,
        column: usize,
        _places: impl FnOnce() -> Option<u32>,
    ) -> Result<Self, DbError> {
        Self::read(row, column)
    }

    /// Returns the stored value.
    fn to_value(&self) -> Value;

    /// Converts a stored value; `None` if that is of another type, `NULL`, or out of range.
    fn from_value(value: &Value) -> Option<Self>;
}

macro_rules! field_type {
    ($type:ty, $variant:ident, $to:expr, $from:expr) => {
        impl FieldType for $type {
            fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
                row.get_at(column)
            }

            fn to_value(&self) -> Value {
                let to: fn(&$type) -> _ = $to;
                Value::$variant(Some(to(self)))
            }

            fn from_value(value: &Value) -> Option<Self> {
                let Value::$variant(Some(value)) = value else { return None };
                $from(value)
            }
        }
    };
}

field_type!(bool, Bool, |value| *value, |value: &bool| Some(*value));
field_type!(i64, Int, |value| *value, |value: &i64| Some(*value));
field_type!(i16, Int, |value| i64::from(*value), |value: &i64| i16::try_from(*value).ok());
field_type!(i32, Int, |value| i64::from(*value), |value: &i64| i32::try_from(*value).ok());
field_type!(String, Text, Clone::clone, |value: &String| Some(value.clone()));
field_type!(UtcDateTime, DateTime, |value| *value, |value: &UtcDateTime| Some(*value));

field_type!(f64, Float, |value| *value, |value: &f64| Some(*value));
field_type!(Date, Date, |value| *value, |value: &Date| Some(*value));
field_type!(Time, Time, |value| *value, |value: &Time| Some(*value));
field_type!(Duration, Duration, |value| *value, |value: &Duration| Some(*value));
field_type!(Uuid, Uuid, |value| *value, |value: &Uuid| Some(*value));
field_type!(IpAddr, Ip, |value| *value, |value: &IpAddr| Some(*value));
field_type!(Vec<u8>, Binary, Clone::clone, |value: &Vec<u8>| Some(value.clone()));

impl FieldType for Decimal {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        row.get_at(column)
    }

    fn read_with_places(
        row: &Row<'_>,
        column: usize,
        places: impl FnOnce() -> Option<u32>,
    ) -> Result<Self, DbError> {
        let number = Self::read(row, column)?;
        Ok(places().map_or(number, |places| with_places(number, places)))
    }

    fn to_value(&self) -> Value {
        Value::from(*self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        if let Value::Decimal(value) = value { *value } else { None }
    }
}

impl<T: Serialize + DeserializeOwned> FieldType for Json<T> {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        row.get_at(column)
    }

    fn to_value(&self) -> Value {
        Value::Json(Some(self.to_text()))
    }

    fn from_value(value: &Value) -> Option<Self> {
        let Value::Json(Some(text)) = value else { return None };
        serde_json::from_str(text).ok().map(Self)
    }
}

impl<T: FieldType> FieldType for Option<T>
where
    Self: NullValue,
{
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        if row.is_null(column)? { Ok(None) } else { T::read(row, column).map(Some) }
    }

    fn read_with_places(
        row: &Row<'_>,
        column: usize,
        places: impl FnOnce() -> Option<u32>,
    ) -> Result<Self, DbError> {
        if row.is_null(column)? {
            return Ok(None);
        }
        T::read_with_places(row, column, places).map(Some)
    }

    fn to_value(&self) -> Value {
        self.as_ref().map_or_else(Self::null_value, T::to_value)
    }

    fn from_value(value: &Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::from_value(value).map(Some) }
    }
}

/// The `NULL` of a type.
#[doc(hidden)]
pub trait NullValue {
    fn null_value() -> Value;
}

macro_rules! null_value {
    ($($type:ty => $variant:ident),*) => {$(
        impl NullValue for Option<$type> {
            fn null_value() -> Value {
                Value::$variant(None)
            }
        }
    )*};
}

null_value! {
    bool => Bool,
    i64 => Int,
    i32 => Int,
    i16 => Int,
    f64 => Float,
    Decimal => Decimal,
    String => Text,
    UtcDateTime => DateTime,
    Date => Date,
    Time => Time,
    Duration => Duration,
    Uuid => Uuid,
    IpAddr => Ip,
    Vec<u8> => Binary
}

impl<T> NullValue for Option<Json<T>> {
    fn null_value() -> Value {
        Value::Json(None)
    }
}

impl<M> NullValue for Option<ForeignKey<M>> {
    fn null_value() -> Value {
        Value::Int(None)
    }
}

/// A foreign key: the primary key of a row of another model.
///
/// [`Select::with`](super::Select::with) fetches the referenced rows in the same query.
///
/// ```
/// use module_api::db::{DbConnection, DbError};
/// use module_api::model::{ForeignKey, Model};
///
/// #[derive(Model)]
/// #[model(label = "lettings.address", display = "{city}")]
/// struct Address {
///     id: i64,
///     #[model(max_length = 64)]
///     city: String,
/// }
///
/// #[derive(Model)]
/// #[model(label = "lettings.letting", display = "{title}")]
/// struct Letting {
///     id: i64,
///     #[model(max_length = 256)]
///     title: String,
///     #[model(on_delete = cascade)]
///     address: ForeignKey<Address>,
/// }
///
/// async fn in_city(city: &str, on: &mut DbConnection) -> Result<Vec<(Letting, Address)>, DbError> {
///     let is_there = Letting::ADDRESS.to(&Address::CITY).eq(city);
///     Letting::objects().filter(is_there).with(&Letting::ADDRESS).all(on).await
/// }
/// ```
pub struct ForeignKey<M> {
    id: i64,
    model: PhantomData<fn() -> M>,
}

impl<M> ForeignKey<M> {
    /// A foreign key to the row with that primary key.
    pub const fn to(id: i64) -> Self {
        Self { id, model: PhantomData }
    }

    /// The primary key of the row it refers to.
    pub const fn id(&self) -> i64 {
        self.id
    }
}

impl<M: Model> From<&M> for ForeignKey<M> {
    fn from(row: &M) -> Self {
        Self::to(row.id())
    }
}

impl<M> From<Id> for ForeignKey<M> {
    fn from(id: Id) -> Self {
        Self::to(id.0)
    }
}

impl<M> FieldType for ForeignKey<M> {
    fn read(row: &Row<'_>, column: usize) -> Result<Self, DbError> {
        row.get_at(column).map(Self::to)
    }

    fn to_value(&self) -> Value {
        Value::from(self.id)
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_int().map(Self::to)
    }
}

// Not derived, since a derive would require the same of `M`.
impl<M> Clone for ForeignKey<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for ForeignKey<M> {}

impl<M> PartialEq for ForeignKey<M> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl<M> Eq for ForeignKey<M> {}

impl<M> Hash for ForeignKey<M> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl<M> fmt::Debug for ForeignKey<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ForeignKey({})", self.id)
    }
}

/// Serializes the key as a number.
impl<M> Serialize for ForeignKey<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.id.serialize(serializer)
    }
}

/// A field that relates a model to any number of rows of another, through a table between the two.
///
/// The field itself has no value: its constant, a [`ManyToManyRelation`](super::ManyToManyRelation), reads
/// and changes the related rows. With a model between, `#[model(through = Membership)]`, the constant is a
/// [`ThroughRelation`](super::ThroughRelation), which only reads.
///
/// ```
/// # use module_api::db::Transaction;
/// # use module_api::model::{ManyToMany, Model, WriteError};
/// #[derive(Model)]
/// #[model(label = "auth.group")]
/// struct Group {
///     id: i64,
///     #[model(max_length = 150, unique)]
///     name: String,
/// }
///
/// #[derive(Model)]
/// #[model(label = "auth.user")]
/// struct User {
///     id: i64,
///     #[model(max_length = 150, unique)]
///     username: String,
///     #[model(blank)]
///     groups: ManyToMany<Group>,
/// }
///
/// async fn leave_all_but_first(user: &User, on: &mut Transaction) -> Result<(), WriteError> {
///     let groups = User::GROUPS.of(user.id, &mut *on).await?;
///     let first: Vec<i64> = groups.iter().take(1).map(|group| group.id).collect();
///     Ok(User::GROUPS.set(user.id, &first, on).await?)
/// }
/// ```
pub struct ManyToMany<M>(PhantomData<fn() -> M>);

impl<M> Default for ManyToMany<M> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<M> Clone for ManyToMany<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for ManyToMany<M> {}

impl<M> fmt::Debug for ManyToMany<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ManyToMany")
    }
}

/// Serializes the field as a unit: it has no value.
impl<M> Serialize for ManyToMany<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
