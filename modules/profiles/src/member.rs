//! A member as the pages show them: the profile with what the account says of the person, and no
//! more of the account, whose password's hash has no business in a page.

use module_api::db::{DbError, Executor, FromRow, Row, query};
use module_api::is_segment;
use module_api::model::Listing;
use module_api::serde::Serialize;

macro_rules! columns {
    () => {
        "account.username, account.first_name, account.last_name, account.email, \
         profile.favorite_city"
    };
}

macro_rules! account {
    () => {
        "JOIN auth_user account ON account.id = profile.user_id"
    };
}

/// All members, page by page.
pub(crate) const MEMBERS: Listing =
    Listing::new("profiles_profile", columns!(), "profile", account!());

/// A profile with its account: the tables `profiles_profile` and `auth_user`.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Member {
    username: String,
    first_name: String,
    last_name: String,
    email: String,
    favorite_city: String,
    /// Whether an address can carry the username.
    has_page: bool,
}

impl Member {
    /// The profile of the account of that name, if there is one.
    pub(crate) async fn find(
        username: &str,
        on: impl Into<Executor<'_>>,
    ) -> Result<Option<Self>, DbError> {
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM profiles_profile profile ",
            account!(),
            " WHERE account.username = $1"
        );
        query(SQL).bind(username).fetch_optional(on).await
    }
}

impl FromRow for Member {
    fn from_row(row: &Row<'_>) -> Result<Self, DbError> {
        let username: String = row.get("username")?;
        Ok(Self {
            has_page: is_segment(&username),
            username,
            first_name: row.get("first_name")?,
            last_name: row.get("last_name")?,
            email: row.get("email")?,
            favorite_city: row.get("favorite_city")?,
        })
    }
}
