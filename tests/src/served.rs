//! A site on a port: for what only shows on the wire.

use rocket::Shutdown;
use rocket::tokio::task::JoinHandle;
use tempfile::TempDir;

use crate::{Answer, Database, ask};

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
<<<<<<< HEAD
        let answer = ask(self.port, method, target, headers).await;
        answer.unwrap_or_else(|error| panic!("no answer: {error}"))
=======
        let mut request =
            format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").expect("a string takes all");
        }
        request.push_str("\r\n");
        let answer = timeout(Duration::from_secs(30), self.exchange(request.as_bytes())).await;
        let answer = answer.expect("an answer within 30 seconds");
        Answer::from_wire(&answer)
>>>>>>> 920a528 (Test what is reported with a server that takes reports)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends the site in good order.
    pub async fn stop(self) {
        self.shutdown.notify();
        self.task.await.expect("the site does not panic").expect("the site ends well");
        drop((self.root, self.database));
    }
}
