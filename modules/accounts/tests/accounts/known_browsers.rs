//! A known browser of a user: failed logins elsewhere do not lock it out.

use module_api::db::Value;
use module_api::time::{Duration, UtcDateTime};
use module_test::{Browser, DatabaseKind, TestSite, on_both_databases};
use rocket::futures::future::join_all;

use crate::{GOOD, execute, number, user};

on_both_databases! {
    nobody_else_can_keep_a_known_browser_out,
    a_known_browser_has_a_limit_of_its_own,
    a_browser_is_known_for_those_who_signed_in_there,
    its_key_is_another_after_each_login,
    of_many_browsers_the_latest_are_known,
    a_name_that_no_database_takes_is_nobody_s_in_a_known_browser_too,
}

/// A browser in which a user signed in and out.
async fn known<'a>(site: &'a TestSite, username: &str) -> Browser<'a> {
    let browser = site.sign_in(username, GOOD).await;
    browser.post("/accounts/logout/", &[]).await;
    assert!(browser.cookie("device").is_some(), "who signs out stays known");
    browser
}

/// Guesses at an account from the address that tests come from, and from everywhere.
async fn besiege(site: &TestSite, username: &str) {
    let guesses = (0..30).map(|number| async move {
        let browser = site.browser();
        let browser = if number < 10 { browser } else { browser.at(&format!("10.0.0.{number}")) };
        browser.sign_in(username, "wrong").await.status
    });
    let statuses = join_all(guesses).await;
    assert!(statuses.contains(&429), "{statuses:?}");
    let fresh = site.browser();
    assert_eq!(fresh.sign_in(username, GOOD).await.status, 429, "whom nobody knows has to wait");
}

async fn nobody_else_can_keep_a_known_browser_out(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = known(&site, "tunde").await;
    besiege(&site, "tunde").await;
    assert_eq!(browser.sign_in("tunde", "wrong").await.status, 200);
    assert_eq!(browser.sign_in("tunde", GOOD).await.status, 303);
    assert_eq!(
        site.browser().sign_in("tunde", GOOD).await.status,
        429,
        "that a known browser signs in opens nothing for others"
    );
}

async fn a_known_browser_has_a_limit_of_its_own(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = known(&site, "tunde").await;
    let token = browser.token();
    let fields = [("csrf_token", token.as_str()), ("username", "tunde"), ("password", "wrong")];
    let guesses = (0..30).map(|number| {
        let thief = site.browser().at(&format!("10.0.0.{number}"));
        for name in ["csrf", "device"] {
            thief.set_cookie(name, &browser.cookie(name).unwrap());
        }
        async move { thief.post_without_token("/accounts/login/", &fields).await.status }
    });
    let statuses = join_all(guesses).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 10, "{statuses:?}");
    assert_eq!(browser.sign_in("tunde", GOOD).await.status, 429);
    assert_eq!(
        site.browser().sign_in("tunde", GOOD).await.status,
        303,
        "others do not wait for it"
    );
}

async fn a_browser_is_known_for_those_who_signed_in_there(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    for name in ["tunde", "zoe", "mallory"] {
        user(name).add_to(site.db()).await.unwrap();
    }
    let shared = known(&site, "zoe").await;
    assert_eq!(shared.sign_in("tunde", GOOD).await.status, 303);
    let mallory = known(&site, "mallory").await;
    let forger = site.browser();
    forger.set_cookie("device", &"0".repeat(64));
    besiege(&site, "tunde").await;
    assert_eq!(mallory.sign_in("tunde", GOOD).await.status, 429);
    assert_eq!(forger.sign_in("tunde", GOOD).await.status, 429);
    assert_eq!(shared.sign_in("tunde", GOOD).await.status, 303);
    besiege(&site, "zoe").await;
    assert_eq!(shared.sign_in("zoe", GOOD).await.status, 303, "two may share one");

    let long_ago = [Value::from(UtcDateTime::now() - Duration::weeks(52))];
    execute(&site, "UPDATE accounts_device SET last_used = $1", &long_ago).await;
    assert_eq!(shared.sign_in("tunde", GOOD).await.status, 429, "after a year it is forgotten");
}

async fn its_key_is_another_after_each_login(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = known(&site, "tunde").await;
    let first = browser.cookie("device").unwrap();
    assert_eq!(browser.sign_in("tunde", GOOD).await.status, 303);
    assert_ne!(browser.cookie("device").unwrap(), first);
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_device").await, 1);
    let planted = site.browser();
    planted.set_cookie("device", &"0".repeat(64));
    assert_eq!(planted.sign_in("tunde", GOOD).await.status, 303);
    assert_ne!(planted.cookie("device").unwrap(), "0".repeat(64));
}

async fn of_many_browsers_the_latest_are_known(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let first = known(&site, "tunde").await;
    for key in 0..30 {
        let later = UtcDateTime::now() + Duration::seconds(1);
        let values = [Value::from(format!("{key:064}")), Value::from(later)];
        let insert = "INSERT INTO accounts_device (key_hash, user_id, last_used) \
                      SELECT $1, id, $2 FROM auth_user";
        assert_eq!(execute(&site, insert, &values).await, 1);
    }
    known(&site, "tunde").await;
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_device").await, 20);
    besiege(&site, "tunde").await;
    assert_eq!(first.sign_in("tunde", GOOD).await.status, 429);
}

async fn a_name_that_no_database_takes_is_nobody_s_in_a_known_browser_too(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let browser = site.browser();
    browser.set_cookie("device", &"0".repeat(64));
    let answer = browser.sign_in("a\0b", GOOD).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}
