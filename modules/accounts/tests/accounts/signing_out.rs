//! Signing out.

use crate::{GOOD, number, set_cookie, signed_in, user};
use module_test::{DatabaseKind, TestSite, on_both_databases};

on_both_databases! {
    who_signs_out_is_signed_out_for_good,
    other_browsers_stay_signed_in,
}

const SESSIONS: &str = "SELECT COUNT(*) AS value FROM accounts_session";

async fn who_signs_out_is_signed_out_for_good(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let browser = site.sign_in("tunde", GOOD).await;
    let key = browser.cookie("session").unwrap();

    let asked = browser.get("/accounts/logout/").await;
    assert_eq!(asked.status, 200, "who only looks stays");
    assert_eq!(signed_in(&asked).as_deref(), Some("tunde"));
    let page = asked.page();
    let buttons: Vec<String> = page.all("button").map(module_test::Element::words).collect();
    assert!(buttons.iter().all(|text| text == "Log out"), "{buttons:?}");
    let forms = page.all("form").filter(|form| {
        form.attribute("action") == Some("/accounts/logout/")
            && form.attribute("method") == Some("post")
    });
    assert_eq!(forms.count(), 2, "one in the menu, one on the page");

    assert_eq!(browser.post_without_token("/accounts/logout/", &[]).await.status, 403);
    assert_eq!(signed_in(&browser.get("/").await).as_deref(), Some("tunde"));

    let answer = browser.post("/accounts/logout/", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/"));
    assert!(set_cookie(&answer, "session").unwrap().contains("Max-Age=0"));
    assert_eq!(browser.cookie("session"), None);
    let page = browser.get("/").await;
    assert_eq!(signed_in(&page), None);
    assert!(page.text().contains("You are logged out."));
    assert_eq!(number(&site, SESSIONS).await, 0);

    let thief = site.browser();
    thief.set_cookie("session", &key);
    assert_eq!(signed_in(&thief.get("/").await), None, "the cookie opens nothing any more");
    assert_eq!(
        thief.post("/accounts/logout/", &[]).await.status,
        303,
        "nor does it break anything"
    );
}

async fn other_browsers_stay_signed_in(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    user("tunde").add_to(site.db()).await.unwrap();
    let (phone, desk) = (site.sign_in("tunde", GOOD).await, site.sign_in("tunde", GOOD).await);
    assert_eq!(phone.post("/accounts/logout/", &[]).await.status, 303);
    assert_eq!(signed_in(&phone.get("/").await), None);
    assert_eq!(signed_in(&desk.get("/").await).as_deref(), Some("tunde"));
}
