//! The names of assets, their caching and their media types; other files are not served.

use site_tests::{DatabaseKind, HolidayHomes, LocalModule, TestSite};

use crate::addresses::assert_not_found;
use crate::crawl::{resolve, urls_of_css};

static FILES: LocalModule = LocalModule {
    assets: &[
        ("app.js", b"1"),
        ("module.mjs", b"2"),
        ("data.json", b"{}"),
        ("site.webmanifest", b"{ }"),
        ("font.woff2", b"3"),
        ("picture.png", b"4"),
        ("photo.jpg", b"5"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("style.css", b"a{}"),
        ("notes.txt", b"6"),
        ("thing.unknown", b"7"),
        ("LICENSE", b"8"),
        ("deep/er/a b?.svg", b"<svg/>"),
    ],
    ..LocalModule::named("files")
};

#[rocket::async_test]
async fn each_file_has_the_type_of_its_ending() {
    let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&FILES]).start().await;
    for (file, expected) in [
        ("app.js", "text/javascript; charset=utf-8"),
        ("module.mjs", "text/javascript; charset=utf-8"),
        ("data.json", "application/json"),
        ("site.webmanifest", "application/manifest+json"),
        ("font.woff2", "font/woff2"),
        ("picture.png", "image/png"),
        ("photo.jpg", "image/jpeg"),
        ("drawing.svg", "image/svg+xml"),
        ("style.css", "text/css; charset=utf-8"),
        ("notes.txt", "text/plain; charset=utf-8"),
        ("thing.unknown", "application/octet-stream"),
        ("LICENSE", "application/octet-stream"),
        ("deep/er/a%20b%3F.svg", "image/svg+xml"),
    ] {
        let answer = site.get(&format!("/static/files/{file}")).await;
        assert_eq!(answer.status, 200, "{file}");
        assert_eq!(answer.header("content-type"), Some(expected), "{file}");
    }
}

/// The address of a stylesheet as a page names it.
async fn stylesheet(site: &TestSite, page: &str, name: &str) -> String {
    let addresses = site.get(page).await.page().addresses();
    let stylesheet = addresses.into_iter().find(|a| a.contains(name) && a.ends_with(".css"));
    stylesheet.unwrap_or_else(|| panic!("{page} has no stylesheet {name}"))
}

#[rocket::async_test]
async fn a_name_with_a_hash_is_kept_forever_and_a_plain_one_shortly() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).start().await;
    let hashed = stylesheet(&site, "/lettings/", "/lettings.").await;
    assert!(hashed.starts_with("/static/lettings/lettings."), "{hashed}");
    let (hashed_answer, plain_answer) =
        (site.get(&hashed).await, site.get("/static/lettings/lettings.css").await);
    assert_eq!(hashed_answer.body, plain_answer.body);
    assert_eq!(hashed_answer.header("etag"), plain_answer.header("etag"));
    let forever = hashed_answer.header("cache-control").unwrap();
    assert!(forever.contains("immutable") && forever.contains("max-age=31536000"), "{forever}");
    let shortly = plain_answer.header("cache-control").unwrap();
    assert!(!shortly.contains("immutable"), "{shortly}");
    let (_, age) = shortly.split_once("max-age=").unwrap();
    assert!(age.parse::<u32>().unwrap() <= 3600, "{shortly}");
}

#[rocket::async_test]
async fn what_a_stylesheet_refers_to_has_a_hash_and_is_there() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).start().await;
    let mut found = 0;
    for (page, name) in [("/", "/home."), ("/lettings/", "/lettings."), ("/lettings/", "/style.")] {
        let address = stylesheet(&site, page, name).await;
        for reference in urls_of_css(site.get(&address).await.text()) {
            let image = resolve(&address, &reference).expect("it is of this site");
            let answer = site.get(&image).await;
            assert_eq!(answer.status, 200, "{image} in {address}");
            let kept = answer.header("cache-control").unwrap();
            assert!(kept.contains("immutable"), "{image} in {address}: {kept}");
            found += 1;
        }
    }
    assert!(found >= 8, "{found} references");
}

#[rocket::async_test]
async fn nothing_outside_the_assets_is_served() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).start().await;
    assert_eq!(site.get("/static/host/site.css").await.status, 200);
    for address in [
        "/static",
        "/static/",
        "/static/host",
        "/static/host/",
        "/static/lettings/",
        "/static/../Cargo.toml",
        "/static/../../../../etc/passwd",
        "/static/host/../../Cargo.toml",
        "/static/host/../site.css",
        "/static/./host/../../host/Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/%2E%2E/%2E%2E/Cargo.toml",
        "/static/host/%2e%2e/%2e%2e/Cargo.toml",
        "/static/host/..%2fsite.css",
        "/static/host/..%2f..%2fCargo.toml",
        "/static/host/%2e%2e%2f%2e%2e%2fCargo.toml",
        "/static/host%5csite.css",
        "/static/host/..%5c..%5cCargo.toml",
        "/static/host/site.css%00",
        "/static/host/site.css%00.svg",
        "/static/%00",
        "/static/host/%252e%252e/Cargo.toml",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/host/SITE.CSS",
        "/static/host/site.css%20",
        "/static/host/.gitignore",
        "/static/lettings/index.html.j2",
        "/static/nobody/site.css",
        "/static/host/%zz",
    ] {
        assert_not_found(&site.get(address).await, address);
    }
}
