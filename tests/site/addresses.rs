//! The addresses of the site: status 404, redirects, and methods.

use std::path::PathBuf;

use rocket::http::Method;
use site_tests::{
    AddRows, Answer, DatabaseKind, HolidayHomes, LocalModule, Person, TestSite, on_both_databases,
};

on_both_databases! {
    what_does_not_exist_is_not_found,
    what_is_malformed_is_not_found,
    an_address_without_its_slash_is_redirected_with_its_query,
    the_address_of_a_file_keeps_its_form,
    head_answers_as_get_without_a_body,
    other_methods_are_refused_with_the_site_s_own_page,
}

/// That an answer is the site's own page for what does not exist.
#[track_caller]
pub(crate) fn assert_not_found(answer: &Answer, address: &str) {
    assert_eq!(answer.status, 404, "{address}");
    let page = answer.page();
    assert_eq!(page.title(), "Page not found", "{address}");
    assert_eq!(page.heading(), "Page not found", "{address}");
    assert!(page.id("main-content").is_some(), "{address} is in the site's layout");
}

async fn what_does_not_exist_is_not_found(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().start().await;
    for address in [
        "/nothing",
        "/nothing/",
        "/index.html",
        "/lettings/20/",
        "/lettings/9223372036854775807/",
        "/lettings/1/more/",
        "/profiles/nobody/",
        "/profiles/marisol/more/",
        "/Lettings/",
        "/static/",
        "/favicon.ico",
    ] {
        assert_not_found(&site.get(address).await, address);
        assert_eq!(site.head(address).await.status, 404, "{address}");
    }
}

async fn what_is_malformed_is_not_found(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().start().await;
    let long = format!("/profiles/{}/", "x".repeat(10_000));
    let long_and_encoded = format!("/profiles/{}/", "%D0%B6".repeat(10_000));
    let long_number = format!("/lettings/{}/", "1".repeat(10_000));
    for address in [
        "/lettings/abc/",
        "/lettings/0/",
        "/lettings/-1/",
        "/lettings/+1/",
        "/lettings/1.0/",
        "/lettings/1e0/",
        "/lettings/0x1/",
        "/lettings/%201/",
        "/lettings/1%20/",
        "/lettings/1%00/",
        "/lettings/%D9%A1/",
        "/lettings/99999999999999999999/",
        "/lettings/9223372036854775808/",
        "/lettings/1%2F/",
        "/lettings/1;--/",
        "/profiles/%00/",
        "/profiles/marisol%00/",
        "/profiles/a%0D%0AX-Injected:%20yes/",
        "/profiles/%1B%5B2J/",
        "/profiles/%7F/",
        "/profiles/%C2%85/",
        "/profiles/%zz/",
        "/profiles/%/",
        "/profiles/%f/",
        "/profiles/%FF/",
        "/profiles/%C0%AE/",
        "/profiles/%ED%A0%80/",
        "/profiles/marisol'%20OR%20'1'='1/",
        "/profiles/%25/",
        "/%zz",
        "/%00",
        "/%FF/",
        &long,
        &long_and_encoded,
        &long_number,
    ] {
        let answer = site.get(address).await;
        assert_not_found(&answer, address);
        assert_eq!(answer.header("x-injected"), None, "{address}");
    }
}

async fn an_address_without_its_slash_is_redirected_with_its_query(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().start().await;
    site.add_profile(Person::named("a@b")).await;
    for (asked, meant) in [
        ("/lettings", "/lettings/"),
        ("/lettings?page=2", "/lettings/?page=2"),
        ("/lettings?page=2&of=a%26b+c", "/lettings/?page=2&of=a%26b+c"),
        ("/lettings?", "/lettings/?"),
        ("/lettings/1", "/lettings/1/"),
        ("/profiles", "/profiles/"),
        ("/profiles/zo%C3%AB.li", "/profiles/zo%C3%AB.li/"),
        ("/profiles/hank%2Bsurf?x=//evil.example", "/profiles/hank%2Bsurf/?x=//evil.example"),
        ("/profiles/a@b", "/profiles/a@b/"),
        ("//lettings/1", "/lettings/1/"),
        ("///lettings/1", "/lettings/1/"),
        ("/lettings//1", "/lettings/1/"),
        ("/lettings//1/", "/lettings/1/"),
        ("/lettings/1//", "/lettings/1/"),
        ("//lettings/", "/lettings/"),
        ("//lettings", "/lettings/"),
        ("//", "/"),
    ] {
        let answer = site.get(asked).await;
        assert_eq!(answer.status, 301, "{asked}");
        assert_eq!(answer.location(), meant, "{asked}");
        let head = site.head(asked).await;
        assert_eq!((head.status, head.location()), (301, meant), "HEAD {asked}");
        assert_eq!(site.get(meant).await.status, 200, "{meant}");
    }
    // What there is no page for is not redirected to where there is none either.
    for address in ["/nothing", "//nothing", "//evil.example/lettings", "//evil.example/%2e%2e"] {
        assert_not_found(&site.get(address).await, address);
    }
}

static FEED: LocalModule =
    LocalModule { routes: || rocket::routes![feed, folder], ..LocalModule::named("feed") };

#[rocket::get("/all.xml")]
fn feed() -> &'static str {
    "all"
}

#[rocket::get("/folder/<path..>")]
fn folder(path: PathBuf) -> Option<String> {
    path.into_os_string().into_string().ok()
}

async fn the_address_of_a_file_keeps_its_form(on: DatabaseKind) {
    let site = TestSite::on(on).modules(&[&FEED]).start().await;
    for (address, text) in
        [("/feed/all.xml", "all"), ("/feed/folder/a/b", "a/b"), ("/feed/folder/a.txt", "a.txt")]
    {
        let answer = site.get(address).await;
        assert_eq!((answer.status, answer.text()), (200, text), "{address}");
        assert_eq!(site.head(address).await.status, 200, "HEAD {address}");
    }
    assert_eq!(site.get("/static/host/site.css").await.status, 200);
}

async fn head_answers_as_get_without_a_body(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().start().await;
    for address in
        ["/", "/lettings/", "/lettings/1/", "/profiles/marisol/", "/nothing/", "/lettings"]
    {
        let (get, head) = (site.get(address).await, site.head(address).await);
        assert_eq!(head.status, get.status, "{address}");
        let headers = |answer: &Answer| {
            let mut headers = answer.headers.clone();
            headers.retain(|(name, _)| name != "x-request-id" && name != "x-kept-page");
            headers
        };
        assert_eq!(headers(&head), headers(&get), "{address}");
        assert!(head.body.is_empty(), "{address}");
    }
}

async fn other_methods_are_refused_with_the_site_s_own_page(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().start().await;
    for address in ["/", "/lettings/", "/lettings/1/", "/lettings", "/profiles/marisol/"] {
        for method in [Method::Post, Method::Put, Method::Delete, Method::Patch, Method::Options] {
            let answer = site.send(method, address, &[]).await;
            assert!(matches!(answer.status, 404 | 405), "{method} {address}: {}", answer.status);
            assert!(answer.page().id("main-content").is_some(), "{method} {address}");
        }
    }
}
