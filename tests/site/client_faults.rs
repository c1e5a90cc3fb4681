//! Faults of clients are neither errors nor reports, and a fault that repeats is reported a
//! few times.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use serde_json::Value;
use site_tests::{DatabaseKind, Ingest, Report, ask};

use crate::program::Program;
use crate::workshop::Workshop;

/// Bodies that break off or are none, each with the header that says how long it is.
const BROKEN: [(&str, &str); 6] = [
    ("Content-Length: 100000", "twenty bytes of them"),
    ("Content-Length: 100", "five"),
    ("Content-Length: 100", ""),
    ("Transfer-Encoding: chunked", "zz\r\nno number of bytes\r\n"),
    ("Transfer-Encoding: chunked", "5\r\nfive"),
    (
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 20",
        "--x\r\nno form at all!\r\n",
    ),
];

async fn workshop() -> Workshop {
    let workshop = Workshop::with_notes(DatabaseKind::Sqlite).await;
    workshop.module("notes", &[("routes", "")]);
    workshop
}

fn start(workshop: &Workshop, ingest: &Ingest, variables: &[(&str, &str)]) -> Program {
    let mut command = workshop.command(&[]);
    command.env("SENTRY_DSN", ingest.dsn()).envs(variables.iter().copied());
    Program::start(command)
}

/// Sends a request and leaves, without or with reading what is answered.
fn leave(port: u16, request: &str, reads: bool) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    if reads {
        stream.shutdown(Shutdown::Write).unwrap();
        // It may be reset as well.
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

/// Has clients break all kinds of requests off.
fn break_off(port: u16) {
    for (header, body) in BROKEN {
        for target in ["/notes/upload", "/notes/form", "/notes/nothing"] {
            let head = format!("POST {target} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n");
            leave(port, &format!("{head}{body}"), false);
            leave(port, &format!("{head}{body}"), true);
        }
    }
    leave(port, "GET /notes/long/9000000/ HTTP/1.1\r\nHost: localhost\r\n\r\n", false);
    leave(port, "GET /notes/lo", true);
}

#[rocket::async_test]
async fn a_request_that_its_client_breaks_off_is_neither_an_error_nor_a_report() {
    let workshop = workshop().await;
    for variables in [&[][..], &[("RUST_LOG", "info")]] {
        let ingest = Ingest::start();
        let site = start(&workshop, &ingest, variables);
        break_off(site.port());
        assert_eq!(site.get("/notes/count/").await.status, 200);
        // With another filter than the host's, Rocket says what it likes.
        if variables.is_empty() {
            assert!(!site.log().contains("ERROR"), "{}", site.log());
        }
        site.stop().await;
        let reports = ingest.rest().await;
        assert!(reports.is_empty(), "{reports:?}");
    }
}

/// The frames of a report's last exception, the innermost last.
fn frames(report: &Report) -> Vec<Value> {
    let exceptions = report.content["exception"]["values"].as_array().unwrap();
    let frames = &exceptions.last().unwrap()["stacktrace"]["frames"];
    frames.as_array().unwrap_or_else(|| panic!("no frames: {report:?}")).clone()
}

fn ends_with(value: &Value, end: &str) -> bool {
    value.as_str().is_some_and(|text| text.ends_with(end))
}

#[rocket::async_test]
async fn a_report_shows_the_functions_that_led_to_it_and_which_are_the_site_s_own() {
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    let ingest = Ingest::start();
    workshop.run(&["migrate"]);
    let site = start(&workshop, &ingest, &[]);
    assert_eq!(site.get("/sentry-debug/").await.status, 500);
    let panic = frames(&ingest.next().await);
    let innermost = panic.last().unwrap();
    assert!(ends_with(&innermost["filename"], "reports/failing.rs"), "{innermost}");
    assert!(innermost["function"].as_str().unwrap().contains("failing"), "{innermost}");
    assert!(innermost["lineno"].is_number() && innermost["in_app"] == true, "{innermost}");
    let is_of = |name: &str| panic.iter().find(|frame| frame["package"] == name).unwrap();
    assert_eq!(is_of("rocket")["in_app"], false);
    assert_eq!(is_of("host")["in_app"], true);

    workshop.execute(&["DROP TABLE lettings_letting"]).await;
    assert_eq!(site.get("/lettings/").await.status, 500);
    let report = ingest.next().await;
    let error = frames(&report);
    let innermost = error.last().unwrap();
    assert!(ends_with(&innermost["filename"], "lettings/src/routes.rs"), "{innermost}");
    let line = usize::try_from(innermost["lineno"].as_u64().unwrap()).unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../modules/lettings/src/routes.rs");
    let source = std::fs::read_to_string(file).unwrap();
    assert!(source.lines().nth(line - 1).unwrap().contains(".await?"), "line {line}");
    // The handler's own function, which the compiler wraps, has no crate in its name where it was inlined.
    let of_module =
        error.iter().find(|frame| ends_with(&frame["abs_path"], "lettings/src/routes.rs"));
    assert_eq!(of_module.unwrap()["in_app"], true);
    site.logs("lettings/src/routes.rs").await;
    site.stop().await;
}

#[rocket::async_test]
async fn what_fails_for_everybody_is_reported_a_few_times() {
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    let ingest = Ingest::start();
    let site = start(&workshop, &ingest, &[]);
    for how in ["panic", "error"] {
        for attempt in 0..30 {
            let target = format!("/sentry-debug/?how={how}&attempt={attempt}");
            assert_eq!(ask(site.port(), "GET", &target, &[]).await.unwrap().status, 500);
        }
    }
    site.stop().await;
    let reports = ingest.rest().await;
    let of = |level| reports.iter().filter(|report| report.text("level") == level).count();
    assert_eq!((of(Some("fatal")), of(None)), (10, 10), "{reports:?}");
}
