//! A server on a port of this machine that receives Sentry reports, and passes them to a test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rocket::tokio;
use rocket::tokio::sync::mpsc;
use rocket::tokio::time::timeout;
use serde_json::Value;

/// A received report.
#[derive(Debug, Clone)]
pub struct Report {
    /// `event` or `transaction`.
    pub kind: String,
    /// The content.
    pub content: Value,
}

impl Report {
    /// The text at a path of keys and indices: `request.url`.
    pub fn text(&self, path: &str) -> Option<&str> {
        let pointer = format!("/{}", path.replace('.', "/"));
        self.content.pointer(&pointer).and_then(Value::as_str)
    }

    /// The types and texts of its exceptions, beginning with the root cause.
    pub fn exceptions(&self) -> Vec<(&str, &str)> {
        let exceptions = self.content.pointer("/exception/values").and_then(Value::as_array);
        let exceptions = exceptions.map(Vec::as_slice).unwrap_or_default();
        let exceptions = exceptions.iter().map(|exception| {
            let parts = exception["type"].as_str().zip(exception["value"].as_str());
            parts.expect("an exception has a type and says something")
        });
        exceptions.collect()
    }
}

/// The server. It accepts reports for the project 1 with the key `key`.
pub struct Ingest {
    port: u16,
    reports: tokio::sync::Mutex<mpsc::UnboundedReceiver<Report>>,
    received: Arc<Mutex<String>>,
}

impl Ingest {
    /// Starts a server.
    pub fn start() -> Self {
        Self::slow(Duration::ZERO)
    }

    /// Starts a server that delays each envelope.
    pub fn slow(delay: Duration) -> Self {
        let (listener, port) = listen();
        let (sender, reports) = mpsc::unbounded_channel();
        let received = Arc::default();
        let all = Arc::clone(&received);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (sender, all) = (sender.clone(), Arc::clone(&all));
                thread::spawn(move || serve(connection.unwrap(), delay, &sender, &all));
            }
        });
        Self { port, reports: reports.into(), received }
    }

    /// The address, for the setting `sentry_dsn`.
    pub fn dsn(&self) -> String {
        dsn(self.port)
    }

    /// Waits for the next report.
    pub async fn next(&self) -> Report {
        let mut reports = self.reports.lock().await;
        let next = timeout(Duration::from_mins(1), reports.recv()).await;
        next.expect("a report comes").expect("the server runs")
    }

    /// The reports that arrived since and were not read.
    pub async fn rest(&self) -> Vec<Report> {
        let mut reports = self.reports.lock().await;
        std::iter::from_fn(|| reports.try_recv().ok()).collect()
    }

    /// All received bytes: heads of requests and envelopes.
    pub fn received(&self) -> String {
        self.received.lock().unwrap().clone()
    }
}

/// The DSN of a server that accepts connections, and never answers.
pub fn silent_ingest() -> String {
    let (listener, port) = listen();
    thread::spawn(move || {
        // Those who are not answered stay.
        let connections: Vec<_> = listener.incoming().collect();
        drop(connections);
    });
    dsn(port)
}

/// The DSN of a server that does not exist.
pub fn absent_ingest() -> String {
    // The port was free; that another program takes it is unlikely.
    dsn(listen().1)
}

fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn dsn(port: u16) -> String {
    format!("http://key@127.0.0.1:{port}/1")
}

/// Handles the requests of a connection one after the other.
fn serve(
    connection: TcpStream,
    delay: Duration,
    reports: &mpsc::UnboundedSender<Report>,
    received: &Mutex<String>,
) {
    let mut connection = BufReader::new(connection);
    while let Some((head, body)) = read_request(&mut connection) {
        received.lock().unwrap().extend([&*head, &*body]);
        thread::sleep(delay);
        assert!(head.starts_with("POST /api/1/envelope/ HTTP/1.1\r\n"), "{head}");
        let authorization = header(&head, "x-sentry-auth").unwrap_or_default();
        assert!(authorization.contains("sentry_key=key"), "{head}");
        for report in read_envelope(&body) {
            // A test that ended looks at no more.
            let _ = reports.send(report);
        }
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        if connection.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// The head of a request and its body; `None` at the end of the connection.
fn read_request(connection: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if connection.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    assert_eq!(header(&head, "content-encoding"), None, "it is sent as it is");
    let length = header(&head, "content-length").expect("its length").parse().unwrap();
    let mut body = vec![0; length];
    connection.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).expect("an envelope of text")))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// Parses the reports in an envelope: a header line, then for each item a header line and its
/// content, which has the length in that line, or is a single line without one.
fn read_envelope(envelope: &str) -> Vec<Report> {
    let (head, mut rest) = envelope.split_once('\n').expect("a line about the envelope");
    assert!(serde_json::from_str::<Value>(head).expect("it is JSON").is_object());
    let mut reports = Vec::new();
    while !rest.is_empty() {
        let (about, items) = rest.split_once('\n').expect("a line about the item");
        let about: Value = serde_json::from_str(about).expect("it is JSON");
        let length = about["length"].as_u64().map(|length| usize::try_from(length).unwrap());
        let length = length.unwrap_or_else(|| items.find('\n').unwrap_or(items.len()));
        let (content, items) = items.split_at(length);
        rest = items.strip_prefix('\n').unwrap_or(items);
        let kind = about["type"].as_str().expect("its type").to_owned();
        // How many reports were dropped is none itself.
        if kind != "client_report" {
            let content = serde_json::from_str(content).expect("a report is JSON");
            reports.push(Report { kind, content });
        }
    }
    reports
}
