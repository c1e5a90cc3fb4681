//! The rows of the pages, and their queries: each selects the columns that its page needs.

use sqlx::postgres::{PgPool, PgRow};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{FromRow, Row};

/// The number of rows on a page of a list.
pub(crate) const PAGE_SIZE: u32 = 12;

// One row more than a page shows, to detect a next page.
const LETTINGS: &str = "SELECT letting.id, letting.title, address.city, address.state, \
                        address.country_iso_code FROM lettings_letting letting \
                        JOIN lettings_address address ON address.id = letting.address_id \
                        ORDER BY letting.id LIMIT 13 OFFSET $1";

const LETTING: &str = "SELECT letting.id, letting.title, address.number, address.street, \
                       address.city, address.state, address.zip_code, address.country_iso_code \
                       FROM lettings_letting letting \
                       JOIN lettings_address address ON address.id = letting.address_id \
                       WHERE letting.id = $1";

const PROFILES: &str = "SELECT account.username, account.first_name, account.last_name, \
                        profile.favorite_city FROM profiles_profile profile \
                        JOIN auth_user account ON account.id = profile.user_id \
                        ORDER BY profile.id LIMIT 13 OFFSET $1";

const PROFILE: &str = "SELECT account.username, account.first_name, account.last_name, \
                       account.email, profile.favorite_city FROM profiles_profile profile \
                       JOIN auth_user account ON account.id = profile.user_id \
                       WHERE account.username = $1";

/// A letting in the list.
pub(crate) struct LettingSummary {
    pub(crate) id: i32,
    pub(crate) title: String,
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) country: String,
}

/// A letting with its address.
pub(crate) struct Letting {
    pub(crate) id: i32,
    pub(crate) title: String,
    pub(crate) number: i32,
    pub(crate) street: String,
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) zip_code: i32,
    pub(crate) country: String,
}

/// A profile in the list.
pub(crate) struct ProfileSummary {
    pub(crate) username: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) favorite_city: String,
}

/// A profile with its account.
pub(crate) struct Profile {
    pub(crate) username: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    pub(crate) favorite_city: String,
}

/// The queries, on either database.
pub(crate) trait Database: Clone + Send + Sync + 'static {
    /// The lettings after the first `offset`: those of a page, and one more.
    fn lettings(
        &self,
        offset: i64,
    ) -> impl Future<Output = sqlx::Result<Vec<LettingSummary>>> + Send;

    /// The letting with that primary key.
    fn letting(&self, id: i64) -> impl Future<Output = sqlx::Result<Option<Letting>>> + Send;

    /// The profiles after the first `offset`: those of a page, and one more.
    fn profiles(
        &self,
        offset: i64,
    ) -> impl Future<Output = sqlx::Result<Vec<ProfileSummary>>> + Send;

    /// The profile of the account with that name.
    fn profile(&self, username: &str)
    -> impl Future<Output = sqlx::Result<Option<Profile>>> + Send;
}

/// Reads the columns in the order of their fields.
macro_rules! from_row {
    ($($row:ty => $type:ident { $($field:ident: $column:literal),+ })+) => { $(
        impl FromRow<'_, $row> for $type {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self { $($field: row.try_get($column)?),+ })
            }
        }
    )+ };
}

macro_rules! database {
    ($pool:ty, $row:ty) => {
        from_row! {
            $row => LettingSummary { id: 0, title: 1, city: 2, state: 3, country: 4 }
            $row => Letting {
                id: 0, title: 1, number: 2, street: 3, city: 4, state: 5, zip_code: 6, country: 7
            }
            $row => ProfileSummary {
                username: 0, first_name: 1, last_name: 2, favorite_city: 3
            }
            $row => Profile {
                username: 0, first_name: 1, last_name: 2, email: 3, favorite_city: 4
            }
        }

        impl Database for $pool {
            async fn lettings(&self, offset: i64) -> sqlx::Result<Vec<LettingSummary>> {
                sqlx::query_as(LETTINGS).bind(offset).fetch_all(self).await
            }

            async fn letting(&self, id: i64) -> sqlx::Result<Option<Letting>> {
                sqlx::query_as(LETTING).bind(id).fetch_optional(self).await
            }

            async fn profiles(&self, offset: i64) -> sqlx::Result<Vec<ProfileSummary>> {
                sqlx::query_as(PROFILES).bind(offset).fetch_all(self).await
            }

            async fn profile(&self, username: &str) -> sqlx::Result<Option<Profile>> {
                sqlx::query_as(PROFILE).bind(username).fetch_optional(self).await
            }
        }
    };
}

database!(SqlitePool, SqliteRow);
database!(PgPool, PgRow);

impl Letting {
    /// The zip code with leading zeros: one of the USA has five digits, and is stored as a number.
    pub(crate) fn zip_code(&self) -> String {
        let digits = if self.country.eq_ignore_ascii_case("USA") { 5 } else { 0 };
        format!("{:0digits$}", self.zip_code)
    }
}

/// The first letter of a username, for the avatar of its account.
pub(crate) fn monogram(username: &str) -> String {
    username.chars().take(1).flat_map(char::to_uppercase).collect()
}

/// The colour of the avatar, from 0 to 3.
pub(crate) fn colour(username: &str) -> usize {
    username.chars().count() % 4
}
