//! A running site: what can be asked of it, and what can be put into it.

use std::fs;
use std::path::Path;

use module_api::db::{Db, query};
use rocket::http::{Header, Method};
use rocket::local::asynchronous::Client;
use tempfile::TempDir;

use crate::setup::write_template;
use crate::{Answer, Database, DatabaseKind, Setup};

/// A site inside this process.
pub struct TestSite {
    pub(crate) client: Client,
    pub(crate) root: TempDir,
    // Dropped last, when nobody uses it.
    pub(crate) database: Database,
}

/// Where a letting is.
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
    /// The e-mail address.
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

impl TestSite {
    /// A site on a fresh database, to be described further and started.
    pub fn on(kind: DatabaseKind) -> Setup {
        Setup::on(kind)
    }

    /// Asks for an address.
    pub async fn get(&self, address: &str) -> Answer {
        self.send(Method::Get, address, &[]).await
    }

    /// Asks for an address with headers of one's own.
    pub async fn get_with(&self, address: &str, headers: &[(&'static str, &str)]) -> Answer {
        self.send(Method::Get, address, headers).await
    }

    /// Asks for the head of what is at an address.
    pub async fn head(&self, address: &str) -> Answer {
        self.send(Method::Head, address, &[]).await
    }

    /// Posts a body.
    pub async fn post(
        &self,
        address: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Answer {
        self.send_body(Method::Post, address, headers, body).await
    }

    /// Sends a request.
    pub async fn send(
        &self,
        method: Method,
        address: &str,
        headers: &[(&'static str, &str)],
    ) -> Answer {
        self.send_body(method, address, headers, &[]).await
    }

    async fn send_body(
        &self,
        method: Method,
        address: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Answer {
        // Of a header Rocket's local client makes no cookies.
        let is_cookie = |(name, _): &&(&'static str, &str)| *name == "Cookie";
        let pairs = headers.iter().filter(is_cookie).flat_map(|(_, value)| value.split(';'));
        let cookies: Vec<(String, String)> = pairs
            .filter_map(|pair| pair.trim().split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let others: Vec<_> = headers.iter().filter(|header| !is_cookie(header)).copied().collect();
        self.exchange(method, address, &others, cookies, body).await
    }

    /// Sends a request with cookies, of which the values are not encoded.
    pub(crate) async fn exchange(
        &self,
        method: Method,
        address: &str,
        headers: &[(&'static str, &str)],
        cookies: impl IntoIterator<Item = (String, String)>,
        body: &[u8],
    ) -> Answer {
        let mut request = self.client.req(method, address).body(body).cookies(cookies);
        for (name, value) in headers {
            request.add_header(Header::new(*name, (*value).to_owned()));
        }
        let response = request.dispatch().await;
        let status = response.status().code;
        let header = |header: Header<'_>| (header.name().to_string(), header.value().to_owned());
        let headers: Vec<(String, String)> = response.headers().iter().map(header).collect();
        let body = response.into_bytes().await.unwrap_or_default();
        Answer::new(status, headers.into_iter(), body)
    }

    /// Writes a template of the site itself while it runs.
    pub fn write_template(&self, file: &str, text: &str) {
        write_template(self.root.path(), file, text);
    }

    /// Removes a template of the site itself.
    pub fn remove_template(&self, file: &str) {
        fs::remove_file(self.root.path().join("templates").join(file)).unwrap();
    }

    /// The site's folder.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The site's database, as its handlers have it.
    pub fn db(&self) -> &Db {
        self.client.rocket().state().expect("the database is managed")
    }

    /// The database, as the tests made it.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Adds a letting; its id.
    pub async fn add_letting(&self, title: &str, at: Address) -> i64 {
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

    /// Adds a member with a profile.
    pub async fn add_profile(&self, person: Person<'_>) {
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
