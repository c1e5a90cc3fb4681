//! A letting with its address, as the pages show it.

use module_api::Id;
use module_api::db::{DbError, Executor, FromRow, Listing, Row, query};
use module_api::serde::Serialize;

macro_rules! columns {
    () => {
        "letting.id, letting.title, address.number, address.street, address.city, address.state, \
         address.zip_code, address.country_iso_code"
    };
}

macro_rules! address {
    () => {
        "JOIN lettings_address address ON address.id = letting.address_id"
    };
}

/// All lettings, page by page.
pub(crate) const LETTINGS: Listing =
    Listing::new("lettings_letting", columns!(), "letting", address!());

/// A letting with its address: the tables `lettings_letting` and `lettings_address`.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Letting {
    id: i64,
    title: String,
    number: i64,
    street: String,
    city: String,
    state: String,
    zip_code: i64,
    country_iso_code: String,
}

impl Letting {
    /// The letting with that key, if there is one.
    pub(crate) async fn find(id: Id, on: impl Into<Executor<'_>>) -> Result<Option<Self>, DbError> {
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM lettings_letting letting ",
            address!(),
            " WHERE letting.id = $1"
        );
        query(SQL).bind(id.0).fetch_optional(on).await
    }
}

impl FromRow for Letting {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get("id")?,
            title: row.get("title")?,
            number: row.get("number")?,
            street: row.get("street")?,
            city: row.get("city")?,
            state: row.get("state")?,
            zip_code: row.get("zip_code")?,
            country_iso_code: row.get("country_iso_code")?,
        })
    }
}
