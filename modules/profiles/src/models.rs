//! The members' profiles.

use accounts::models::User;
use module_api::model::{ForeignKey, Model};

/// The profile of a member, in addition to the account.
#[derive(Debug, Clone, Model)]
#[model(label = "profiles.profile", display = "{user.username}")]
pub struct Profile {
    /// The primary key.
    pub id: i64,
    /// The account.
    #[model(one_to_one, on_delete = cascade)]
    pub user: ForeignKey<User>,
    /// The favorite city.
    #[model(max_length = 64, blank)]
    pub favorite_city: String,
}
