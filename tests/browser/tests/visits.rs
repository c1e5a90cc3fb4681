//! A visitor navigates the site by links and by keyboard.

use browser_tests::{Browser, Look, in_browser, with_and_without_javascript};
use site_tests::{DatabaseKind, HolidayHomes};
use thirtyfour::Key;

with_and_without_javascript! {
    a_visitor_finds_a_letting_and_a_member,
}

async fn a_visitor_finds_a_letting_and_a_member(browser: &Browser) {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).demo_data().serve().await;
    browser.look(Look::PHONE).await;
    browser.open(&site.address("/")).await;
    assert_eq!(browser.title().await, "Holiday Homes");
    assert_eq!(browser.heading().await, "Welcome to Holiday Homes");

    // The cards on the front page and the navigation lead to the same lists.
    browser.within("main", async || browser.follow("Lettings").await).await;
    assert_eq!(browser.path().await, "/lettings/");
    browser.back().await;
    browser.within("header", async || browser.follow("Lettings").await).await;
    assert_eq!(browser.path().await, "/lettings/");
    let titles = browser.texts("main h2").await;
    browser.follow(&titles[0]).await;
    assert_eq!(browser.heading().await, titles[0]);
    assert!(browser.text().await.contains("1406 Cliff Drive\nLaguna Beach, CA 92651\nUSA"));
    browser.follow("All lettings").await;
    assert_eq!(browser.path().await, "/lettings/");

    browser.follow("Profiles").await;
    browser.follow("zoë.li").await;
    assert_eq!(browser.heading().await, "zoë.li");
    browser.back().await;
    assert_eq!(browser.heading().await, "Profiles");

    // By keyboard: past the navigation to the first member.
    browser.reload().await;
    browser.type_key(Key::Tab).await;
    assert_eq!(browser.focused().await, "Skip to content");
    browser.screenshot("skip-link").await;
    browser.type_key(Key::Enter).await;
    browser.wait_for_path("/profiles/#main-content").await;
    browser.type_key(Key::Tab).await;
    let member = browser.focused().await;
    assert_eq!(member, browser.texts("main h2").await[0]);
    browser.enter().await;
    assert_eq!(browser.heading().await, member);
    site.stop().await;
}

#[cfg(debug_assertions)]
#[rocket::async_test]
async fn a_page_reloads_itself_after_each_edit() {
    in_browser("a_page_reloads_itself_after_each_edit", async |browser| {
        let site = HolidayHomes::on(DatabaseKind::Sqlite).setting("browser_reload", true);
        let site = site.serve().await;
        browser.open(&site.address("/lettings/")).await;
        assert_eq!(browser.title().await, "Lettings");
        for title in ["Edited", "Edited again"] {
            let template =
                format!("{{% extends \"base\" %}}{{% block title %}}{title}{{% endblock %}}");
            site.write_template("lettings/index.html.j2", &template);
            browser.wait_for_title(title).await;
        }
        site.stop().await;
    })
    .await;
}
