//! The queries written by hand with sqlx.

use lettings::models::Address as NewAddress;
use module_api::db::Executor;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Error, FromRow, Row};

const GET: &str = "SELECT id, title, address_id FROM lettings_letting WHERE id = $1";

const GET_RELATED: &str = "SELECT letting.id, letting.title, letting.address_id, address.number, \
     address.street, address.city, address.state, address.zip_code, address.country_iso_code \
     FROM lettings_letting letting \
     JOIN lettings_address address ON address.id = letting.address_id WHERE letting.id = $1";

const LIST: &str = "SELECT letting.id, letting.title, letting.address_id, address.number, \
     address.street, address.city, address.state, address.zip_code, address.country_iso_code \
     FROM (SELECT * FROM lettings_letting ORDER BY id LIMIT 12) letting \
     JOIN lettings_address address ON address.id = letting.address_id ORDER BY letting.id";

const COUNT: &str = "SELECT COUNT(*) FROM lettings_letting WHERE id <= $1";

const INSERT_ADDRESS: &str = "INSERT INTO lettings_address \
     (number, street, city, state, zip_code, country_iso_code) \
     VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";

const ADDRESS_EXISTS: &str = "SELECT 1 FROM lettings_address WHERE id = $1";
const ADDRESS_IS_TAKEN: &str = "SELECT 1 FROM lettings_letting WHERE address_id = $1";
const INSERT_LETTING: &str =
    "INSERT INTO lettings_letting (title, address_id) VALUES ($1, $2) RETURNING id";

const UPDATE: &str = "UPDATE lettings_letting SET title = $1 WHERE id = $2";

/// A letting.
#[expect(dead_code, reason = "it is read for its cost")]
pub(crate) struct Letting {
    id: i64,
    title: String,
    address_id: i64,
}

/// The address of a letting.
#[expect(dead_code, reason = "it is read for its cost")]
pub(crate) struct Address {
    id: i64,
    number: i32,
    street: String,
    city: String,
    state: String,
    zip_code: i32,
    country_iso_code: String,
}

/// A letting with its address.
#[expect(dead_code, reason = "it is read for its cost")]
pub(crate) struct Located {
    letting: Letting,
    address: Address,
}

/// The rows of both databases: the columns of whole numbers are 32 bits wide in PostgreSQL.
macro_rules! from_row {
    ($row:ty) => {
        impl FromRow<'_, $row> for Letting {
            fn from_row(row: &$row) -> Result<Self, Error> {
                Ok(Self {
                    id: row.try_get::<i32, _>("id")?.into(),
                    title: row.try_get("title")?,
                    address_id: row.try_get::<i32, _>("address_id")?.into(),
                })
            }
        }

        impl FromRow<'_, $row> for Located {
            fn from_row(row: &$row) -> Result<Self, Error> {
                let letting = Letting::from_row(row)?;
                let address = Address {
                    id: letting.address_id,
                    number: row.try_get("number")?,
                    street: row.try_get("street")?,
                    city: row.try_get("city")?,
                    state: row.try_get("state")?,
                    zip_code: row.try_get("zip_code")?,
                    country_iso_code: row.try_get("country_iso_code")?,
                };
                Ok(Self { letting, address })
            }
        }
    };
}

from_row!(SqliteRow);
from_row!(PgRow);

/// Runs a query on either kind of connection.
macro_rules! on {
    ($on:expr, $query:expr, $fetch:ident) => {
        match $on {
            Executor::Sqlite(connection) => $query.$fetch(connection).await,
            Executor::Postgres(connection, _) => $query.$fetch(connection).await,
        }
    };
}

pub(crate) async fn get(on: Executor<'_>, id: i64) -> Result<Option<Letting>, Error> {
    on!(on, sqlx::query_as(GET).bind(id), fetch_optional)
}

pub(crate) async fn get_related(on: Executor<'_>, id: i64) -> Result<Option<Located>, Error> {
    on!(on, sqlx::query_as(GET_RELATED).bind(id), fetch_optional)
}

pub(crate) async fn list(on: Executor<'_>) -> Result<Vec<Located>, Error> {
    on!(on, sqlx::query_as(LIST), fetch_all)
}

pub(crate) async fn count(on: Executor<'_>, last: i64) -> Result<i64, Error> {
    on!(on, sqlx::query_scalar(COUNT).bind(last), fetch_one)
}

pub(crate) async fn insert_address(on: Executor<'_>, address: &NewAddress) -> Result<i32, Error> {
    on!(
        on,
        sqlx::query_scalar(INSERT_ADDRESS)
            .bind(address.number)
            .bind(&address.street)
            .bind(&address.city)
            .bind(&address.state)
            .bind(address.zip_code)
            .bind(&address.country_iso_code),
        fetch_one
    )
}

/// Inserts a letting after checking that the address exists and is free, as a form does.
pub(crate) async fn insert_letting(
    mut on: Executor<'_>,
    title: &str,
    address: i32,
) -> Result<i32, Error> {
    let exists: Option<i32> =
        on!(on.reborrow(), sqlx::query_scalar(ADDRESS_EXISTS).bind(address), fetch_optional)?;
    let taken: Option<i32> =
        on!(on.reborrow(), sqlx::query_scalar(ADDRESS_IS_TAKEN).bind(address), fetch_optional)?;
    if exists.is_none() || taken.is_some() {
        return Err(Error::RowNotFound);
    }
    on!(on, sqlx::query_scalar(INSERT_LETTING).bind(title).bind(address), fetch_one)
}

pub(crate) async fn update(on: Executor<'_>, title: &str, id: i64) -> Result<u64, Error> {
    Ok(match on {
        Executor::Sqlite(connection) => {
            sqlx::query(UPDATE).bind(title).bind(id).execute(connection).await?.rows_affected()
        }
        Executor::Postgres(connection, _) => {
            sqlx::query(UPDATE).bind(title).bind(id).execute(connection).await?.rows_affected()
        }
    })
}
