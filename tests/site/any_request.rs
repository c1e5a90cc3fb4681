//! Arbitrary requests never make the site fail, and never redirect to another host.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;
use site_tests::{DatabaseKind, HolidayHomes, ServedSite, parse};

/// The number of requests of each kind.
const REQUESTS: usize = 300;

/// A path and a query, of parts that the site knows and others.
fn target() -> impl Strategy<Value = String> {
    let known = "/(lettings|profiles|admin|accounts|static|healthz|marisol|login|1|\\.\\.)?";
    let encoded = "%[0-9A-Fa-f]{2}|%[!-~]{0,2}";
    let part = prop_oneof![known, encoded, "[!-\"$-~]{0,6}"];
    let path = proptest::collection::vec(part, 0..6).prop_map(|parts| parts.concat());
    let query = proptest::option::of("[!-\"$-~]{0,20}(&page=[0-9]{0,25})?(&next=[!-~]{0,9})?");
    (path, query).prop_map(|(path, query)| match query {
        Some(query) => format!("/{path}?{query}"),
        None => format!("/{path}"),
    })
}

/// Headers that the site reads, with values of all kinds.
fn headers() -> impl Strategy<Value = String> {
    let name = "Cookie|Accept-Encoding|Range|If-Range|If-None-Match|Origin|Sec-Fetch-Site|traceparent|\
                X-CSRF-Token|X-Request-Id|X-Forwarded-For|Accept-Language";
    let value = "((session|csrf|messages|flash)=)?[ -~\u{e4}\u{4e2d}]{0,40}(; [!-~]{0,9}=[!-~]{0,9})?|\
                 (br|gzip|\\*)(;q=[0-9.]{0,5})?(, *[a-z]{0,4})?|bytes=[0-9]{0,20}-[0-9]{0,20}";
    let header = (name, value).prop_map(|(name, value)| format!("{name}: {value}\r\n"));
    proptest::collection::vec(header, 0..5).prop_map(|headers| headers.concat())
}

/// A form's body, and how it is encoded.
fn form() -> impl Strategy<Value = (&'static str, String)> {
    let field = "(csrf_token|username|password|email|next|[a-z\\[\\].]{0,6})=[!-~]{0,30}";
    let fields = proptest::collection::vec(field, 0..5).prop_map(|fields| fields.join("&"));
    let plain = fields.prop_map(|body| ("application/x-www-form-urlencoded", body));
    let parts = "(--x(--)?\r\n|Content-Disposition: form-data; name=\"[a-z\"]{0,9}\"\r\n|\r\n|[ -~]{0,9}){0,8}";
    prop_oneof![plain, parts.prop_map(|body| ("multipart/form-data; boundary=x", body))]
}

async fn is_survived(site: &ServedSite, request: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", site.port())).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    let answer = parse(&bytes).unwrap_or_else(|error| panic!("{error}: {request:?}"));
    assert!(answer.status < 500, "{}: {request:?}", answer.status);
    if let Some(location) = answer.header("location") {
        let second = location.as_bytes().get(1);
        let is_own = location.starts_with('/') && !matches!(second, Some(b'/' | b'\\'));
        assert!(is_own, "{location}: {request:?}");
    }
}

#[rocket::async_test]
async fn whatever_is_asked_for_and_sent_the_site_does_not_fail() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).demo_data().serve().await;
    let mut runner = TestRunner::default();
    let mut any =
        |strategy: &BoxedStrategy<String>| strategy.new_tree(&mut runner).unwrap().current();
    let get = (target(), headers()).prop_map(|(target, headers)| {
        format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n")
    });
    let post = (target(), headers(), form()).prop_map(|(target, headers, (kind, body))| {
        let length = body.len();
        format!(
            "POST {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {kind}\r\n\
             Content-Length: {length}\r\n{headers}\r\n{body}"
        )
    });
    for strategy in [get.boxed(), post.boxed()] {
        for _ in 0..REQUESTS {
            is_survived(&site, &any(&strategy)).await;
        }
    }
    site.stop().await;
}
