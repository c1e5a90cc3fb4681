//! Delivery of assets: compression, validation, ranges.

use std::io::Read;

use rocket::http::Method;
use site_tests::{Answer, DatabaseKind, HolidayHomes, TestSite};

const STYLE: &str = "/static/host/site.css";

async fn site() -> TestSite {
    HolidayHomes::on(DatabaseKind::Sqlite).start().await
}

fn etag(answer: &Answer) -> String {
    answer.header("etag").expect("an asset has a tag").to_owned()
}

fn decoded(answer: &Answer) -> Vec<u8> {
    let mut content = Vec::new();
    let body = answer.body.as_slice();
    let read = match answer.header("content-encoding") {
        None => return body.to_vec(),
        Some("br") => brotli::Decompressor::new(body, 4096).read_to_end(&mut content),
        Some("gzip") => flate2::read::GzDecoder::new(body).read_to_end(&mut content),
        Some(other) => panic!("{other} was not asked for"),
    };
    read.unwrap();
    content
}

#[rocket::async_test]
async fn a_file_is_compressed_as_the_client_likes() {
    let site = site().await;
    let plain = site.get(STYLE).await;
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(plain.header("vary"), Some("Accept-Encoding"));
    for (accepted, expected) in [
        ("br", Some("br")),
        ("gzip", Some("gzip")),
        ("gzip, deflate, br, zstd", Some("br")),
        ("br;q=0.5, gzip;q=0.8", Some("gzip")),
        ("br;q=0, gzip", Some("gzip")),
        ("*", Some("br")),
        ("deflate", None),
        ("identity", None),
        ("gzip;q=0, br;q=0", None),
        ("*;q=0", None),
        ("", None),
    ] {
        let answer = site.get_with(STYLE, &[("Accept-Encoding", accepted)]).await;
        assert_eq!(answer.status, 200, "{accepted}");
        assert_eq!(answer.header("content-encoding"), expected, "{accepted}");
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"), "{accepted}");
        assert_eq!(answer.header("content-type"), plain.header("content-type"), "{accepted}");
        assert_eq!(decoded(&answer), plain.body, "{accepted}");
        assert_eq!(answer.body.len() < plain.body.len() / 2, expected.is_some(), "{accepted}");
        assert_eq!(etag(&answer) == etag(&plain), expected.is_none(), "{accepted}");
    }
}

#[rocket::async_test]
async fn a_tag_is_strong_and_answers_a_question_with_304() {
    let site = site().await;
    for accepted in ["identity", "gzip", "br"] {
        let accept = ("Accept-Encoding", accepted);
        let first = site.get_with(STYLE, &[accept]).await;
        let tag = etag(&first);
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        for known in [
            tag.clone(),
            "*".to_owned(),
            format!("W/{tag}"),
            format!("\"other\", {tag}"),
            format!("\"other\",W/{tag} , \"more\""),
        ] {
            let answer = site.get_with(STYLE, &[accept, ("If-None-Match", &known)]).await;
            assert_eq!(answer.status, 304, "{known}");
            assert!(answer.body.is_empty(), "{known}");
            for header in ["etag", "cache-control", "vary"] {
                assert_eq!(answer.header(header), first.header(header), "{header} for {known}");
            }
        }
        for unknown in ["\"other\"", "W/\"other\"", "", "other", &tag[1..tag.len() - 1]] {
            let answer = site.get_with(STYLE, &[accept, ("If-None-Match", unknown)]).await;
            assert_eq!(answer.status, 200, "{unknown}");
            assert_eq!(answer.body, first.body, "{unknown}");
        }
    }
}

#[rocket::async_test]
async fn a_tag_of_another_encoding_is_another_tag() {
    let site = site().await;
    let plain = etag(&site.get(STYLE).await);
    let headers = [("Accept-Encoding", "br"), ("If-None-Match", &*plain)];
    assert_eq!(site.get_with(STYLE, &headers).await.status, 200);
}

#[rocket::async_test]
async fn a_part_of_a_file_can_be_asked_for() {
    let site = site().await;
    let whole = site.get(STYLE).await;
    let length = whole.body.len();
    assert!(length > 100);
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let last = length - 1;
    let far = "bytes=10-99999999999999999999999";
    for (range, from, to) in [
        ("bytes=0-4", 0, 4),
        ("bytes=4-4", 4, 4),
        ("bytes=10-", 10, last),
        ("bytes=-7", length - 7, last),
        ("bytes=-99999999", 0, last),
        (far, 10, last),
    ] {
        for accepted in ["identity", "br"] {
            let headers = [("Range", range), ("Accept-Encoding", accepted)];
            let answer = site.get_with(STYLE, &headers).await;
            assert_eq!(answer.status, 206, "{range}");
            assert_eq!(answer.body, whole.body[from..=to], "{range}");
            let content_range = format!("bytes {from}-{to}/{length}");
            assert_eq!(answer.header("content-range"), Some(&*content_range), "{range}");
            assert_eq!(answer.header("content-encoding"), None, "{range}");
            assert_eq!(etag(&answer), etag(&whole), "{range}");
        }
    }
    let past = format!("bytes={length}-");
    for range in [&*past, "bytes=99999999-", "bytes=99999999-99999999", "bytes=-0"] {
        let answer = site.get_with(STYLE, &[("Range", range)]).await;
        assert_eq!(answer.status, 416, "{range}");
        assert_eq!(answer.header("content-range"), Some(&*format!("bytes */{length}")), "{range}");
    }
    for range in ["bytes=4-2", "bytes=a-b", "lines=1-2", "bytes=", "bytes=-", "", "bytes=0-1,4-5"] {
        let answer = site.get_with(STYLE, &[("Range", range)]).await;
        assert_eq!((answer.status, answer.body.len()), (200, length), "{range}");
    }
}

#[rocket::async_test]
async fn a_part_is_only_sent_of_the_file_the_client_knows() {
    let site = site().await;
    let whole = site.get(STYLE).await;
    let tag = etag(&whole);
    let weak = format!("W/{tag}");
    for (known, status) in
        [(&*tag, 206), ("\"other\"", 200), (&*weak, 200), ("Sat, 01 Jan 2000 00:00:00 GMT", 200)]
    {
        let headers = [("Range", "bytes=0-4"), ("If-Range", known)];
        let answer = site.get_with(STYLE, &headers).await;
        assert_eq!(answer.status, status, "{known}");
        let length = if status == 206 { 5 } else { whole.body.len() };
        assert_eq!(answer.body.len(), length, "{known}");
    }
    let headers = [("Range", "bytes=0-4"), ("If-None-Match", &*tag)];
    assert_eq!(site.get_with(STYLE, &headers).await.status, 304, "the question comes first");
}

#[rocket::async_test]
async fn what_is_compressed_already_is_sent_as_it_is() {
    let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&PICTURES]).start().await;
    let answer =
        site.get_with("/static/pictures/big.png", &[("Accept-Encoding", "br, gzip")]).await;
    assert_eq!(answer.header("content-encoding"), None);
    assert_eq!(answer.body, PICTURE);
}

const PICTURE: &[u8] = &[b'a'; 1000];

static PICTURES: site_tests::LocalModule = site_tests::LocalModule {
    assets: &[("big.png", PICTURE)],
    ..site_tests::LocalModule::named("pictures")
};

#[rocket::async_test]
async fn assets_are_only_read() {
    let site = site().await;
    for method in [Method::Post, Method::Put, Method::Delete, Method::Patch] {
        let answer = site.send(method, STYLE, &[]).await;
        assert!(matches!(answer.status, 404 | 405), "{method}: {}", answer.status);
    }
}

#[rocket::async_test]
async fn a_page_of_another_release_gets_the_file_of_this_one_and_nobody_keeps_it() {
    let site = site().await;
    let current = site.get(STYLE).await;
    for older in ["/static/host/site.0123456789ab.css", "/static/host/site.css.0123456789ab"] {
        let answer = site.get(older).await;
        assert_eq!((answer.status, &answer.body), (200, &current.body), "{older}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{older}");
        assert_eq!(answer.header("content-type"), current.header("content-type"), "{older}");
    }
    for unknown in [
        "/static/host/nothing.0123456789ab.css",
        "/static/host/site.0123456789abcd.css",
        "/static/host/site.0123456789AB.css",
        "/static/host/site.0123456789ab.js",
        "/static/host/site.0123456789ab.0123456789ab.css",
    ] {
        assert_eq!(site.get(unknown).await.status, 404, "{unknown}");
    }
}
