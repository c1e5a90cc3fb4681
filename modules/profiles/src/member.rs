//! A member for the pages: the profile with the public data of the account, and nothing else of
//! it, such as the password hash.

use accounts::models::User;
use module_api::db::{DbError, Executor};
use module_api::is_segment;
use module_api::model::{Model, Projection, Select};
use module_api::serde::Serialize;

use crate::models::Profile;

/// A profile with its account.
#[derive(Debug, Serialize, Projection)]
#[projection(model = Profile)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Member {
    #[projection(column = Profile::USER.to(&User::USERNAME))]
    username: String,
    #[projection(column = Profile::USER.to(&User::FIRST_NAME))]
    first_name: String,
    #[projection(column = Profile::USER.to(&User::LAST_NAME))]
    last_name: String,
    #[projection(column = Profile::USER.to(&User::EMAIL))]
    email: String,
    favorite_city: String,
    /// `true` if the username is valid in an address.
    #[projection(column = Profile::USER.to(&User::USERNAME), with = has_page)]
    has_page: bool,
}

impl Member {
    /// All members.
    pub(crate) fn all() -> Select<Profile, Self> {
        Profile::objects().project()
    }

    /// The profile of the account with that name, if there is one.
    pub(crate) async fn find(
        username: &str,
        on: impl Into<Executor<'_>>,
    ) -> Result<Option<Self>, DbError> {
        Self::all().filter(Profile::USER.to(&User::USERNAME).eq(username)).first(on).await
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the column's value is given to it")]
fn has_page(username: String) -> bool {
    is_segment(&username)
}
