//! The lifetime of sessions, and cookies that no login has set.

use module_api::db::Value;
use module_api::time::{Duration, UtcDateTime};
use module_test::{DatabaseKind, TestSite, on_both_databases};

use crate::{GOOD, execute, number, set_cookie, signed_in, user};

on_both_databases! {
    a_planted_key_is_never_that_of_a_session,
    a_new_login_ends_the_session_before_it,
    a_forged_cookie_is_nobody_s,
    a_session_lasts_for_two_idle_weeks,
    its_use_is_written_down_once_an_hour,
    sessions_that_are_over_are_cleared,
    a_password_changed_by_any_program_ends_it,
    an_account_that_is_closed_or_deleted_has_none,
}

const SESSIONS: &str = "SELECT COUNT(*) AS value FROM accounts_session";

async fn a_planted_key_is_never_that_of_a_session(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("victim").add_to(site.db()).await.unwrap();
    user("attacker").add_to(site.db()).await.unwrap();
    let attacker = site.sign_in("attacker", GOOD).await;
    let attackers = attacker.cookie("session").unwrap();
    for planted in ["0".repeat(64), attackers.clone()] {
        let victim = site.browser();
        victim.set_cookie("session", &planted);
        assert_eq!(victim.sign_in("victim", GOOD).await.status, 303);
        assert_ne!(victim.cookie("session").unwrap(), planted);
        assert_eq!(signed_in(&victim.get("/").await).as_deref(), Some("victim"));
        let other = site.browser();
        other.set_cookie("session", &planted);
        assert_eq!(signed_in(&other.get("/").await), None);
    }
}

async fn a_new_login_ends_the_session_before_it(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    let first = browser.cookie("session").unwrap();
    assert_eq!(browser.sign_in("tunde", GOOD).await.status, 303);
    assert_ne!(browser.cookie("session").unwrap(), first);
    assert_eq!(number(&site, SESSIONS).await, 1);
    assert_eq!(browser.cookie("csrf"), None, "the secret of forms goes with the session");
}

async fn a_forged_cookie_is_nobody_s(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let good = site.sign_in("tunde", GOOD).await.cookie("session").unwrap();
    let mut nearly = good.clone();
    nearly.replace_range(..1, if good.starts_with('0') { "1" } else { "0" });
    let capitals = good.to_uppercase();
    let long = "f".repeat(10_000);
    let with_more = format!("{good}0");
    let forged = [&nearly, &capitals, &long, &with_more, "", "1", "' OR 1=1 --", "\u{e9}", "%00"];
    for forged in forged {
        let browser = site.browser();
        browser.set_cookie("session", forged);
        let page = browser.get("/").await;
        assert_eq!((page.status, signed_in(&page)), (200, None), "{forged}");
    }
}

/// Lets all sessions have been used that long ago.
async fn leave_alone(site: &TestSite, time: Duration) {
    let used = [Value::from(UtcDateTime::now() - time)];
    assert_eq!(execute(site, "UPDATE accounts_session SET last_used = $1", &used).await, 1);
}

async fn a_session_lasts_for_two_idle_weeks(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    // From the second time on it lasts because it was used.
    for _ in 0..3 {
        site.advance(Duration::days(14) - Duration::minutes(1));
        assert_eq!(signed_in(&browser.get("/").await).as_deref(), Some("tunde"));
    }
    site.advance(Duration::days(14));
    assert_eq!(signed_in(&browser.get("/").await), None);
}

async fn its_use_is_written_down_once_an_hour(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    let key = browser.cookie("session").unwrap();
    leave_alone(&site, Duration::minutes(59)).await;
    let page = browser.get("/").await;
    assert_eq!(set_cookie(&page, "session"), None);
    assert_eq!(recently_used(&site).await, 0);

    leave_alone(&site, Duration::minutes(61)).await;
    for address in ["/static/host/site.css", "/healthz", "/readyz", "/metrics"] {
        browser.get(address).await;
        assert_eq!(recently_used(&site).await, 0, "{address} is for nobody");
    }
    let page = browser.get("/").await;
    assert_eq!(recently_used(&site).await, 1);
    let cookie = set_cookie(&page, "session").expect("the browser keeps it for longer, too");
    assert!(cookie.starts_with(&format!("session={key};")), "{cookie}");
    assert!(cookie.contains("Max-Age=1209600"), "{cookie}");
    assert_eq!(set_cookie(&browser.get("/").await, "session"), None);
}

async fn recently_used(site: &TestSite) -> i64 {
    use module_api::db::query;
    let recently = query("SELECT COUNT(*) AS value FROM accounts_session WHERE last_used > $1")
        .bind(UtcDateTime::now() - Duration::minutes(10));
    let (number,): (i64,) =
        recently.fetch_one(&mut site.db().acquire().await.unwrap()).await.unwrap();
    number
}

async fn sessions_that_are_over_are_cleared(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let old = UtcDateTime::now() - Duration::days(15);
    for key in 0..150 {
        let values = [Value::from(format!("{key:064}")), Value::from(old)];
        let insert = "INSERT INTO accounts_session \
                      (key_hash, user_id, created, last_used, password_fingerprint) \
                      SELECT $1, id, $2, $2, $1 FROM auth_user";
        assert_eq!(execute(&site, insert, &values).await, 1);
    }
    site.sign_in("tunde", GOOD).await;
    assert_eq!(number(&site, SESSIONS).await, 51, "a login clears a hundred, and adds one");
    let browser = site.sign_in("tunde", GOOD).await;
    assert_eq!(number(&site, SESSIONS).await, 2);
    assert_eq!(signed_in(&browser.get("/").await).as_deref(), Some("tunde"));
}

async fn a_password_changed_by_any_program_ends_it(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    user("other").add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    let others = site.sign_in("other", GOOD).await;
    let change = "UPDATE auth_user SET password = $1 WHERE username = 'tunde'";
    let new = [Value::from("pbkdf2_sha256$1000000$salt$aGFzaA==")];
    assert_eq!(execute(&site, change, &new).await, 1);
    assert_eq!(signed_in(&browser.get("/").await), None);
    assert_eq!(signed_in(&others.get("/").await).as_deref(), Some("other"));
}

async fn an_account_that_is_closed_or_deleted_has_none(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    execute(&site, "UPDATE auth_user SET is_active = FALSE", &[]).await;
    assert_eq!(signed_in(&browser.get("/").await), None);
    execute(&site, "UPDATE auth_user SET is_active = TRUE", &[]).await;
    assert_eq!(signed_in(&browser.get("/").await).as_deref(), Some("tunde"));
    // As a Django would that knows nothing of sessions.
    assert_eq!(execute(&site, "DELETE FROM auth_user", &[]).await, 1);
    assert_eq!(signed_in(&browser.get("/").await), None);
    assert_eq!(number(&site, SESSIONS).await, 0);
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_device").await, 0);
}
