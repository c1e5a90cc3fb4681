//! Accounts: authentication, sessions and permissions; and the first administrator.

mod at_once;
mod commands;
mod first_start;
pub(crate) mod permissions;
mod reset_mails;

use module_api::db::{Value, query};
use site_tests::{Answer, NewUser, TestSite};

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

/// Returns the signed-in user according to a page.
fn signed_in(answer: &Answer) -> Option<String> {
    let page = answer.page();
    let menu = page.elements.iter().find(|e| e.attribute("class") == Some("account-menu"));
    let words = menu.expect("every page has the menu").words();
    let (_, rest) = words.split_once("Logged in as ")?;
    rest.split(' ').next().map(str::to_owned)
}
