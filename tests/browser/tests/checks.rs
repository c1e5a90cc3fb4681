//! Audits of pages find errors, and JavaScript can be disabled.

use browser_tests::in_browser;
use module_api::{Page, context};
use rocket::{Route, get, routes};
use site_tests::{DatabaseKind, HolidayHomes, LocalModule, Setup};

static BAD: LocalModule = LocalModule {
    routes: || -> Vec<Route> { routes![pale, narrow, scripted] },
    templates: &[
        (
            "bad/pale.html.j2",
            b"{% extends 'base' %}{% block head %}<link rel=stylesheet href=/bad/gone.css>\
              <style>@media (prefers-color-scheme: dark) { em { color: #444 } }</style>{% endblock %}\
              {% block content %}<h1>Pale</h1><p><em>in the dark</em>\
              <img src='{{ asset('host/favicon.svg') }}'></p>{% endblock %}",
        ),
        (
            "bad/narrow.html.j2",
            b"{% extends 'base' %}{% block content %}<h1>Narrow</h1>\
              <p id=far style='width: 400px'>It needs 400 pixels.</p>{% endblock %}",
        ),
        (
            "bad/scripted.html.j2",
            b"{% extends 'base' %}{% block content %}<h1>Before</h1>\
              <noscript><p>without</p></noscript>\
              <script>document.querySelector('h1').textContent = 'After'; nonsense()</script>\
              {% endblock %}",
        ),
    ],
    ..LocalModule::named("bad")
};

#[get("/pale")]
fn pale() -> Page {
    Page::render("bad/pale", context! {})
}

#[get("/narrow")]
fn narrow() -> Page {
    Page::render("bad/narrow", context! {})
}

#[get("/scripted")]
fn scripted() -> Page {
    Page::render("bad/scripted", context! {})
}

/// A site whose pages may hold scripts and styles, as ours never do.
fn bad() -> Setup {
    let policy = "default-src 'self' 'unsafe-inline'";
    let site = HolidayHomes::on(DatabaseKind::Sqlite).and_modules(&[&BAD]);
    site.setting("content_security_policy", policy)
}

#[rocket::async_test]
async fn a_check_finds_what_is_wrong_with_a_page() {
    in_browser("a_check_finds_what_is_wrong_with_a_page", async |browser| {
        let site = bad().serve().await;
        browser.open(&site.address("/bad/pale/")).await;
        browser.check_page("pale").await;
        let findings = browser.take_findings();
        let places = |what: &str| -> Vec<&str> {
            let found = findings.iter().filter(|finding| finding.contains(what));
            found.map(|finding| finding.split(':').next().unwrap()).collect()
        };
        assert_eq!(
            places("color-contrast"),
            ["pale, 360-dark", "pale, 1280-dark"],
            "{findings:#?}"
        );
        assert_eq!(places("at em"), places("color-contrast"));
        assert_eq!(places("image-alt").len(), 4, "{findings:#?}");
        assert_eq!(places("gone.css answers 404"), ["pale"]);

        browser.open(&site.address("/bad/narrow/")).await;
        browser.check_page("narrow").await;
        let findings = browser.take_findings();
        assert_eq!(findings.len(), 2, "{findings:#?}");
        for (finding, look) in findings.iter().zip(["360-light", "360-dark"]) {
            let beginning = format!("narrow, {look}: scrolls sideways, 41");
            assert!(finding.starts_with(&beginning), "{finding}");
            assert!(finding.contains("p#far to 41"), "{finding}");
        }
        site.stop().await;
    })
    .await;
}

#[rocket::async_test]
async fn without_javascript_no_script_of_a_page_runs() {
    in_browser("without_javascript_no_script_of_a_page_runs", async |browser| {
        let site = bad().serve().await;
        let scripted = site.address("/bad/scripted/");
        browser.open(&scripted).await;
        assert_eq!(browser.heading().await, "After");
        browser.check_page("with").await;
        let findings = browser.take_findings();
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert!(findings[0].contains("nonsense is not defined"), "{findings:#?}");

        browser.javascript(false).await;
        for _ in 0..2 {
            browser.open(&scripted).await;
            assert_eq!(browser.text().await, "Before\n\nwithout");
            browser.check_page("without").await;
        }
        browser.javascript(true).await;
        browser.reload().await;
        assert_eq!(browser.heading().await, "After");
        browser.check_page("with-again").await;
        assert_eq!(browser.take_findings().len(), 1);
        site.stop().await;
    })
    .await;
}
