//! Log lines without a reader do not block requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use site_tests::{DatabaseKind, ask};

use crate::program::until;
use crate::workshop::Workshop;

/// Requests whose lines are more than a pipe holds and the queue takes: 64 KiB, and 8192 lines.
const REQUESTS: usize = 10_000;

/// A connection that is kept open for many requests.
struct Kept(BufReader<TcpStream>);

impl Kept {
    fn open(port: u16) -> Self {
        Self(BufReader::new(TcpStream::connect(("127.0.0.1", port)).unwrap()))
    }

    /// Asks for a page that is elsewhere, which costs little but its line in the log.
    fn ask_for_a_redirect(&mut self) {
        let request = b"GET /lettings HTTP/1.1\r\nHost: localhost\r\n\r\n";
        self.0.get_mut().write_all(request).unwrap();
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 301 "), "{line}");
        while line != "\r\n" {
            line.clear();
            self.0.read_line(&mut line).unwrap();
        }
    }
}

/// The program, as soon as it serves, and where. Nobody reads its log.
fn start(mut command: Command) -> (Child, u16) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let port = line.trim_end().rsplit_once(':').unwrap().1.parse().unwrap();
    (child, port)
}

fn stop(child: &Child) {
    let status = Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status();
    assert!(status.unwrap().success());
}

#[rocket::async_test]
async fn a_log_that_nobody_reads_holds_up_neither_requests_nor_the_end() {
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    let mut command = workshop.command(&[]);
    command.env("ROCKET_METRICS", "true").env("ROCKET_LOG_FORMAT", "json");
    let (mut child, port) = start(command);
    let mut kept = Kept::open(port);
    for _ in 0..REQUESTS {
        kept.ask_for_a_redirect();
    }
    let panicked = ask(port, "GET", "/sentry-debug/", &[]).await.unwrap();
    assert_eq!(panicked.status, 500, "a panic waits for nobody either");
    assert_eq!(ask(port, "GET", "/healthz", &[]).await.unwrap().status, 200);
    let numbers = ask(port, "GET", "/metrics", &[]).await.unwrap();
    let dropped =
        numbers.text().lines().find_map(|line| line.strip_prefix("log_lines_dropped_total "));
    let dropped: u64 = dropped.unwrap().parse().unwrap();
    assert!(dropped > 0 && dropped < REQUESTS as u64, "{dropped} lines were dropped");

    stop(&child);
    until("it ends", || child.try_wait().unwrap().is_some()).await;
    assert!(child.wait().unwrap().success());
    let mut lines = String::new();
    let mut errors = child.stderr.take().unwrap();
    errors.read_to_string(&mut lines).unwrap();
    assert!(lines.lines().count() > 100, "what the pipe took is there: {lines}");
}

#[rocket::async_test]
async fn what_is_logged_before_the_end_is_there() {
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    let (child, port) = start(workshop.command(&[]));
    let mut kept = Kept::open(port);
    for _ in 0..200 {
        kept.ask_for_a_redirect();
    }
    stop(&child);
    let output = child.wait_with_output().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(log.matches("path=/lettings ").count(), 200, "{log}");
    assert!(log.contains("SIGTERM: stopping"), "{log}");
}
