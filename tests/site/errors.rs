//! Errors: the visitor sees the site's error page, and no internal details.

use std::time::{Duration, Instant};

use module_api::rocket_db_pools::Pool;
use module_api::{Error, Page, context};
use rocket::tokio::time::sleep;
use site_tests::{Answer, DatabaseKind, HolidayHomes, LocalModule, Setup, on_both_databases};

on_both_databases! {
    in_the_profile_local_a_debug_build_shows_the_causes,
    a_handler_that_fails_shows_the_site_s_own_page,
    a_page_for_errors_that_fails_itself_leaves_a_bare_one,
    without_its_database_the_site_says_that_it_is_away,
}

static BROKEN: LocalModule = LocalModule {
    routes: || {
        rocket::routes![
            fails,
            fails_with_markup,
            panics,
            panics_with_markup,
            renders_badly,
            has_no_template,
            says_teapot
        ]
    },
    templates: &[("broken/undefined.html.j2", b"<p>{{ nothing.of.this.secret.kind }}</p>")],
    ..LocalModule::named("broken")
};

#[rocket::get("/fails")]
fn fails() -> Result<Page, Error> {
    Err(Error::other("the secret is in /etc/secret"))
}

/// An error with a cause.
#[derive(Debug)]
struct Counting(std::io::Error);

impl std::fmt::Display for Counting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no letting was counted")
    }
}

impl std::error::Error for Counting {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[rocket::get("/fails-with-markup")]
fn fails_with_markup() -> Result<Page, Error> {
    Err(Error::other(Counting(std::io::Error::other("<b>the disk</b> is full"))))
}

#[rocket::get("/panics-with-markup")]
fn panics_with_markup() -> Page {
    let number = 7;
    panic!("<i>number {number}</i> is odd")
}

#[rocket::get("/panics")]
fn panics() -> Page {
    panic!("the secret is in /etc/secret")
}

#[rocket::get("/renders-badly")]
fn renders_badly() -> Page {
    Page::render("broken/undefined", context! {})
}

#[rocket::get("/has-no-template")]
fn has_no_template() -> Page {
    Page::render("broken/secret", context! {})
}

#[rocket::get("/says-teapot")]
fn says_teapot() -> rocket::http::Status {
    rocket::http::Status::ImATeapot
}

/// A site that shows nothing from inside, although tests are a debug build.
fn released(on: DatabaseKind) -> Setup {
    HolidayHomes::on(on).profile("production").setting("migrate_on_start", true)
}

#[track_caller]
fn assert_tells_nothing(answer: &Answer) {
    for inside in ["secret", "panicked", ".rs", "src/", "undefined", "template", "sqlx", "Pool"] {
        assert!(!answer.text().contains(inside), "{inside} in {}", answer.text());
    }
}

async fn a_handler_that_fails_shows_the_site_s_own_page(on: DatabaseKind) {
    let site = released(on).and_modules(&[&BROKEN]).start().await;
    for address in
        ["/broken/fails/", "/broken/panics/", "/broken/renders-badly/", "/broken/has-no-template/"]
    {
        let answer = site.get(address).await;
        assert_eq!(answer.status, 500, "{address}");
        let page = answer.page();
        assert_eq!(page.heading(), "Something went wrong", "{address}");
        assert_eq!(page.id("lettings").unwrap().attribute("href"), Some("/lettings/"));
        assert_tells_nothing(&answer);
        assert_eq!(site.head(address).await.status, 500, "{address}");
    }
    let teapot = site.get("/broken/says-teapot/").await;
    assert_eq!(teapot.status, 418);
    assert!(teapot.page().id("main-content").is_some());
    assert_eq!(site.get("/lettings/").await.status, 200, "the site goes on");
}

async fn in_the_profile_local_a_debug_build_shows_the_causes(on: DatabaseKind) {
    let site = HolidayHomes::on(on).and_modules(&[&BROKEN]).start().await;
    for (address, cause) in [
        ("/broken/fails-with-markup/", "no letting was counted: <b>the disk</b> is full"),
        ("/broken/panics-with-markup/", "the handler panicked: <i>number 7</i> is odd"),
        ("/broken/panics/", "the handler panicked: the secret is in /etc/secret"),
    ] {
        let answer = site.get(address).await;
        assert_eq!(answer.status, 500, "{address}");
        let page = answer.page();
        assert_eq!(page.heading(), "Something went wrong", "{address}");
        assert_eq!(
            page.all("code").next().map(site_tests::Element::words).as_deref(),
            Some(cause),
            "{address}"
        );
    }
    let template = site.get("/broken/renders-badly/").await;
    assert_eq!(template.status, 500);
    assert_eq!(template.page().heading(), "A template is broken");
    assert!(template.text().contains("nothing.of.this.secret.kind"), "{}", template.text());
    site.db().close().await;
    let away = site.get("/lettings/").await;
    assert_eq!(away.status, 503);
    assert_eq!(away.page().heading(), "Back in a little while");
    let teapot = site.get("/broken/says-teapot/").await;
    assert_eq!((teapot.status, teapot.page().all("code").count()), (418, 0));
}

async fn a_page_for_errors_that_fails_itself_leaves_a_bare_one(on: DatabaseKind) {
    let broken = "{{ nothing.of.this.secret.kind }}";
    let site = released(on)
        .and_modules(&[&BROKEN])
        .template("errors/500.html.j2", broken)
        .template("errors/404.html.j2", broken);
    let site = site.start().await;
    for (address, status) in [("/broken/fails/", 500), ("/nothing/", 404)] {
        let answer = site.get(address).await;
        assert_eq!(answer.status, status, "{address}");
        assert_eq!(answer.page().all("h1").count(), 1, "{address}");
        assert_tells_nothing(&answer);
    }
}

#[track_caller]
fn assert_is_away(answer: &Answer) {
    assert_eq!(answer.status, 503);
    assert_eq!(answer.page().heading(), "Back in a little while");
    assert_tells_nothing(answer);
}

async fn without_its_database_the_site_says_that_it_is_away(on: DatabaseKind) {
    let site = released(on).demo_data().start().await;
    assert_eq!(site.get("/lettings/1/").await.status, 200);
    site.db().close().await;
    for address in ["/lettings/", "/lettings/1/", "/profiles/", "/profiles/marisol/"] {
        assert_is_away(&site.get(address).await);
        assert_eq!(site.head(address).await.status, 503, "{address}");
    }
    assert_eq!(site.get("/").await.status, 200, "what needs no database stands");
    assert_eq!(site.get("/static/host/site.css").await.status, 200);
    assert_eq!(site.get("/nothing/").await.status, 404);
}

#[rocket::async_test]
async fn a_dropped_postgresql_database_is_away() {
    let site = released(DatabaseKind::Postgres).demo_data().start().await;
    assert_eq!(site.get("/lettings/1/").await.status, 200);
    site.database().drop_now().await;
    for address in ["/lettings/", "/lettings/1/", "/profiles/", "/lettings/"] {
        assert_is_away(&site.get(address).await);
    }
    assert_eq!(site.get("/").await.status, 200);
}

#[rocket::async_test]
async fn after_postgresql_threw_its_connections_out_the_site_recovers() {
    let site = released(DatabaseKind::Postgres).demo_data().start().await;
    for _ in 0..3 {
        site.database().disconnect_everyone().await;
        let patience = Instant::now() + Duration::from_secs(10);
        loop {
            let answer = site.get("/lettings/1/").await;
            if answer.status == 200 {
                break;
            }
            assert_is_away(&answer);
            assert!(Instant::now() < patience, "it does not recover");
            sleep(Duration::from_millis(50)).await;
        }
    }
}
