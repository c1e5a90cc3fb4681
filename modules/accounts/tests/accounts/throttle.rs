//! Throttling of failed logins.

use module_api::db::Value;
use module_api::time::UtcDateTime;
use module_test::{Answer, DatabaseKind, TestSite, on_both_databases};
use rocket::futures::future::join_all;

use crate::{GOOD, execute, number, signed_in, user};

on_both_databases! {
    after_five_failures_one_waits_whether_there_is_the_account_or_not,
    of_many_guesses_at_the_same_moment_only_five_are_looked_at,
    the_waits_grow_and_end,
    guesses_from_everywhere_make_wait_for_a_minute_at_most,
    a_network_that_tries_name_after_name_waits,
    a_good_password_clears_what_was_counted_of_its_name_alone,
    what_is_forgotten_is_deleted,
}

/// Lets that many seconds pass for what was counted.
async fn let_pass(site: &TestSite, seconds: i64) {
    let pass = "UPDATE accounts_throttle SET counted = counted - $1, \
                blocked_until = blocked_until - $1, expires = expires - $1";
    execute(site, pass, &[Value::from(seconds)]).await;
}

/// Tries to sign in from an address, in a browser that was never here.
async fn attempt(site: &TestSite, from: &str, username: &str, password: &str) -> Answer {
    site.browser().at(from).sign_in(username, password).await
}

/// Fails that often, at the same moment; how often it was looked at.
async fn fail(site: &TestSite, times: usize, from: &str, username: &str) -> usize {
    let attempts = (0..times).map(|_| attempt(site, from, username, "wrong"));
    let statuses: Vec<u16> = join_all(attempts).await.iter().map(|answer| answer.status).collect();
    assert!(statuses.iter().all(|status| matches!(status, 200 | 429)), "{statuses:?}");
    statuses.iter().filter(|status| **status == 200).count()
}

const HERE: &str = "203.0.113.7";

async fn after_five_failures_one_waits_whether_there_is_the_account_or_not(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    for username in ["tunde", "nobody"] {
        for _ in 0..5 {
            assert_eq!(attempt(&site, HERE, username, "wrong").await.status, 200);
        }
        let answer = attempt(&site, HERE, username, GOOD).await;
        assert_eq!(answer.status, 429, "{username}");
        let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=15).contains(&seconds), "{seconds}");
        let page = answer.page();
        let told = page.id("form-error").unwrap().words();
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let expected =
            format!("Too many failed logins. Please wait {seconds} {unit} and try again.");
        assert_eq!(told, expected);
        assert_eq!(page.id("id_username").unwrap().attribute("value"), Some(username));
    }
    // From elsewhere, and with another name, nobody waits.
    assert_eq!(attempt(&site, "203.0.113.8", "tunde", GOOD).await.status, 303);
    assert_eq!(attempt(&site, HERE, "another", "wrong").await.status, 200);
}

async fn of_many_guesses_at_the_same_moment_only_five_are_looked_at(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    assert_eq!(fail(&site, 50, HERE, "tunde").await, 5);
    assert_eq!(attempt(&site, HERE, "tunde", GOOD).await.status, 429);
}

async fn the_waits_grow_and_end(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    assert_eq!(fail(&site, 5, HERE, "tunde").await, 5);
    for wait in [15, 30, 60, 120] {
        let answer = attempt(&site, HERE, "tunde", "wrong").await;
        let seconds: i64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((wait - 14..=wait).contains(&seconds), "{seconds} of {wait}");
        let_pass(&site, seconds - 1).await;
        let_pass(&site, 1).await;
        assert_eq!(attempt(&site, HERE, "tunde", "wrong").await.status, 200);
    }
    // What was tried meanwhile made it no longer.
    let_pass(&site, 240).await;
    assert_eq!(attempt(&site, HERE, "tunde", GOOD).await.status, 303);
    assert_eq!(fail(&site, 6, HERE, "tunde").await, 5, "it begins anew");
}

async fn guesses_from_everywhere_make_wait_for_a_minute_at_most(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let guesses = (0..20).map(|number| {
        let from = format!("2001:db8:0:{number:x}::1");
        let site = &site;
        async move { attempt(site, &from, "tunde", "wrong").await.status }
    });
    let statuses = join_all(guesses).await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 10, "{statuses:?}");
    let mut longest = 0;
    for number in 0..8 {
        let answer = attempt(&site, &format!("198.51.100.{number}"), "tunde", "wrong").await;
        assert_eq!(answer.status, 429);
        let seconds: i64 = answer.header("retry-after").unwrap().parse().unwrap();
        longest = longest.max(seconds);
        let_pass(&site, seconds).await;
        let address = format!("198.51.100.{}", 100 + number);
        assert_eq!(attempt(&site, &address, "tunde", "wrong").await.status, 200);
    }
    assert!((41..=60).contains(&longest), "{longest}");
    let_pass(&site, 60).await;
    assert_eq!(attempt(&site, "192.0.2.1", "tunde", GOOD).await.status, 303);
}

async fn a_network_that_tries_name_after_name_waits(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    // The addresses that are given to one line are one network.
    let attempts = (0..130).map(|number| {
        let site = &site;
        let from = format!("2001:db8::{number:x}");
        async move { attempt(site, &from, &format!("name{number}"), "wrong").await }
    });
    let mut looked_at = 0;
    for answer in join_all(attempts).await {
        // So many at once are more than are hashed at once, and are not counted then.
        assert!(matches!(answer.status, 200 | 429 | 503), "{}", answer.status);
        looked_at += usize::from(answer.status == 200);
    }
    assert!(looked_at <= 100, "{looked_at}");
    let failures = number(&site, "SELECT MAX(failures) AS value FROM accounts_throttle").await;
    assert_eq!(failures, i64::try_from(looked_at).unwrap());
    // As if they had been more, after which the wait is longer than a test may take.
    let pad = "UPDATE accounts_throttle SET failures = 105, counted = $1 WHERE failures = $2";
    let now = UtcDateTime::now().unix_timestamp();
    assert_eq!(execute(&site, pad, &[Value::from(now), Value::from(failures)]).await, 1);
    assert_eq!(attempt(&site, "2001:db8::1", "another", "wrong").await.status, 200);
    assert_eq!(attempt(&site, "2001:db8::ffff", "tunde", GOOD).await.status, 429);
    assert_eq!(attempt(&site, "2001:db8:0:1::1", "tunde", GOOD).await.status, 303);
}

async fn a_good_password_clears_what_was_counted_of_its_name_alone(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    assert_eq!(fail(&site, 3, HERE, "tunde").await, 3);
    assert_eq!(fail(&site, 4, HERE, "victim").await, 4);
    assert_eq!(attempt(&site, HERE, "tunde", GOOD).await.status, 303);
    assert_eq!(fail(&site, 6, HERE, "tunde").await, 5);
    assert_eq!(fail(&site, 6, HERE, "victim").await, 1, "of another name it clears nothing");
    let of_network = number(&site, "SELECT MAX(failures) AS value FROM accounts_throttle").await;
    assert_eq!(of_network, 3 + 4 + 5 + 1, "nor of the network");
}

async fn what_is_forgotten_is_deleted(on: DatabaseKind) {
    const ROWS: &str = "SELECT COUNT(*) AS value FROM accounts_throttle";
    let site = TestSite::on(on).start().await;
    let attempts = (0..12).map(|number| {
        let site = &site;
        async move { attempt(site, HERE, &format!("name{number}"), "wrong").await.status }
    });
    assert_eq!(join_all(attempts).await, vec![200; 12]);
    assert_eq!(number(&site, ROWS).await, 25, "two of each name, one of the network");
    let_pass(&site, 16 * 60).await;
    for name in ["somebody", "else"] {
        attempt(&site, "203.0.113.9", name, "wrong").await;
    }
    assert_eq!(number(&site, ROWS).await, 5);
    let now = UtcDateTime::now().unix_timestamp();
    let latest = number(&site, "SELECT MAX(expires) AS value FROM accounts_throttle").await;
    assert!(latest <= now + 15 * 60, "what was tried once is forgotten in a quarter of an hour");
}

#[rocket::async_test]
async fn only_hashes_of_names_are_kept() {
    let site = TestSite::on(DatabaseKind::Sqlite).start().await;
    attempt(&site, HERE, "my password by mistake", "wrong").await;
    let plain = "SELECT COUNT(*) AS value FROM accounts_throttle \
                 WHERE LENGTH(key_hash) <> 64 OR key_hash LIKE '%password%'";
    assert_eq!(number(&site, plain).await, 0);
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_throttle").await, 3);
}

#[rocket::async_test]
async fn behind_a_proxy_the_address_is_the_one_that_it_wrote() {
    let site = TestSite::on(DatabaseKind::Sqlite).setting("ip_header", "X-Forwarded-For");
    let site = site.start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.browser();
    let token = browser.token();
    let mut statuses = Vec::new();
    for number in 0..6 {
        // What the client itself wrote before it counts for nothing.
        let forwarded = format!("10.0.0.{number}, {HERE}");
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("X-Forwarded-For", forwarded.as_str()),
        ];
        let body = format!("csrf_token={token}&username=tunde&password=wrong");
        let post = rocket::http::Method::Post;
        let answer = browser.request(post, "/accounts/login/", &headers, body.as_bytes()).await;
        statuses.push(answer.status);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429]);
    assert_eq!(signed_in(&browser.get("/").await), None);
}
