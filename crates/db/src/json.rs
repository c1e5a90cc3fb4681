//! JSON in columns: `jsonb` on PostgreSQL, text on SQLite.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgRow, PgTypeInfo};
use sqlx::sqlite::SqliteRow;
use sqlx::{Encode, Postgres, Row as _, Type, TypeInfo, ValueRef};

use crate::FromColumn;

/// A value that a column stores as JSON, through serde.
///
/// ```
/// use module_api::model::{Json, Model};
/// use module_api::serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// #[serde(crate = "module_api::serde")]
/// struct Opening {
///     day: String,
///     hours: Vec<u8>,
/// }
///
/// #[derive(Model)]
/// #[model(label = "shops.shop")]
/// struct Shop {
///     id: i64,
///     openings: Json<Vec<Opening>>,
/// }
///
/// fn is_ever_open(shop: &Shop) -> bool {
///     shop.openings.iter().any(|opening| !opening.hours.is_empty())
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Serialize> Json<T> {
    /// The value as JSON text; empty, which is not valid JSON, if it cannot be serialized, like a map whose
    /// keys are neither texts nor numbers.
    pub fn to_text(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

impl<T: DeserializeOwned> FromColumn for Json<T> {
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
        let text: &str = row.try_get(column)?;
        decoded(serde_json::from_str(text), column)
    }

    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
        decoded(
            postgres_bytes(row, column).and_then(|bytes| Ok(serde_json::from_slice(bytes)?)),
            column,
        )
    }
}

fn decoded<T, E: Into<BoxDynError>>(
    result: Result<T, E>,
    column: usize,
) -> Result<Json<T>, sqlx::Error> {
    let wrong =
        |source: E| sqlx::Error::ColumnDecode { index: column.to_string(), source: source.into() };
    result.map(Json).map_err(wrong)
}

/// The text of a column of JSON, in bytes.
fn postgres_bytes(row: &PgRow, column: usize) -> Result<&[u8], BoxDynError> {
    let value = row.try_get_raw(column)?;
    let is_jsonb = value.type_info().name() == "JSONB";
    let bytes = value.as_bytes()?;
    // A byte with the version of the format comes first.
    Ok(if is_jsonb { bytes.get(1..).unwrap_or_default() } else { bytes })
}

/// The text of a column of JSON.
#[doc(hidden)]
pub struct JsonText(pub String);

impl FromColumn for JsonText {
    fn from_sqlite(row: &SqliteRow, column: usize) -> Result<Self, sqlx::Error> {
        row.try_get(column).map(Self)
    }

    fn from_postgres(row: &PgRow, column: usize) -> Result<Self, sqlx::Error> {
        let text = postgres_bytes(row, column).and_then(|bytes| Ok(std::str::from_utf8(bytes)?));
        let wrong = |source| sqlx::Error::ColumnDecode { index: column.to_string(), source };
        text.map(|text| Self(text.to_owned())).map_err(wrong)
    }
}

/// Text that PostgreSQL is given as `jsonb`.
#[doc(hidden)]
pub struct Jsonb<T>(pub T);

impl<T> Type<Postgres> for Jsonb<T> {
    fn type_info() -> PgTypeInfo {
        <sqlx::types::Json<()> as Type<Postgres>>::type_info()
    }
}

impl<T> PgHasArrayType for Jsonb<T> {
    fn array_type_info() -> PgTypeInfo {
        <sqlx::types::Json<()> as PgHasArrayType>::array_type_info()
    }
}

impl<T: AsRef<str>> Encode<'_, Postgres> for Jsonb<T> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        // The version of the format.
        buffer.push(1);
        buffer.extend(self.0.as_ref().as_bytes());
        Ok(IsNull::No)
    }
}

/// Returns `true` if two texts are the same JSON. Numbers are compared as text, since not all of them fit a
/// numeric type.
pub(crate) fn is_same_json(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    match (a.trim_start().bytes().next(), b.trim_start().bytes().next()) {
        (Some(b'{'), Some(b'{')) => {
            let of = |text| serde_json::from_str::<BTreeMap<String, &RawValue>>(text);
            let (Ok(a), Ok(b)) = (of(a), of(b)) else { return false };
            a.len() == b.len()
                && a.iter()
                    .zip(&b)
                    .all(|((key, a), (other, b))| key == other && is_same_json(a.get(), b.get()))
        }
        (Some(b'['), Some(b'[')) => {
            let of = |text| serde_json::from_str::<Vec<&RawValue>>(text);
            let (Ok(a), Ok(b)) = (of(a), of(b)) else { return false };
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| is_same_json(a.get(), b.get()))
        }
        (Some(b'"'), Some(b'"')) => {
            let of = |text| serde_json::from_str::<String>(text).ok();
            of(a).is_some_and(|a| Some(a) == of(b))
        }
        _ => a.trim() == b.trim(),
    }
}
