//! A large number of idle or slow connections.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use rocket::tokio;
use site_tests::DatabaseKind;

use crate::program::Program;
use crate::workshop::Workshop;

/// The number of connections, if this process may open them; each takes a file here and one there.
const WANTED: usize = 10_000;
/// As many wait at most until the program takes them: for more than 128 the operating system has no
/// room, and their clients try again a second later.
const BATCH: usize = 100;
/// Files that this process needs for all else.
const OTHERS: usize = 300;
/// The maximum memory of a connection, in bytes: its state takes some hundred, a task some
/// thousand, and there are two buffers of 8 KiB.
const BYTES_EACH: usize = 20 * 1024;

/// Raises the limit of open files of this process to what it may be; the limit.
fn raise_limit() -> usize {
    let pid = std::process::id().to_string();
    let prlimit = |arguments: &[&str]| {
        let mut prlimit = std::process::Command::new("prlimit");
        let output = prlimit.args(["--pid", &pid]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let hard = prlimit(&["--nofile", "--raw", "--noheadings", "--output", "HARD"]);
    let hard = hard.trim();
    if hard == "unlimited" {
        return usize::MAX;
    }
    prlimit(&[&format!("--nofile={hard}:{hard}")]);
    hard.parse().unwrap()
}

#[rocket::async_test]
async fn ten_thousand_connections_that_say_nothing_or_drip_leave_others_served() {
    let count = WANTED.min(raise_limit() - OTHERS);
    assert!(count > 1000, "the limit of open files, `ulimit -Hn`, leaves {count} connections");
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    let mut command = workshop.command(&[]);
    command.env("ROCKET_DEMO_DATA", "true").env("ROCKET_IDLE_TIMEOUT", "600");
    let mut program = Program::start(command);
    for page in ["/", "/lettings/", "/profiles/"] {
        assert_eq!(program.get(page).await.status, 200);
    }
    let before = program.memory("VmRSS");

    let mut open = Vec::with_capacity(count);
    while open.len() < count {
        for _ in 0..BATCH.min(count - open.len()) {
            open.push(TcpStream::connect(("127.0.0.1", program.port())).unwrap());
        }
        // Who comes after them is taken after them.
        assert_eq!(program.get("/lettings/").await.status, 200, "{}", program.log());
    }
    // Every other one says something, a few bytes now and then.
    let words =
        ["GET /lettings/ HTTP/1.1\r\n", "Host: localhost\r\n", "X-Slow: ", "and ", "slower"];
    for word in words {
        for drip in open.iter_mut().step_by(2) {
            drip.write_all(word.as_bytes()).unwrap();
        }
        for page in ["/", "/lettings/", "/lettings/1/", "/profiles/", "/readyz"] {
            assert_eq!(program.get(page).await.status, 200, "{page}: {}", program.log());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let more = program.memory("VmRSS").saturating_sub(before);
    assert!(more < count * BYTES_EACH, "{count} connections took {more} bytes");
    assert!(more > count * 100, "they were there: {more}");

    // A drip-feeder that comes to an end is answered, and none of them holds the program up.
    open[0].write_all(b"\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    std::io::Read::read_to_string(&mut open[0], &mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    program.signal("TERM");
    assert!(program.ended().await.success());
}

#[rocket::async_test]
async fn idle_connections_are_closed_also_when_they_hold_all_descriptors() {
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    let mut command = workshop.command(&[]);
    command.env("ROCKET_IDLE_TIMEOUT", "2");
    let program = Program::start(command);
    program.answers("/lettings/", 200).await;
    let open = std::fs::read_dir(format!("/proc/{}/fd", program.id())).unwrap().count();
    let limit = open + 20;
    let (pid, limit_of_files) = (program.id().to_string(), format!("--nofile={limit}:{limit}"));
    let mut prlimit = std::process::Command::new("prlimit");
    assert!(prlimit.args(["--pid", &pid, &limit_of_files]).status().unwrap().success());
    // More than it can take.
    let silent: Vec<_> =
        (0..60).map(|_| TcpStream::connect(("127.0.0.1", program.port())).unwrap()).collect();
    program.answers("/lettings/", 200).await;
    drop(silent);
}
