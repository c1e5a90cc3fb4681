//! The real program while it serves.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rocket::tokio::time::sleep;
use site_tests::{Answer, ask};

/// The timeout of each wait.
const PATIENCE: Duration = Duration::from_mins(1);

/// A program that serves a site; killed when dropped.
pub(crate) struct Program {
    child: Child,
    port: u16,
    log: Arc<Mutex<String>>,
}

impl Program {
    /// Starts the program of a command without arguments, and waits until it says where it is.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut errors = BufReader::new(child.stderr.take().expect("it is piped"));
        let log = Arc::<Mutex<String>>::default();
        let kept = Arc::clone(&log);
        thread::spawn(move || {
            let mut line = String::new();
            while errors.read_line(&mut line).is_ok_and(|length| length > 0) {
                kept.lock().unwrap().push_str(&line);
                line.clear();
            }
        });
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let port = line.trim_end().rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let Some(port) = port else {
            let status = child.wait().unwrap();
            panic!("it does not start, {status}: {line}{}", log.lock().unwrap());
        };
        thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        Self { child, port, log }
    }

    /// Returns the port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How many bytes of memory it has, by the name of the line in which Linux tells: `VmRSS` now,
    /// `VmHWM` at most so far.
    pub(crate) fn memory(&self, name: &str) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let prefix = format!("{name}:");
        let line = status.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }

    /// Returns the log so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until it has logged a text: a thread of its own writes the lines.
    pub(crate) async fn logs(&self, text: &str) {
        until(&format!("a line with {text}"), || self.log().contains(text)).await;
    }

    /// Asks for an address, on a connection of its own.
    pub(crate) async fn get(&self, target: &str) -> Answer {
        let answer = ask(self.port, "GET", target, &[]).await;
        answer.unwrap_or_else(|error| panic!("{target}: {error}\n{}", self.log()))
    }

    /// Posts nothing to an address, on a connection of its own.
    pub(crate) async fn post(&self, target: &str) -> Answer {
        let answer = ask(self.port, "POST", target, &[]).await;
        answer.unwrap_or_else(|error| panic!("{target}: {error}\n{}", self.log()))
    }

    /// Asks for an address until it answers with this status.
    pub(crate) async fn answers(&self, target: &str, status: u16) {
        let since = Instant::now();
        loop {
            let answer = ask(self.port, "GET", target, &[]).await;
            if answer.as_ref().is_ok_and(|answer| answer.status == status) {
                return;
            }
            assert!(since.elapsed() < PATIENCE, "{target}: {answer:?}\n{}", self.log());
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends it a signal: `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        let status = kill.args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Returns `true` if it is still running.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(since.elapsed() < PATIENCE, "it goes on\n{}", self.log());
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Tells it to stop, and waits until it has, in good order.
    pub(crate) async fn stop(mut self) {
        self.signal("TERM");
        let status = self.ended().await;
        assert!(status.success(), "{status}\n{}", self.log());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(5)).await;
    }
}
