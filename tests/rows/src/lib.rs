//! Rows of the modules `lettings` and `profiles`, for tests of all that shows them.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

use module_api::db::query;
use module_test::TestSite;

/// The address of a letting.
#[derive(Debug, Clone, Copy)]
pub struct Address {
    /// The number of the house.
    pub number: i64,
    /// The street.
    pub street: &'static str,
    /// The city.
    pub city: &'static str,
    /// The state, of two letters.
    pub state: &'static str,
    /// The zip code.
    pub zip_code: i64,
    /// The country, of three letters.
    pub country_iso_code: &'static str,
}

/// A member with a profile.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// The name to sign in with.
    pub username: &'a str,
    /// The first name.
    pub first_name: &'a str,
    /// The last name.
    pub last_name: &'a str,
    /// The email address.
    pub email: &'a str,
    /// The favorite city.
    pub favorite_city: &'a str,
}

impl Address {
    /// An address for tests that care for none.
    pub const SOMEWHERE: Self = Self {
        number: 7217,
        street: "Bedford Street",
        city: "Brunswick",
        state: "GA",
        zip_code: 31525,
        country_iso_code: "USA",
    };
}

impl<'a> Person<'a> {
    /// A member of whom only the username matters.
    pub const fn named(username: &'a str) -> Self {
        Self { username, first_name: "Ann", last_name: "Other", email: "a@b.c", favorite_city: "X" }
    }
}

/// Adds rows of the modules `lettings` and `profiles`.
pub trait AddRows {
    /// Adds a letting; its id.
    fn add_letting(&self, title: &str, at: Address) -> impl Future<Output = i64>;

    /// Adds a member with a profile.
    fn add_profile(&self, person: Person<'_>) -> impl Future<Output = ()>;
}

impl AddRows for TestSite {
    async fn add_letting(&self, title: &str, at: Address) -> i64 {
        let mut transaction = self.db().begin().await.unwrap();
        let (address,): (i64,) = query(
            "INSERT INTO lettings_address (number, street, city, state, zip_code, country_iso_code) \
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id AS value",
        )
        .bind(at.number)
        .bind(at.street)
        .bind(at.city)
        .bind(at.state)
        .bind(at.zip_code)
        .bind(at.country_iso_code)
        .fetch_one(&mut transaction)
        .await
        .unwrap();
        let (letting,): (i64,) = query(
            "INSERT INTO lettings_letting (title, address_id) VALUES ($1, $2) RETURNING id AS value",
        )
        .bind(title)
        .bind(address)
        .fetch_one(&mut transaction)
        .await
        .unwrap();
        transaction.commit().await.unwrap();
        letting
    }

    async fn add_profile(&self, person: Person<'_>) {
        let mut transaction = self.db().begin().await.unwrap();
        let (user,): (i64,) = query(
            "INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, \
             email, is_staff, is_active, date_joined) \
             VALUES ('!', FALSE, $1, $2, $3, $4, FALSE, TRUE, CURRENT_TIMESTAMP) \
             RETURNING id AS value",
        )
        .bind(person.username)
        .bind(person.first_name)
        .bind(person.last_name)
        .bind(person.email)
        .fetch_one(&mut transaction)
        .await
        .unwrap();
        query("INSERT INTO profiles_profile (user_id, favorite_city) VALUES ($1, $2)")
            .bind(user)
            .bind(person.favorite_city)
            .execute(&mut transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
    }
}
