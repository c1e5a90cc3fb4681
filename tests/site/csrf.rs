//! A request that changes something has to come from a page of the site, with the visitor's token.

use std::sync::atomic::{AtomicUsize, Ordering};

use module_api::{Page, context};
use rocket::form::Form;
use rocket::{FromForm, Route, get, post};
use site_tests::{Answer, Database, DatabaseKind, LocalModule, TestSite};

static SIGNED: AtomicUsize = AtomicUsize::new(0);

static BOOK: LocalModule = LocalModule {
    routes: || -> Vec<Route> { rocket::routes![form, plain, sign, hook] },
    templates: &[
        (
            "book/form.html.j2",
            b"<form method=post>{{ csrf_input() }}<input name=name></form>{{ csrf_token() }}",
        ),
        ("book/plain.html.j2", b"nothing to send"),
    ],
    csrf_exempt: &["hook"],
    ..LocalModule::named("book")
};

#[get("/")]
fn form() -> Page {
    Page::render("book/form", context! {})
}

#[get("/plain")]
fn plain() -> Page {
    Page::render("book/plain", context! {})
}

#[derive(FromForm)]
struct Entry {
    name: String,
}

#[post("/", data = "<entry>")]
fn sign(entry: Form<Entry>) -> String {
    SIGNED.fetch_add(1, Ordering::SeqCst);
    format!("signed by {}", entry.into_inner().name)
}

#[post("/hook")]
fn hook() -> &'static str {
    "taken"
}

async fn book() -> TestSite {
    TestSite::on(DatabaseKind::Sqlite).modules(&[&BOOK]).start().await
}

/// The state of a visitor's browser: the cookie and the token of a form.
struct Visitor {
    cookie: String,
    token: String,
}

async fn visitor(site: &TestSite) -> Visitor {
    let answer = site.get("/book/").await;
    let cookie = answer.header("set-cookie").expect("a form makes a secret");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    Visitor { cookie, token: token_in(&answer) }
}

fn token_in(answer: &Answer) -> String {
    let text = answer.text();
    let (_, rest) = text.split_once("name=\"csrf_token\" value=\"").expect("the form has a field");
    rest.split('"').next().unwrap().to_owned()
}

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

async fn send(
    site: &TestSite,
    visitor: &Visitor,
    token: &str,
    more: &[(&'static str, &str)],
) -> Answer {
    let cookie = ("Cookie", visitor.cookie.as_str());
    let headers = [&[FORM, cookie], more].concat();
    let body = format!("csrf_token={token}&name=Zo%C3%AB");
    site.post("/book/", &headers, body.as_bytes()).await
}

#[rocket::async_test]
async fn a_form_of_the_site_is_taken() {
    let site = book().await;
    let visitor = visitor(&site).await;
    let answer = send(&site, &visitor, &visitor.token, &[]).await;
    assert_eq!((answer.status, answer.text()), (200, "signed by Zoë"));
    for from_here in [("Sec-Fetch-Site", "same-origin"), ("Origin", "http://site.example")] {
        let headers = [from_here, ("Host", "site.example")];
        let answer = send(&site, &visitor, &visitor.token, &headers).await;
        assert_eq!(answer.status, 200, "{from_here:?}");
    }
}

#[rocket::async_test]
async fn each_page_has_a_token_of_its_own_that_goes_on_being_good() {
    let site = book().await;
    let visitor = visitor(&site).await;
    let again = site.get_with("/book/", &[("Cookie", &visitor.cookie)]).await;
    assert_eq!(again.header("set-cookie"), None, "the secret stays");
    assert_ne!(token_in(&again), visitor.token);
    for token in [token_in(&again), visitor.token.clone()] {
        assert_eq!(send(&site, &visitor, &token, &[]).await.status, 200);
    }
}

#[rocket::async_test]
async fn a_request_without_the_visitors_token_changes_nothing() {
    let site = book().await;
    let (me, other) = (visitor(&site).await, visitor(&site).await);
    let before = SIGNED.load(Ordering::SeqCst);
    let zeros = "0".repeat(128);
    let non_ascii = "é".repeat(64);
    for token in ["", "abc", &me.token[..127], &other.token, &zeros, &non_ascii] {
        assert_eq!(send(&site, &me, token, &[]).await.status, 403, "{token}");
    }
    let cookie = ("Cookie", me.cookie.as_str());
    let no_token = site.post("/book/", &[FORM, cookie], b"name=x").await;
    assert_eq!(no_token.status, 403);
    assert!(no_token.text().contains("csrf_input"), "a debug build says what the form lacks");
    let no_cookie = format!("csrf_token={}&name=x", me.token);
    assert_eq!(site.post("/book/", &[FORM], no_cookie.as_bytes()).await.status, 403);
    let no_form = site.post("/book/", &[cookie], no_cookie.as_bytes()).await;
    assert_eq!(no_form.status, 403, "a body of no type is no form");
    let late = format!("name=x&csrf_token={}", me.token);
    assert_eq!(site.post("/book/", &[FORM, cookie], late.as_bytes()).await.status, 403);
    assert_eq!(SIGNED.load(Ordering::SeqCst), before, "no handler was called");
}

#[rocket::async_test]
async fn a_page_of_another_site_cannot_send_even_with_a_token() {
    let site = book().await;
    let me = visitor(&site).await;
    for from_there in [
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://site.example.evil.example"),
    ] {
        let headers = [from_there, ("Host", "site.example")];
        assert_eq!(send(&site, &me, &me.token, &headers).await.status, 403, "{from_there:?}");
    }
}

#[rocket::async_test]
async fn scripts_and_forms_with_files_send_it_too() {
    let site = book().await;
    let me = visitor(&site).await;
    let cookie = ("Cookie", me.cookie.as_str());
    let by_header = [FORM, cookie, ("X-CSRF-Token", me.token.as_str())];
    assert_eq!(site.post("/book/", &by_header, b"name=x").await.status, 200);

    let multipart = ("Content-Type", "multipart/form-data; boundary=xYz");
    let part = |name: &str, value: &str| {
        format!("--xYz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let token = part("csrf_token", &me.token);
    let good = format!("{token}{}--xYz--\r\n", part("name", "x"));
    assert_eq!(site.post("/book/", &[multipart, cookie], good.as_bytes()).await.status, 200);
    let late = format!("{}{token}--xYz--\r\n", part("name", "x"));
    assert_eq!(site.post("/book/", &[multipart, cookie], late.as_bytes()).await.status, 403);
    // The name of another part that looks like the token's.
    let posing = part("name", "x").replace("name=\"name\"", "name=\"name\"; x=\"csrf_token\"");
    let posing = format!("{posing}{token}--xYz--\r\n");
    assert_eq!(site.post("/book/", &[multipart, cookie], posing.as_bytes()).await.status, 403);
}

#[rocket::async_test]
async fn only_pages_with_a_form_make_a_secret_and_are_not_kept() {
    let site = book().await;
    let plain = site.get("/book/plain/").await;
    assert_eq!((plain.header("set-cookie"), plain.header("cache-control")), (None, None));
    let form = site.get("/book/").await;
    assert_eq!(form.header("cache-control"), Some("private, no-store"));
    let cookie = form.header("set-cookie").unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
}

#[rocket::async_test]
async fn outside_the_local_profile_the_cookie_is_for_https_and_this_host_alone() {
    let database = Database::fresh(DatabaseKind::Sqlite).await;
    let setup = || TestSite::on(DatabaseKind::Sqlite).modules(&[&BOOK]).database(&database);
    setup().migrate().await.unwrap();
    let site = setup().profile("heroku").start().await;
    let answer = site.get("/book/").await;
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-csrf="), "{cookie}");
    assert!(cookie.contains("; Secure"), "{cookie}");
}

#[rocket::async_test]
async fn a_route_may_be_exempt_and_must_exist() {
    static WRONG: LocalModule =
        LocalModule { csrf_exempt: &["nothing"], ..LocalModule::named("wrong") };
    let site = book().await;
    let from_there = [("Sec-Fetch-Site", "cross-site")];
    assert_eq!(site.post("/book/hook", &from_there, b"").await.text(), "taken");
    let problems = TestSite::on(DatabaseKind::Sqlite).modules(&[&WRONG]).problems();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("[wrong] "), "{problems:?}");
    assert!(problems[0].contains("(routes.E010)"), "{problems:?}");
}
