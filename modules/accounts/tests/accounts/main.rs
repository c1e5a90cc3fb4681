//! Accounts: authentication, sessions and permissions.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

use accounts::NewUser;
use module_test::{Answer, TestSite};
mod guards;
mod known_browsers;
mod messages;
mod password_change;
mod password_reset;
mod rehashing;
mod renamed_models;
mod sessions;
mod signing_in;
mod signing_out;
mod throttle;
mod usernames;

use accounts as _;
use admin as _;
use home as _;
use lettings as _;
use module_api::db::{Value, query};
use profiles as _;

/// A password that Django's validators take.
const GOOD: &str = "blue kettle on fire";

/// A user of that name, with [`GOOD`] for a password.
const fn user(username: &str) -> NewUser<'_> {
    NewUser::named(username, GOOD)
}

/// Runs a statement on the site's database; how many rows it changed.
async fn execute(site: &TestSite, sql: &'static str, values: &[Value]) -> u64 {
    let mut transaction = site.db().begin().await.unwrap();
    let statement = query(sql).bind_all(values.iter().cloned());
    let changed = statement.execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    changed
}

/// A number that a query tells as `value`.
async fn number(site: &TestSite, sql: &'static str) -> i64 {
    let (number,): (i64,) =
        query(sql).fetch_one(&mut site.db().acquire().await.unwrap()).await.unwrap();
    number
}

/// A text that a query tells as `value`.
async fn text(site: &TestSite, sql: &'static str) -> String {
    let (text,): (String,) =
        query(sql).fetch_one(&mut site.db().acquire().await.unwrap()).await.unwrap();
    text
}

/// Returns the signed-in user according to a page.
fn signed_in(answer: &Answer) -> Option<String> {
    let page = answer.page();
    let menu = page.elements.iter().find(|e| e.attribute("class") == Some("account-menu"));
    let words = menu.expect("every page has the menu").words();
    let (_, rest) = words.split_once("Logged in as ")?;
    rest.split(' ').next().map(str::to_owned)
}

/// The cookie of that name as it was sent, with its attributes.
fn set_cookie<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let cookies = answer.headers.iter().filter(|(header, _)| header == "set-cookie");
    let mut found = cookies.map(|(_, cookie)| cookie.as_str());
    found.find(|cookie| cookie.split('=').next() == Some(name))
}
