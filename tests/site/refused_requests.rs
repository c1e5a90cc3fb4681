//! Requests that are not let in are refused, counted and logged, whatever answers them.

use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;
use rocket::{Request, catch, catchers};
use serde_json::Value;
use site_tests::{Answer, DatabaseKind, HolidayHomes, LocalModule, SECRET_KEY, ask, parse};

use crate::program::{Program, until};
use crate::workshop::Workshop;

const NO_REQUEST: &str = "This is no request that this site knows.\n";
const OTHER_HOST: &str = "This site is not at this host.\n";
const NO_HOST: &str = "A request names the one host that it is for.\n";

/// Requests that a public site at `example.org` refuses: the request line and the headers, the method
/// and the path that the log has, and the text of the answer.
const REFUSED: [(&str, &str, &str, &str); 9] = [
    ("BREW / HTTP/1.1\r\nHost: example.org", "other", "/", NO_REQUEST),
    ("PROPFIND /admin/ HTTP/1.1\r\nHost: example.org", "other", "/admin/", NO_REQUEST),
    ("BREW /lettings/ HTTP/1.1\r\nHost: evil.example", "other", "/lettings/", OTHER_HOST),
    ("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org", "other", "/", NO_REQUEST),
    ("GET /lettings/ HTTP/1.1\r\nHost: evil.example", "GET", "/lettings/", OTHER_HOST),
    ("GET /lettings/ HTTP/1.1", "GET", "/lettings/", NO_HOST),
    ("GET / HTTP/1.1\r\nHost: example.org\r\nHost: example.org", "GET", "/", NO_HOST),
    ("GET / HTTP/1.1\r\nHost: example.org\r\nHost: evil.example", "GET", "/", NO_HOST),
    ("GET / HTTP/1.1\r\nHost: example.org, evil.example", "GET", "/", NO_HOST),
];

/// The answer to these bytes, until the connection ends.
async fn answer_to(port: u16, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

/// The answer to a request line and headers.
async fn exchange(port: u16, head: &str) -> Answer {
    let head = format!("{head}\r\nConnection: close\r\n\r\n");
    parse(&answer_to(port, head.as_bytes()).await).unwrap()
}

#[rocket::async_test]
async fn whatever_answers_a_request_that_is_refused_it_is_counted_logged_and_has_all_headers() {
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    let mut command = workshop.command(&[]);
    command.env("ROCKET_PROFILE", "production").env("ROCKET_ADDRESS", "127.0.0.1");
    command.env("ALLOWED_HOSTS", "example.org").env("ROCKET_METRICS", "true");
    command.env("ROCKET_METRICS_TOKEN", SECRET_KEY);
    let site = Program::start(command);
    for (head, method, path, text) in REFUSED {
        let answer = exchange(site.port(), head).await;
        assert_eq!((answer.status, answer.text()), (400, text), "{head}");
        for header in ["content-security-policy", "strict-transport-security", "x-frame-options"] {
            assert!(answer.header(header).is_some(), "{head} has no {header}");
        }
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{head}");
        let id = answer.header("x-request-id").unwrap();
        let line = || Some(site.log().lines().find(|line| line.contains(id))?.to_owned());
        until("it is logged", || line().is_some()).await;
        let line: Value = serde_json::from_str(&line().unwrap()).unwrap();
        let logged = ["method", "path", "target"].map(|name| line[name].as_str().unwrap());
        assert_eq!(logged, [method, path, "host::request"], "{head}");
        assert_eq!(line["status"], 400);
    }
    let token = format!("Bearer {SECRET_KEY}");
    let headers = [("Host", "example.org"), ("Authorization", &*token)];
    let numbers = ask(site.port(), "GET", "/metrics", &headers).await.unwrap();
    for (method, count) in [("other", 4), ("GET", 5)] {
        let counted = format!("method=\"{method}\",status=\"400\"}} {count}\n");
        assert!(numbers.text().contains(&counted), "{counted}{}", numbers.text());
    }
    site.stop().await;
}

#[rocket::async_test]
async fn a_form_does_not_pass_for_a_request_that_changes_nothing() {
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    let mut command = workshop.command(&[]);
    command.env("ROCKET_KEPT_PAGES_MIB", "16");
    let site = Program::start(command);
    for _ in 0..2 {
        site.answers("/lettings/", 200).await;
    }
    for method in ["HEAD", "GET", "OPTIONS", "head"] {
        for path in ["/lettings/", "/nope/", "/healthz"] {
            let body = format!("_method={method}&a=b");
            let request = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: \
                 application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let answer = parse(&answer_to(site.port(), request.as_bytes()).await).unwrap();
            let refused = [403, 404, 405].contains(&answer.status);
            assert!(refused && !answer.text().is_empty(), "{method} {path}: {}", answer.status);
        }
    }
    let logged = || site.log().matches("method=\"POST\"").count();
    until("they are logged as what they are", || logged() >= 8).await;
    site.stop().await;
}

/// Bytes that are no request at all, so that no fairing and no catcher hears of it.
const NO_REQUESTS: [&str; 5] = [
    "\x16\x03\x01\x02\0\x01\0",
    "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "GET /<> HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nno header\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n",
];

#[rocket::async_test]
async fn what_is_no_request_is_refused_counted_and_logged() {
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    let mut command = workshop.command(&[]);
    command.env("ROCKET_METRICS", "true");
    let site = Program::start(command);
    for bytes in NO_REQUESTS {
        let answer = answer_to(site.port(), bytes.as_bytes()).await;
        let text = String::from_utf8_lossy(&answer);
        assert!(text.starts_with("HTTP/1.1 400 "), "{bytes:?}: {text}");
    }
    assert_eq!(site.get("/nothing/").await.status, 404);
    let lines = || site.log().matches("Connection failed: ").count();
    until("they are logged", || lines() == NO_REQUESTS.len()).await;
    assert!(!site.log().contains("No matching routes"), "{}", site.log());
    let numbers = site.get("/metrics").await;
    let counted = format!("\nhttp_connections_failed_total {}\n", NO_REQUESTS.len());
    assert!(numbers.text().contains(&counted), "{}", numbers.text());
    site.stop().await;
}

#[rocket::async_test]
async fn where_any_host_will_do_a_request_names_one() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).serve().await;
    for (head, status) in [
        ("GET / HTTP/1.1\r\nHost: my-laptop.lan:8000", 200),
        ("GET / HTTP/1.1", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b", 400),
        ("GET / HTTP/1.1\r\nHost: a b", 400),
        ("BREW / HTTP/1.1\r\nHost: my-laptop.lan", 400),
        // A router that asks how the site is may speak HTTP/1.0.
        ("GET /healthz HTTP/1.0", 200),
        ("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b", 400),
    ] {
        assert_eq!(exchange(site.port(), head).await.status, status, "{head}");
    }
    site.stop().await;
}

static PICKY: LocalModule =
    LocalModule { catchers: || catchers![own], ..LocalModule::named("picky") };

#[catch(default)]
fn own(_: &Request<'_>) -> &'static str {
    "the module's own page"
}

#[rocket::async_test]
async fn a_module_that_catches_errors_is_not_asked_about_what_is_refused() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).and_modules(&[&PICKY]).serve().await;
    let answer = exchange(site.port(), "GET /picky/nothing/ HTTP/1.1\r\nHost: a").await;
    assert_eq!(answer.text(), "the module's own page");
    let answer = exchange(site.port(), "BREW /picky/nothing/ HTTP/1.1\r\nHost: a").await;
    assert_eq!((answer.status, answer.text()), (400, NO_REQUEST));
    assert!(answer.header("x-request-id").is_some_and(|id| id != "-"));
    site.stop().await;
}

#[rocket::async_test]
async fn http_2_without_tls_is_refused() {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).serve().await;
    // The preface of a client that knows it in advance, and its empty settings.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    let answer = answer_to(site.port(), preface).await;
    let text = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || text.starts_with("HTTP/1.1 400 "), "{text}");
    // One that asks for it on the way goes on with HTTP/1.1.
    let upgrade = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk";
    assert_eq!(exchange(site.port(), upgrade).await.status, 200);
    site.stop().await;
}
