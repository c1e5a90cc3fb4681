//! A site on a port, for tests of the HTTP protocol.

use rocket::Shutdown;
use rocket::tokio::task::JoinHandle;
use tempfile::TempDir;

use crate::site::write_template;
use crate::{Answer, Database, ask};

/// A running site that is accessed over TCP, byte for byte.
///
/// ```
/// use module_test::{DatabaseKind, LocalModule, TestSite};
///
/// static NEWS: LocalModule = LocalModule::named("news");
///
/// module_test::block_on(async {
///     let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&NEWS]).serve().await;
///     assert_eq!(site.address("/news/"), format!("http://127.0.0.1:{}/news/", site.port()));
///     assert_eq!(site.get("/nowhere/").await.status, 404);
///     site.stop().await;
/// });
/// ```
pub struct ServedSite {
    pub(crate) port: u16,
    pub(crate) shutdown: Shutdown,
    pub(crate) task: JoinHandle<Result<(), ()>>,
    pub(crate) root: TempDir,
    pub(crate) database: Database,
}

impl ServedSite {
    /// Returns the URL of a path: `http://127.0.0.1:8000/lettings/`.
    pub fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Requests an address, sent unchanged.
    pub async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[]).await
    }

    /// Sends a `HEAD` request for an address.
    pub async fn head(&self, target: &str) -> Answer {
        self.send("HEAD", target, &[]).await
    }

    /// Sends a request.
    pub async fn send(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        let answer = ask(self.port, method, target, headers).await;
        answer.unwrap_or_else(|error| panic!("no answer: {error}"))
    }

    /// Returns the port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Writes a template of the site while it runs.
    pub fn write_template(&self, file: &str, text: &str) {
        write_template(self.root.path(), file, text);
    }

    /// Shuts the site down gracefully.
    pub async fn stop(self) {
        self.shutdown.notify();
        self.task.await.expect("the site does not panic").expect("the site ends well");
        drop((self.root, self.database));
    }
}
