//! Rows of the pages and their queries, the same as those of the modules.

use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, Row};

use crate::database::{Database, reader};

macro_rules! letting_columns {
    () => {
        concat!(
            r#"t0."id", t0."title", t0."address_id", t1."id", t1."number", t1."street", "#,
            r#"t1."city", t1."state", t1."zip_code", t1."country_iso_code""#
        )
    };
}

macro_rules! join_address {
    () => {
        r#"JOIN "lettings_address" t1 ON t1."id" = t0."address_id""#
    };
}

macro_rules! profile_columns {
    () => {
        "account.username, account.first_name, account.last_name, account.email, \
         profile.favorite_city"
    };
}

// One row more than a page shows, to detect a next page.
const FIRST_LETTINGS: &str = concat!(
    "SELECT ",
    letting_columns!(),
    r#" FROM (SELECT t0.* FROM "lettings_letting" t0 ORDER BY t0."id" LIMIT 13) t0 "#,
    join_address!(),
    r#" ORDER BY t0."id""#
);

/// The offset is a literal in the query, like all numbers of rows there.
macro_rules! later_lettings {
    () => {
        concat!(
            "SELECT ",
            letting_columns!(),
            r#" FROM (SELECT t0."id" FROM "lettings_letting" t0 ORDER BY t0."id" "#,
            r#"LIMIT 13 OFFSET {offset}) chosen "#,
            r#"JOIN "lettings_letting" t0 ON t0."id" = chosen."id" "#,
            join_address!(),
            r#" ORDER BY t0."id""#
        )
    };
}

const LETTING: &str = concat!(
    "SELECT ",
    letting_columns!(),
    r#" FROM "lettings_letting" t0 "#,
    join_address!(),
    r#" WHERE t0."id" = $1 LIMIT 1"#
);

const FIRST_PROFILES: &str = concat!(
    "SELECT ",
    profile_columns!(),
    " FROM (SELECT * FROM profiles_profile ORDER BY id ASC LIMIT 13) profile \
     JOIN auth_user account ON account.id = profile.user_id ORDER BY profile.id"
);

const LATER_PROFILES: &str = concat!(
    "SELECT ",
    profile_columns!(),
    " FROM (SELECT id FROM profiles_profile ORDER BY id LIMIT 13 OFFSET $1) page \
     JOIN profiles_profile profile ON profile.id = page.id \
     JOIN auth_user account ON account.id = profile.user_id ORDER BY profile.id"
);

const PROFILE: &str = concat!(
    "SELECT ",
    profile_columns!(),
    " FROM profiles_profile profile \
     JOIN auth_user account ON account.id = profile.user_id WHERE account.username = $1"
);

/// A letting with its address.
#[derive(Serialize)]
pub(crate) struct Letting {
    id: i64,
    title: String,
    /// The zip code with leading zeros: one of the USA has five digits, and is stored as a
    /// number.
    zip_code: String,
    address: Address,
}

/// The address of a letting.
#[derive(Serialize)]
pub(crate) struct Address {
    number: i64,
    street: String,
    city: String,
    state: String,
    zip_code: i64,
    country_iso_code: String,
}

/// A profile with its account.
#[derive(Serialize)]
pub(crate) struct Profile {
    username: String,
    /// `true` if the username is valid in an address.
    has_page: bool,
    first_name: String,
    last_name: String,
    email: String,
    favorite_city: String,
}

/// The rows of both databases: the columns of whole numbers are 32 bits wide in PostgreSQL.
macro_rules! from_row {
    ($row:ty) => {
        impl FromRow<'_, $row> for Letting {
            fn from_row(row: &$row) -> Result<Self, sqlx::Error> {
                let address = Address {
                    number: row.try_get::<i32, _>("number")?.into(),
                    street: row.try_get("street")?,
                    city: row.try_get("city")?,
                    state: row.try_get("state")?,
                    zip_code: row.try_get::<i32, _>("zip_code")?.into(),
                    country_iso_code: row.try_get("country_iso_code")?,
                };
                let usa = address.country_iso_code.eq_ignore_ascii_case("USA");
                let digits = if usa { 5 } else { 0 };
                Ok(Self {
                    // The address's key has the same name.
                    id: row.try_get::<i32, _>(0)?.into(),
                    title: row.try_get("title")?,
                    zip_code: format!("{:0digits$}", address.zip_code),
                    address,
                })
            }
        }

        impl FromRow<'_, $row> for Profile {
            fn from_row(row: &$row) -> Result<Self, sqlx::Error> {
                let username: String = row.try_get("username")?;
                Ok(Self {
                    has_page: !matches!(username.as_str(), "" | "." | ".."),
                    username,
                    first_name: row.try_get("first_name")?,
                    last_name: row.try_get("last_name")?,
                    email: row.try_get("email")?,
                    favorite_city: row.try_get("favorite_city")?,
                })
            }
        }
    };
}

from_row!(SqliteRow);
from_row!(PgRow);

/// Runs a query on a connection of either pool.
macro_rules! on {
    ($database:expr, $query:expr, $fetch:ident) => {
        match $database {
            Database::Sqlite { readers, .. } => $query.$fetch(&mut *reader(readers).await?).await,
            Database::Postgres(pool) => $query.$fetch(&mut *Box::pin(pool.acquire()).await?).await,
        }
    };
}

/// The lettings after the first `offset`: those of a page, and one more.
pub(crate) async fn lettings(
    database: &Database,
    offset: i64,
) -> Result<Vec<Letting>, sqlx::Error> {
    match offset {
        0 => on!(database, sqlx::query_as(FIRST_LETTINGS), fetch_all),
        _ => {
            let sql = AssertSqlSafe(format!(later_lettings!(), offset = offset));
            on!(database, sqlx::query_as(sql), fetch_all)
        }
    }
}

/// The letting with that primary key.
pub(crate) async fn letting(database: &Database, id: i64) -> Result<Option<Letting>, sqlx::Error> {
    on!(database, sqlx::query_as(LETTING).bind(id), fetch_optional)
}

/// The profiles after the first `offset`: those of a page, and one more.
pub(crate) async fn profiles(
    database: &Database,
    offset: i64,
) -> Result<Vec<Profile>, sqlx::Error> {
    match offset {
        0 => on!(database, sqlx::query_as(FIRST_PROFILES), fetch_all),
        _ => on!(database, sqlx::query_as(LATER_PROFILES).bind(offset), fetch_all),
    }
}

/// The profile of the account with that name.
pub(crate) async fn profile(
    database: &Database,
    username: &str,
) -> Result<Option<Profile>, sqlx::Error> {
    on!(database, sqlx::query_as(PROFILE).bind(username), fetch_optional)
}
