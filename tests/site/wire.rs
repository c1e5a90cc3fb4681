//! Properties on the wire: lengths, and addresses that no client library would send.

use site_tests::{DatabaseKind, HolidayHomes, on_both_databases};

use crate::addresses::assert_not_found;

on_both_databases! {
    head_has_the_headers_of_get,
    addresses_that_no_browser_sends_are_not_found,
    no_redirect_leads_to_another_host,
}

async fn head_has_the_headers_of_get(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().serve().await;
    for address in [
        "/",
        "/lettings/",
        "/lettings/1/",
        "/profiles/marisol/",
        "/nothing/",
        "/lettings",
        "/static/host/site.css",
    ] {
        let (mut get, mut head) = (site.get(address).await, site.head(address).await);
        assert_eq!(head.status, get.status, "{address}");
        assert!(head.body.is_empty(), "{address}");
        let length = get.body.len().to_string();
        assert_eq!(get.header("content-length"), Some(&*length), "{address}");
        for answer in [&mut get, &mut head] {
            let own = ["date", "x-request-id", "x-kept-page"];
            answer.headers.retain(|(name, _)| !own.contains(&name.as_str()));
        }
        assert_eq!(head.headers, get.headers, "{address}");
    }
    site.stop().await;
}

async fn addresses_that_no_browser_sends_are_not_found(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().serve().await;
    let long = format!("/profiles/{}/", "x".repeat(10_000));
    for target in [
        "/lettings/abc/",
        "/lettings/+1/",
        "/profiles/%00/",
        "/profiles/%zz/",
        "/profiles/%/",
        "/profiles/%FF/",
        "/%zz",
        "/lettings/\"1\"/",
        "/lettings/{1}/",
        "/lettings/[1]/",
        "/lettings/1|2/",
        "/lettings\\1/",
        "/\\lettings/",
        "/static/../Cargo.toml",
        "/static/host/../../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/host/..%2f..%2fCargo.toml",
        "/static/host/..\\..\\Cargo.toml",
        "/static/host/..%5c..%5cCargo.toml",
        "/static/host/site.css%00",
        "/static/../../../../../../etc/passwd",
        &long,
    ] {
        assert_not_found(&site.get(target).await, target);
    }
    assert_eq!(site.get("/lettings/?page=%zz").await.status, 200);
    assert_eq!(site.get("/lettings/?page=[2]").await.status, 200);
    assert_eq!(site.get("/profiles/%D0%B4%D0%B0%D1%80%D1%8C%D1%8F/").await.status, 200);
    site.stop().await;
}

async fn no_redirect_leads_to_another_host(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().serve().await;
    for target in [
        "//lettings",
        "//lettings/1",
        "///lettings",
        "//profiles/marisol",
        "//profiles//evil.example",
        "//profiles/@evil.example",
        "//evil.example/lettings",
        "//evil.example",
        "/\\evil.example",
        "/\\/lettings",
        "/%5Cevil.example",
        "/%2Fevil.example",
        "/%2F/lettings",
        "/lettings/%0d%0aLocation:%20//evil.example",
        "http://evil.example/lettings",
        "http://evil.example//lettings/1",
    ] {
        let answer = site.get(target).await;
        assert!(matches!(answer.status, 301 | 404), "{target}: {}", answer.status);
        if answer.status == 301 {
            let location = answer.location();
            let second = location.as_bytes().get(1);
            assert!(location.starts_with('/'), "{target} → {location}");
            assert!(!matches!(second, Some(b'/' | b'\\')), "{target} → {location}");
        }
    }
    site.stop().await;
}
