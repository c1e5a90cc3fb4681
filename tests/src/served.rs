//! A site on a port: for what only shows on the wire.

use std::fmt::Write;
use std::io::ErrorKind;
use std::time::Duration;

use rocket::Shutdown;
use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;
use rocket::tokio::task::JoinHandle;
use rocket::tokio::time::timeout;
use tempfile::TempDir;

use crate::{Answer, Database};

/// A running site that is asked over TCP, byte for byte.
pub struct ServedSite {
    pub(crate) port: u16,
    pub(crate) shutdown: Shutdown,
    pub(crate) task: JoinHandle<Result<(), ()>>,
    pub(crate) root: TempDir,
    pub(crate) database: Database,
}

impl ServedSite {
    /// Where a browser finds what is at a path: `http://127.0.0.1:8000/lettings/`.
    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Asks for an address exactly as it stands here.
    pub async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[]).await
    }

    /// Asks for the head of what is at an address.
    pub async fn head(&self, target: &str) -> Answer {
        self.send("HEAD", target, &[]).await
    }

    /// Sends a request.
    pub async fn send(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request =
            format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").expect("a string takes all");
        }
        request.push_str("\r\n");
        let answer = timeout(Duration::from_secs(30), self.exchange(request.as_bytes())).await;
        let answer = answer.expect("an answer within 30 seconds");
        read(&answer)
    }

    async fn exchange(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        match stream.read_to_end(&mut answer).await {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset && !answer.is_empty() => {}
            Err(error) => panic!("no answer: {error}"),
        }
        answer
    }

    /// Ends the site in good order.
    pub async fn stop(self) {
        self.shutdown.notify();
        self.task.await.expect("the site does not panic").expect("the site ends well");
        drop((self.root, self.database));
    }
}

fn read(answer: &[u8]) -> Answer {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole head");
    let head = std::str::from_utf8(&answer[..end]).expect("a head in ASCII");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let header = |line: &str| {
        let (name, value) = line.split_once(':').expect("a header has a colon");
        (name.to_owned(), value.trim().to_owned())
    };
    Answer::new(status.parse().unwrap(), lines.map(header), answer[end + 4..].to_vec())
}
