//! Reading the columns of a row, of either database.

use std::net::IpAddr;
use std::num::TryFromIntError;

use rust_decimal::Decimal;
use sqlx::postgres::PgRow;
use sqlx::postgres::types::PgInterval;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Sqlite, TypeInfo, ValueRef};
use time::{Date, Duration, OffsetDateTime, Time, UtcDateTime};
use uuid::Uuid;

use crate::{DbError, duration};

/// A row of a result.
///
/// ```
/// use module_api::db::{Db, DbError, FromRow, Row, query};
///
/// struct Stay {
///     nights: i64,
/// }
///
/// impl FromRow for Stay {
///     fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
///         let (arrival, departure): (i64, i64) = (row.get("arrival")?, row.get("departure")?);
///         Ok(Self { nights: departure - arrival })
///     }
/// }
/// # module_api::rocket::async_test(async {
/// # let options = module_api::rocket::figment::Figment::from(("url", "sqlite::memory:"));
/// # let options: module_api::db::DatabaseOptions = options.extract()?;
/// # let db = Db::from(module_api::db::DbPool::open(options.location()?, &options).await?);
///
/// let stay = query("SELECT 3 AS arrival, 10 AS departure");
/// let stay: Stay = stay.fetch_one(&mut db.acquire().await?).await?;
/// assert_eq!(stay.nights, 7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub enum Row<'a> {
    /// From SQLite.
    Sqlite(&'a SqliteRow),
    /// From PostgreSQL.
    Postgres(&'a PgRow),
}

impl Row<'_> {
    /// The value of the column at that index, from 0.
    ///
    /// # Errors
    ///
    /// There is no such column, or its value is of another type.
    pub fn get_at<T: FromColumn>(&self, column: usize) -> Result<T, DbError> {
        let result = match self {
            Self::Sqlite(row) => T::from_sqlite(row, column),
            Self::Postgres(row) => T::from_postgres(row, column),
        };
        result.map_err(|source| DbError::Column { column: self.name_of(column), source })
    }

    /// Returns `true` if the column at that index is `NULL`.
    ///
    /// # Errors
    ///
    /// There is no such column.
    pub fn is_null(&self, column: usize) -> Result<bool, DbError> {
        let result = match self {
            Self::Sqlite(row) => row.try_get_raw(column).map(|value| value.is_null()),
            Self::Postgres(row) => row.try_get_raw(column).map(|value| value.is_null()),
        };
        result.map_err(|source| DbError::Column { column: self.name_of(column), source })
    }

    /// The index of the column with that name, from 0.
    ///
    /// # Errors
    ///
    /// There is no such column.
    pub fn place_of(&self, column: &str) -> Result<usize, DbError> {
        let place = match self {
            Self::Sqlite(row) => ColumnIndex::<SqliteRow>::index(&column, row),
            Self::Postgres(row) => ColumnIndex::<PgRow>::index(&column, row),
        };
        place.map_err(|source| DbError::Column { column: column.to_owned(), source })
    }

    fn name_of(&self, column: usize) -> String {
        let name = match self {
            Self::Sqlite(row) => row.columns().get(column).map(sqlx::Column::name),
            Self::Postgres(row) => row.columns().get(column).map(sqlx::Column::name),
        };
        name.map_or_else(|| column.to_string(), str::to_owned)
    }

    /// The value of the column of that name.
    ///
    /// # Errors
    ///
    /// There is no such column, or its value is of another type.
    pub fn get<T: FromColumn>(&self, column: &str) -> Result<T, DbError> {
        self.get_at(self.place_of(column)?)
    }
}

/// A value read from a row of a query.
///
/// It is [derived](derive@crate::FromRow), or written by hand where a value takes more than one
/// column.
///
/// ```
/// use module_api::db::FromRow;
///
/// /// `SELECT id, username, is_active, city, zip_code FROM …`
/// #[derive(FromRow)]
/// struct Member {
///     id: i64,
///     #[row(column = "username")]
///     name: String,
///     #[row(column = "is_active", with = is_set)]
///     active: bool,
///     #[row(flatten)]
///     home: Home,
/// }
///
/// #[derive(FromRow)]
/// struct Home {
///     city: Option<String>,
///     zip_code: i32,
/// }
///
/// /// `SELECT city, COUNT(*) FROM …`
/// #[derive(FromRow)]
/// struct Members(String, i64);
///
/// fn is_set(number: i64) -> bool {
///     number != 0
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a row",
    note = "write `#[derive(FromRow)]` on the struct"
)]
pub trait FromRow: Sized + Send {
    /// Reads the row.
    ///
    /// # Errors
    ///
    /// A column is missing or of another type.
    fn from_row(row: &Row<'_>) -> Result<Self, DbError>;
}

macro_rules! from_row_of_tuple {
    ($($type:ident $place:literal),*) => {
        /// The first columns of a row, in their order.
        impl<$($type: FromColumn + Send),*> FromRow for ($($type,)*) {
            fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
                Ok(($(row.get_at::<$type>($place)?,)*))
            }
        }
    };
}

from_row_of_tuple!(A 0);
from_row_of_tuple!(A 0, B 1);
from_row_of_tuple!(A 0, B 1, C 2);
from_row_of_tuple!(A 0, B 1, C 2, D 3);

/// A value read from a column.
///
/// ```
/// use module_api::db::{Db, DbError, FromColumn, Row, query};
///
/// fn first_column<T: FromColumn>(row: &Row<'_>) -> Result<T, DbError> {
///     row.get_at(0)
/// }
/// # module_api::rocket::async_test(async {
/// # let options = module_api::rocket::figment::Figment::from(("url", "sqlite::memory:"));
/// # let options: module_api::db::DatabaseOptions = options.extract()?;
/// # let db = Db::from(module_api::db::DbPool::open(options.location()?, &options).await?);
///
/// let mut connection = db.acquire().await?;
/// let numbers = query("SELECT 1 UNION SELECT 2 ORDER BY 1");
/// let numbers: Vec<i32> = numbers.fetch_all_with(first_column, (&mut connection).into()).await?;
/// assert_eq!(numbers, [1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a column",
    note = "read `bool`, `i16`, `i32`, `i64`, `f64`, `Decimal`, `String`, `UtcDateTime`, `Date`, \
            `Time`, `Duration`, `Uuid`, `IpAddr`, `Vec<u8>`, `Json<T>` or an `Option` of them, or \
            make the value of one of them with `#[row(with = function)]`"
)]
pub trait FromColumn: Sized {
    /// Reads it from a row of SQLite.
    ///
    /// # Errors
    ///
    /// There is no such column, or its value is of another type.
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error>;

    /// Reads it from a row of PostgreSQL.
    ///
    /// # Errors
    ///
    /// There is no such column, or its value is of another type.
    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error>;
}

macro_rules! from_column {
    ($($type:ty),*) => {$(
        impl FromColumn for $type {
            fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
                row.try_get(column)
            }

            fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
                row.try_get(column)
            }
        }
    )*};
}

from_column!(bool, Date, Time, Vec<u8>);

impl FromColumn for String {
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
        row.try_get(column)
    }

    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
        let value = row.try_get_raw(column)?;
        // The usual types are compared by name: `try_get` compares the column's type with a list of all
        // text types, which takes longer than reading the value.
        if value.is_null() || !matches!(value.type_info().name(), "VARCHAR" | "TEXT") {
            return row.try_get(column);
        }
        let decoded = <Self as Decode<Postgres>>::decode(value);
        decoded.map_err(|source| sqlx::Error::ColumnDecode { index: column.to_string(), source })
    }
}

/// A whole number, of any width of the column: Django's keys are `int4` or `int8`, depending on its
/// version.
impl FromColumn for i64 {
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
        row.try_get(column)
    }

    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
        let value = row.try_get_raw(column)?;
        let decoded = match value.type_info().name() {
            "INT2" => <i16 as Decode<Postgres>>::decode(value).map(Self::from),
            "INT4" => <i32 as Decode<Postgres>>::decode(value).map(Self::from),
            "INT8" => <Self as Decode<Postgres>>::decode(value),
            other => Err(format!("a column of type {other} is no whole number").into()),
        };
        decoded.map_err(|source| sqlx::Error::ColumnDecode { index: column.to_string(), source })
    }
}

/// A moment. On SQLite it is text, in UTC unless it has an offset.
impl FromColumn for UtcDateTime {
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
        row.try_get::<OffsetDateTime, _>(column).map(Self::from)
    }

    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
        row.try_get::<OffsetDateTime, _>(column).map(Self::from)
    }
}

/// A floating-point number, of either width.
impl FromColumn for f64 {
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
        row.try_get(column)
    }

    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
        if row.try_get_raw(column)?.type_info().name() == "FLOAT4" {
            return row.try_get::<f32, _>(column).map(Self::from);
        }
        row.try_get(column)
    }
}

/// A decimal number. On SQLite it is a whole or floating-point number; of the latter, 15 digits count,
/// as in Django.
impl FromColumn for Decimal {
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
        let value = row.try_get_raw(column)?;
        let decoded = match value.type_info().name() {
            "INTEGER" => <i64 as Decode<Sqlite>>::decode(value).map(Self::from),
            "REAL" => <f64 as Decode<Sqlite>>::decode(value)
                .and_then(|number| Ok(decimal_of_real(number)?)),
            _ => <&str as Decode<Sqlite>>::decode(value).and_then(|text| Ok(text.parse()?)),
        };
        decoded.map_err(|source| wrong(column, source))
    }

    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
        row.try_get(column)
    }
}

/// The decimal number that SQLite stores as a floating-point one.
#[doc(hidden)]
pub fn decimal_of_real(number: f64) -> Result<Decimal, rust_decimal::Error> {
    // Of numbers such as 0.1 + 0.2 - 0.3 a decimal number keeps 28 places.
    if number.abs() < 1e-14 {
        return Ok(format!("{number:.28}").parse::<Decimal>()?.normalize());
    }
    // A double keeps fifteen digits. The shortest that name it are mostly fewer, without zeros to strip.
    let shortest = format!("{number:e}");
    let digits = shortest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit);
    let text = if digits.count() <= 15 { shortest } else { format!("{number:.14e}") };
    Ok(Decimal::from_scientific(&text)?.normalize())
}

/// A duration. On SQLite it is a number of microseconds.
impl FromColumn for Duration {
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
        row.try_get(column).map(Self::microseconds)
    }

    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
        row.try_get::<PgInterval, _>(column).map(|interval| duration::length(&interval))
    }
}

/// A UUID. On SQLite it is text of 32 digits.
impl FromColumn for Uuid {
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
        let text: &str = row.try_get(column)?;
        Self::parse_str(text).map_err(|error| wrong(column, error.into()))
    }

    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
        row.try_get(column)
    }
}

/// An IP address. On SQLite it is text.
impl FromColumn for IpAddr {
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
        let text: &str = row.try_get(column)?;
        text.parse().map_err(|error: std::net::AddrParseError| wrong(column, error.into()))
    }

    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
        row.try_get(column)
    }
}

/// The error of a column with a value of another type.
fn wrong(column: usize, source: sqlx::error::BoxDynError) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_string(), source }
}

macro_rules! narrow_column {
    ($($type:ty, $bits:literal;)*) => {$(
        #[doc = concat!("A whole number of ", $bits, " bits, from a column of any width.")]
        impl FromColumn for $type {
            fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
                narrow(i64::from_sqlite(row, column)?, column)
            }

            fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
                narrow(i64::from_postgres(row, column)?, column)
            }
        }
    )*};
}

narrow_column! {
    i16, "16";
    i32, "32";
}

fn narrow<T: TryFrom<i64, Error = TryFromIntError>>(
    value: i64,
    column: usize,
) -> Result<T, sqlx::Error> {
    T::try_from(value).map_err(|source| sqlx::Error::ColumnDecode {
        index: column.to_string(),
        source: source.into(),
    })
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
        if row.try_get_raw(column)?.is_null() {
            return Ok(None);
        }
        T::from_sqlite(row, column).map(Some)
    }

    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
        if row.try_get_raw(column)?.is_null() {
            return Ok(None);
        }
        T::from_postgres(row, column).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::iter::successors;

    use rust_decimal::Decimal;

    use super::decimal_of_real;

    /// The number with fifteen digits, as Django reads it.
    fn fifteen_digits(number: f64) -> Decimal {
        Decimal::from_scientific(&format!("{number:.14e}")).unwrap().normalize()
    }

    #[test]
    fn real_numbers_are_decimal_ones_of_fifteen_digits() {
        for (number, decimal) in [
            (0.0, "0"),
            (-0.0, "0"),
            (285.5, "285.5"),
            (0.1 + 0.2, "0.3"),
            (-19.99, "-19.99"),
            (100.0, "100"),
            (123_456_789_012_345.6, "123456789012346"),
            (9_007_199_254_740_993.0, "9007199254740990"),
            (1e28, "10000000000000000000000000000"),
            (1e-10, "0.0000000001"),
            (0.1 + 0.2 - 0.3, "0.0000000000000000555111512313"),
            (-1e-20, "-0.00000000000000000001"),
            (1e-30, "0"),
            (f64::MIN_POSITIVE, "0"),
        ] {
            assert_eq!(decimal_of_real(number).unwrap().to_string(), decimal, "{number}");
        }
    }

    #[test]
    fn the_shortest_digits_and_fifteen_are_the_same_number() {
        // The golden ratio's powers have all kinds of digits.
        let powers = successors(Some(1e-12_f64), |number| Some(number * 1.618_033_988_749_895));
        for power in powers.take_while(|number| *number < 1e27) {
            for number in [power, -power, (power * 100.0).round() / 100.0, power.round()] {
                assert_eq!(decimal_of_real(number).unwrap(), fifteen_digits(number), "{number}");
            }
        }
    }
}
