//! Changing one's password.

use accounts::NewUser;
use module_test::{Answer, Browser, DatabaseKind, TestSite, on_both_databases};
use rocket::futures::future::join_all;

use crate::{GOOD, number, signed_in, text, user};

on_both_databases! {
    a_new_password_takes_the_place_of_the_old,
    all_other_sessions_end_and_the_own_gets_a_new_key,
    what_is_wrong_is_said_at_its_field,
    the_old_password_cannot_be_guessed,
    one_is_asked_to_log_in_first,
}

const PAGE: &str = "/accounts/password_change/";
const NEW: &str = "green teapot in rain";

async fn change(browser: &Browser<'_>, old: &str, new: &str, again: &str) -> Answer {
    let fields = [("old_password", old), ("new_password1", new), ("new_password2", again)];
    browser.post(PAGE, &fields).await
}

async fn a_new_password_takes_the_place_of_the_old(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    let answer = change(&browser, GOOD, NEW, NEW).await;
    assert_eq!((answer.status, answer.location()), (303, "/"));
    let page = browser.get("/").await;
    assert!(page.text().contains("Your password was changed."));
    assert_eq!(signed_in(&page).as_deref(), Some("tunde"));
    let hash = text(&site, "SELECT password AS value FROM auth_user").await;
    assert!(hash.starts_with("argon2$argon2id$"), "{hash}");
    assert_eq!(site.browser().sign_in("tunde", GOOD).await.status, 200);
    assert_eq!(site.browser().sign_in("tunde", NEW).await.status, 303);
}

async fn all_other_sessions_end_and_the_own_gets_a_new_key(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    user("other").add_to(site.db()).await.unwrap();
    let (desk, phone) = (site.sign_in("tunde", GOOD).await, site.sign_in("tunde", GOOD).await);
    let other = site.sign_in("other", GOOD).await;
    let former = desk.cookie("session").unwrap();
    assert_eq!(change(&desk, GOOD, NEW, NEW).await.status, 303);
    assert_ne!(desk.cookie("session").unwrap(), former);
    assert_eq!(signed_in(&desk.get("/").await).as_deref(), Some("tunde"));
    assert_eq!(signed_in(&phone.get("/").await), None);
    assert_eq!(signed_in(&other.get("/").await).as_deref(), Some("other"));
    let thief = site.browser();
    thief.set_cookie("session", &former);
    assert_eq!(signed_in(&thief.get("/").await), None, "the former key is worth nothing");
    assert_eq!(number(&site, "SELECT COUNT(*) AS value FROM accounts_session").await, 2);
    assert_eq!(change(&desk, NEW, GOOD, GOOD).await.status, 303, "and so on");
}

async fn what_is_wrong_is_said_at_its_field(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    NewUser { email: "tunde@example.org", ..user("tunde") }.add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    let form = browser.get(PAGE).await.page();
    let help = form.id("new_password1-help").unwrap().words();
    for text in
        ["at least 8 characters", "commonly used", "entirely numeric", "personal information"]
    {
        assert!(help.contains(text), "{text} in {help}");
    }
    let long = "x".repeat(4097);
    let wrong_old = "Your old password was entered incorrectly. Please enter it again.";
    for (old, new, again, field, message) in [
        ("wrong", NEW, NEW, "old_password", wrong_old),
        (&long, NEW, NEW, "old_password", wrong_old),
        ("", NEW, NEW, "old_password", "This field is required."),
        (GOOD, "", NEW, "new_password1", "This field is required."),
        (GOOD, NEW, "", "new_password2", "This field is required."),
        (GOOD, NEW, "other", "new_password2", "The two password fields didn’t match."),
        (
            GOOD,
            "tunde@example",
            "tunde@example",
            "new_password2",
            "The password is too similar to the email address.",
        ),
        (
            GOOD,
            "74928",
            "74928",
            "new_password2",
            "This password is too short. It must contain at least 8 characters. This password is \
          entirely numeric.",
        ),
        (GOOD, "password", "password", "new_password2", "This password is too common."),
        (GOOD, &long, &long, "new_password2", "This password is too long. It may have 4096 bytes."),
    ] {
        let answer = change(&browser, old, new, again).await;
        assert_eq!(answer.status, 200, "{message}");
        let page = answer.page();
        let errors: Vec<(&str, String)> = page
            .elements
            .iter()
            .filter_map(|element| {
                let field = element.attribute("id")?.strip_suffix("-error")?;
                Some((field, element.words()))
            })
            .collect();
        assert_eq!(errors, [(field, message.to_owned())]);
        let input = page.id(&format!("id_{field}")).unwrap();
        assert_eq!(input.attribute("aria-invalid"), Some("true"));
        for secret in [NEW, GOOD, "tunde@example\""] {
            assert!(!answer.text().contains(secret), "no password comes back");
        }
    }
    let hash = text(&site, "SELECT password AS value FROM auth_user").await;
    assert_eq!(site.browser().sign_in("tunde", GOOD).await.status, 303, "{hash} is the old one");
}

async fn the_old_password_cannot_be_guessed(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    let statuses: Vec<u16> = join_all((0..12).map(|_| change(&browser, "wrong", NEW, NEW)))
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 5, "{statuses:?}");
    let answer = change(&browser, GOOD, NEW, NEW).await;
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").is_some());
    assert!(answer.text().contains("Too many wrong passwords."));
    // Whoever guesses there does not keep the user from logging in.
    assert_eq!(site.browser().sign_in("tunde", GOOD).await.status, 303);
}

async fn one_is_asked_to_log_in_first(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let answer = site.get(PAGE).await;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.location(), "/accounts/login/?next=%2Faccounts%2Fpassword_change%2F");
    let posted = change(&site.browser(), GOOD, NEW, NEW).await;
    assert_eq!((posted.status, posted.location()), (302, "/accounts/login/"));
}
