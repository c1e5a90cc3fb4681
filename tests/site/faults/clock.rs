//! The clock jumps: stored times are in the future, or long ago.

use module_api::db::query;
use module_api::time::{Duration, UtcDateTime};
use site_tests::{DatabaseKind, HolidayHomes, NewUser, TestSite, on_both_databases};

on_both_databases! {
    a_session_of_a_clock_that_was_ahead_goes_on_and_gets_the_time_of_now,
    a_session_of_a_clock_that_was_behind_is_over_and_another_can_begin,
    nobody_is_locked_out_by_a_clock_that_was_ahead,
    a_wait_of_a_clock_that_is_a_little_ahead_holds,
    mails_to_reset_a_password_are_sent_after_the_clock_was_ahead,
}

const PASSWORD: &str = "a kettle sings at noon";
/// A day, and more than a century.
const JUMPS: [Duration; 2] = [Duration::days(1), Duration::days(40_000)];

async fn site(kind: DatabaseKind) -> TestSite {
    let site = HolidayHomes::on(kind).start().await;
    NewUser::named("ann", PASSWORD).add_to(site.db()).await.unwrap();
    site
}

/// Moves the times of all sessions.
async fn date_sessions(site: &TestSite, at: UtcDateTime) {
    let mut transaction = site.db().begin().await.unwrap();
    let update = query("UPDATE accounts_session SET created = $1, last_used = $2");
    update.bind(at).bind(at).execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

/// Moves the moments of all counters by so many seconds.
async fn move_counters(site: &TestSite, by: Duration) {
    let mut transaction = site.db().begin().await.unwrap();
    query(
        "UPDATE accounts_throttle SET counted = counted + $1, expires = expires + $1, \
         blocked_until = CASE blocked_until WHEN 0 THEN 0 ELSE blocked_until + $1 END",
    )
    .bind(by.whole_seconds())
    .execute(&mut transaction)
    .await
    .unwrap();
    transaction.commit().await.unwrap();
}

async fn a_session_of_a_clock_that_was_ahead_goes_on_and_gets_the_time_of_now(kind: DatabaseKind) {
    let site = site(kind).await;
    let browser = site.sign_in("ann", PASSWORD).await;
    for jump in JUMPS {
        date_sessions(&site, UtcDateTime::now() + jump).await;
        let page = browser.get("/accounts/password_change/").await;
        assert_eq!(page.status, 200, "ahead by {jump}");
        let used = "SELECT last_used AS value FROM accounts_session";
        let mut connection = site.db().acquire().await.unwrap();
        let (used,): (UtcDateTime,) = query(used).fetch_one(&mut connection).await.unwrap();
        assert!(used <= UtcDateTime::now(), "ahead by {jump}: used at {used}");
    }
}

async fn a_session_of_a_clock_that_was_behind_is_over_and_another_can_begin(kind: DatabaseKind) {
    let site = site(kind).await;
    let browser = site.sign_in("ann", PASSWORD).await;
    date_sessions(&site, UtcDateTime::UNIX_EPOCH).await;
    assert_eq!(browser.get("/accounts/password_change/").await.status, 302);
    let browser = site.sign_in("ann", PASSWORD).await;
    assert_eq!(browser.get("/accounts/password_change/").await.status, 200);
}

async fn nobody_is_locked_out_by_a_clock_that_was_ahead(kind: DatabaseKind) {
    let site = site(kind).await;
    for jump in [Duration::days(40_000), Duration::days(-1)] {
        let browser = site.browser();
        let mut last = 200;
        for _ in 0..6 {
            last = browser.sign_in("ann", "wrong").await.status;
        }
        assert_eq!(last, 429, "who fails waits");
        move_counters(&site, jump).await;
        let answer = site.browser().sign_in("ann", PASSWORD).await;
        assert_eq!(answer.status, 303, "off by {jump}: {}", answer.text());
    }
}

async fn a_wait_of_a_clock_that_is_a_little_ahead_holds(kind: DatabaseKind) {
    let site = site(kind).await;
    let browser = site.browser();
    for _ in 0..6 {
        browser.sign_in("ann", "wrong").await;
    }
    // Of another replica.
    move_counters(&site, Duration::seconds(20)).await;
    assert_eq!(site.browser().sign_in("ann", PASSWORD).await.status, 429);
}

async fn mails_to_reset_a_password_are_sent_after_the_clock_was_ahead(kind: DatabaseKind) {
    let site = site(kind).await;
    let browser = site.browser();
    let ask = || browser.post("/accounts/password_reset/", &[("email", "ann@example.org")]);
    let mut last = 303;
    for _ in 0..5 {
        last = ask().await.status;
    }
    assert_eq!(last, 429, "who asks often waits");
    move_counters(&site, Duration::days(365)).await;
    assert_ne!(ask().await.status, 429);
}
