//! The program as a process that serves, asked over TCP.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use site_tests::Answer;

use crate::workshop::Workshop;

/// How long whatever is waited for may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process that serves, killed when dropped.
pub(crate) struct Running {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Running {
    /// Serves the site of a workshop with these variables.
    pub(crate) fn start(workshop: &Workshop, variables: &[(&str, &str)]) -> Self {
        let log = workshop.folder().join("log");
        let mut command = workshop.command(&["serve"]);
        command.envs(variables.iter().copied());
        command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut running = Self { child, port: 0, log };
        let line = lines.next().and_then(Result::ok);
        let Some(line) = line else { panic!("it did not start: {}", running.log()) };
        let (_, port) = line.rsplit_once(':').expect("it says where the site is");
        running.port = port.parse().expect("it says at which port");
        running
    }

    /// What it logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Asks for a page.
    pub(crate) fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[], "")
    }

    /// Sends a request.
    pub(crate) fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        connection.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request =
            format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            request.extend([*name, ": ", *value, "\r\n"]);
        }
        request.extend(["Content-Length: ", &*body.len().to_string(), "\r\n\r\n", body]);
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        match connection.read_to_end(&mut answer) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset && !answer.is_empty() => {}
            Err(error) => panic!("no answer: {error}"),
        }
        site_tests::parse(&answer).unwrap()
    }

    /// Tells it to stop, and waits until it has ended, well.
    pub(crate) fn stop(mut self) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
        let patience = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert_eq!(status.code(), Some(0), "{}", self.log());
                return;
            }
            assert!(Instant::now() < patience, "it does not end: {}", self.log());
            sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
