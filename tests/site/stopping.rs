//! Shutdown of the program: at once if it is idle, otherwise after the requests in progress.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use rocket::tokio;
use rocket::tokio::time::sleep;
use site_tests::{DatabaseKind, ask, parse, request};

use crate::program::{Program, until};
use crate::workshop::Workshop;

/// The time a test waits for an event that must not happen.
const A_WHILE: Duration = Duration::from_millis(500);

async fn workshop() -> Workshop {
    let workshop = Workshop::with_notes(DatabaseKind::Sqlite).await;
    workshop.module("notes", &[("routes", "")]);
    workshop
}

/// A program that serves on for so many seconds when it is told to stop.
fn start(workshop: &Workshop, drain: u32) -> Program {
    let mut command = workshop.command(&[]);
    command.env("ROCKET_DRAIN", drain.to_string());
    Program::start(command)
}

/// Has a request wait inside of the program; its answer to be.
async fn somebody_waits(
    workshop: &Workshop,
    program: &Program,
) -> tokio::task::JoinHandle<std::io::Result<site_tests::Answer>> {
    let port = program.port();
    let waiting = tokio::spawn(async move { ask(port, "GET", "/notes/wait/", &[]).await });
    let sign = workshop.folder().join("waiting");
    until("the request arrives", || sign.exists()).await;
    waiting
}

fn is_refused(program: &Program) -> bool {
    TcpStream::connect(("127.0.0.1", program.port())).is_err()
}

#[rocket::async_test]
async fn either_signal_ends_an_idle_site_in_good_order() {
    for signal in ["TERM", "INT"] {
        let workshop = workshop().await;
        let mut program = start(&workshop, 0);
        assert_eq!(program.get("/notes/count/").await.status, 200);
        program.signal(signal);
        assert!(program.ended().await.success(), "SIG{signal}: {}", program.log());
        assert!(program.log().contains(&format!("SIG{signal}: stopping")), "{}", program.log());
    }
}

#[rocket::async_test]
async fn a_request_in_flight_gets_its_answer_while_new_connections_are_refused() {
    let workshop = workshop().await;
    let mut program = start(&workshop, 0);
    let waiting = somebody_waits(&workshop, &program).await;
    program.signal("TERM");
    until("it takes no more connections", || is_refused(&program)).await;
    sleep(A_WHILE).await;
    assert!(program.is_running() && !waiting.is_finished(), "it waits: {}", program.log());
    std::fs::write(workshop.folder().join("go"), "").unwrap();
    let answer = waiting.await.unwrap().unwrap();
    assert_eq!((answer.status, answer.text()), (200, "done"));
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(program.ended().await.success());
}

/// How much may be written to somebody who reads nothing.
fn buffered() -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _reader = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut writer, _) = listener.accept().unwrap();
    writer.set_nonblocking(true).unwrap();
    let mut written = 0;
    while let Ok(length) = writer.write(&[0; 4096]) {
        written += length;
    }
    written
}

#[rocket::async_test]
async fn an_answer_gets_through_to_somebody_who_reads_slowly() {
    // What is longer than the operating system takes at once waits in the program, in part in
    // buffers of the connection, when the handler has long been done.
    for length in [10_000, 30_000, 50_000, 100_000, 1_000_000].map(|more| buffered() + more) {
        let workshop = workshop().await;
        let mut program = start(&workshop, 0);
        let mut slow = TcpStream::connect(("127.0.0.1", program.port())).unwrap();
        slow.write_all(request("GET", &format!("/notes/long/{length}/"), &[], 0).as_bytes())
            .unwrap();
        let mut answer = vec![0; 12];
        slow.read_exact(&mut answer).unwrap();
        assert_eq!(answer, b"HTTP/1.1 200");
        sleep(A_WHILE).await;
        program.signal("TERM");
        until("it takes no more connections", || is_refused(&program)).await;
        sleep(A_WHILE).await;
        slow.read_to_end(&mut answer).unwrap();
        assert_eq!(parse(&answer).unwrap().body.len(), length, "{}", program.log());
        assert!(program.ended().await.success());
    }
}

#[rocket::async_test]
async fn who_is_answered_never_is_cut_off_in_the_end() {
    let workshop = workshop().await;
    let mut command = workshop.command(&[]);
    command.env("ROCKET_SHUTDOWN", "{grace=1, mercy=1}").env("ROCKET_REQUEST_TIMEOUT", "0");
    let mut program = Program::start(command);
    let port = program.port();
    // It has a connection to the database all the time.
    let held = tokio::spawn(async move { ask(port, "GET", "/notes/count/9000000/", &[]).await });
    sleep(A_WHILE).await;
    program.signal("TERM");
    assert_eq!(program.ended().await.code(), Some(1));
    assert!(program.log().contains("requests were cut off after 2 s: 1"), "{}", program.log());
    assert!(held.await.unwrap().is_err());
}

#[rocket::async_test]
async fn connections_that_are_only_kept_open_do_not_hold_it_up() {
    let workshop = workshop().await;
    // What would be waited for if they did is far longer than the test.
    let mut command = workshop.command(&[]);
    command.env("ROCKET_SHUTDOWN", "{grace=600}");
    let mut program = Program::start(command);
    let mut kept = TcpStream::connect(("127.0.0.1", program.port())).unwrap();
    kept.write_all(b"GET /notes/count/ HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut first = [0; 12];
    kept.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let silent = TcpStream::connect(("127.0.0.1", program.port())).unwrap();
    let mut half = TcpStream::connect(("127.0.0.1", program.port())).unwrap();
    half.write_all(b"GET /notes/cou").unwrap();
    program.signal("TERM");
    assert!(program.ended().await.success());
    drop((kept, silent, half));
}

#[rocket::async_test]
async fn while_it_drains_pages_are_answered_and_it_is_not_ready() {
    let workshop = workshop().await;
    let mut program = start(&workshop, 3);
    assert_eq!(program.get("/readyz").await.status, 200);
    let told = Instant::now();
    program.signal("TERM");
    program.answers("/readyz", 503).await;
    let ready = program.get("/readyz").await;
    assert!(ready.text().contains("stopping"), "{}", ready.text());
    assert_eq!(program.get("/healthz").await.status, 200);
    let page = program.get("/notes/count/").await;
    assert_eq!((page.status, page.text()), (200, "0"));
    assert_eq!(page.header("connection"), Some("close"));
    assert!(program.ended().await.success());
    assert!(told.elapsed() >= Duration::from_secs(3), "it served on for as long as it was to");
}

#[rocket::async_test]
async fn told_again_it_drains_no_longer() {
    let workshop = workshop().await;
    let mut program = start(&workshop, 3600);
    program.signal("TERM");
    program.answers("/readyz", 503).await;
    program.signal("TERM");
    assert!(program.ended().await.success());
}

#[rocket::async_test]
async fn told_before_it_serves_it_does_not_begin() {
    let workshop = workshop().await;
    // A migration that lasts until the file `begun` is there, in which it says so itself.
    workshop.module("notes", &[("code", "0003_slow linger")]);
    let mut command = workshop.command(&[]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let starting = command.spawn().unwrap();
    let begun = workshop.folder().join("begun");
    until("the migration begins", || begun.exists()).await;
    let kill = ["-s", "TERM", &starting.id().to_string()];
    assert!(std::process::Command::new("kill").args(kill).status().unwrap().success());
    let output = starting.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(output.stdout.is_empty() && said.contains("before the site has started"), "{said}");
    assert_eq!(workshop.applied("notes").await, ["0001_initial", "0002_pages"]);
    Program::start(workshop.command(&[])).stop().await;
    assert_eq!(workshop.values::<i64>("SELECT id AS value FROM note").await, [8]);
}
