//! A running site: requests to it, its database and its clock.

use std::fs;
use std::future::poll_fn;
use std::path::Path;
use std::pin::pin;
use std::sync::Mutex;

use fixtures::{Fixture, LoadOptions, load};
use module_api::db::Db;
use module_api::host::at;
use module_api::time::{Duration, UtcDateTime};
use module_api::with_causes;
use rocket::http::{Header, Method};
use rocket::local::asynchronous::{Client, LocalRequest};
use tempfile::TempDir;

use crate::{Answer, Database};

/// A site inside this process, started by [`Setup::start`](crate::Setup::start).
///
/// ```
/// use module_test::{DatabaseKind, LocalModule, TestSite};
///
/// static NEWS: LocalModule = LocalModule::named("news");
///
/// module_test::block_on(async {
///     let site = TestSite::on(DatabaseKind::Sqlite).modules(&[&NEWS]).start().await;
///     assert_eq!(site.get("/nowhere/").await.status, 404);
/// });
/// ```
pub struct TestSite {
    pub(crate) client: Client,
    /// The offset of its clock.
    pub(crate) ahead: Mutex<Duration>,
    pub(crate) root: TempDir,
    // Dropped last, when it is no longer in use.
    pub(crate) database: Database,
}

impl TestSite {
    /// Requests an address.
    pub async fn get(&self, address: &str) -> Answer {
        self.send(Method::Get, address, &[]).await
    }

    /// Requests an address with additional headers.
    pub async fn get_with(&self, address: &str, headers: &[(&'static str, &str)]) -> Answer {
        self.send(Method::Get, address, headers).await
    }

    /// Sends a `HEAD` request for an address.
    pub async fn head(&self, address: &str) -> Answer {
        self.send(Method::Head, address, &[]).await
    }

    /// Posts a body.
    pub async fn post(
        &self,
        address: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Answer {
        self.send_body(Method::Post, address, headers, body).await
    }

    /// Sends a request.
    pub async fn send(
        &self,
        method: Method,
        address: &str,
        headers: &[(&'static str, &str)],
    ) -> Answer {
        self.send_body(method, address, headers, &[]).await
    }

    async fn send_body(
        &self,
        method: Method,
        address: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Answer {
        // Rocket's local client does not parse cookies from a header.
        let is_cookie = |(name, _): &&(&'static str, &str)| *name == "Cookie";
        let pairs = headers.iter().filter(is_cookie).flat_map(|(_, value)| value.split(';'));
        let cookies: Vec<(String, String)> = pairs
            .filter_map(|pair| pair.trim().split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let others: Vec<_> = headers.iter().filter(|header| !is_cookie(header)).copied().collect();
        self.answer_to(self.request(method, address, &others, cookies, body)).await
    }

    /// A request with cookies whose values are not encoded.
    pub(crate) fn request<'c>(
        &'c self,
        method: Method,
        address: &str,
        headers: &[(&'static str, &str)],
        cookies: impl IntoIterator<Item = (String, String)>,
        body: &[u8],
    ) -> LocalRequest<'c> {
        let mut request = self.client.req(method, address.to_owned()).body(body).cookies(cookies);
        if !headers.iter().any(|(name, _)| *name == "Host") {
            request.add_header(Header::new("Host", "localhost"));
        }
        for (name, value) in headers {
            request.add_header(Header::new(*name, (*value).to_owned()));
        }
        request
    }

    /// Sends a request at the time of the site's clock, and reads the response to its end.
    pub(crate) async fn answer_to(&self, request: LocalRequest<'_>) -> Answer {
        let ahead = *self.ahead.lock().unwrap();
        let mut answered = pin!(async {
            let response = request.dispatch().await;
            let status = response.status().code;
            let header =
                |header: Header<'_>| (header.name().to_string(), header.value().to_owned());
            let headers: Vec<(String, String)> = response.headers().iter().map(header).collect();
            let body = response.into_bytes().await.unwrap_or_default();
            Answer::new(status, headers.into_iter(), body)
        });
        poll_fn(|context| at(ahead, || answered.as_mut().poll(context))).await
    }

    /// Moves the site's clock forward, or backward if negative, for code that calls
    /// [`module_api::now`] while a request is answered.
    ///
    /// ```
    /// # use module_test::{DatabaseKind, TestSite};
    /// use module_api::time::Duration;
    ///
    /// # async fn example(site: TestSite) {
    /// site.advance(Duration::days(15));
    /// # }
    /// ```
    pub fn advance(&self, by: Duration) {
        *self.ahead.lock().unwrap() += by;
    }

    /// The current time of the site's clock.
    pub fn now(&self) -> UtcDateTime {
        module_api::now() + *self.ahead.lock().unwrap()
    }

    /// Loads a fixture, as `loaddata` does.
    ///
    /// # Panics
    ///
    /// The fixture has errors.
    pub async fn load_fixture(&self, json: &str) {
        let fixture = Fixture::of_text("the fixture", json);
        if let Err(error) = load(vec![fixture], self.db(), LoadOptions::default()).await {
            panic!("{}", with_causes(&error));
        }
    }

    /// Writes a template of the site while it runs.
    pub fn write_template(&self, file: &str, text: &str) {
        write_template(self.root.path(), file, text);
    }

    /// Removes a template of the site.
    pub fn remove_template(&self, file: &str) {
        fs::remove_file(self.root.path().join("templates").join(file)).unwrap();
    }

    /// The site's folder.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The site's database, as in its handlers.
    pub fn db(&self) -> &Db {
        self.client.rocket().state().expect("the database is managed")
    }

    /// The database that the tests created.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

pub(crate) fn write_template(root: &Path, file: &str, text: &str) {
    let path = root.join("templates").join(file);
    fs::create_dir_all(path.parent().expect("it is in a folder")).unwrap();
    fs::write(path, text).unwrap();
}
