//! A running site: what can be asked of it, and what can be put into it.

use std::fs;
use std::path::Path;

use module_api::db::Db;
use rocket::http::{Header, Method};
use rocket::local::asynchronous::{Client, LocalRequest};
use tempfile::TempDir;

use crate::{Answer, Database};

/// A site inside this process.
pub struct TestSite {
    pub(crate) client: Client,
    pub(crate) root: TempDir,
    // Dropped last, when nobody uses it.
    pub(crate) database: Database,
}

impl TestSite {
    /// Asks for an address.
    pub async fn get(&self, address: &str) -> Answer {
        self.send(Method::Get, address, &[]).await
    }

    /// Asks for an address with headers of one's own.
    pub async fn get_with(&self, address: &str, headers: &[(&'static str, &str)]) -> Answer {
        self.send(Method::Get, address, headers).await
    }

    /// Asks for the head of what is at an address.
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
        // Of a header Rocket's local client makes no cookies.
        let is_cookie = |(name, _): &&(&'static str, &str)| *name == "Cookie";
        let pairs = headers.iter().filter(is_cookie).flat_map(|(_, value)| value.split(';'));
        let cookies: Vec<(String, String)> = pairs
            .filter_map(|pair| pair.trim().split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let others: Vec<_> = headers.iter().filter(|header| !is_cookie(header)).copied().collect();
        answer_to(self.request(method, address, &others, cookies, body)).await
    }

    /// A request with cookies, of which the values are not encoded.
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

    /// Writes a template of the site itself while it runs.
    pub fn write_template(&self, file: &str, text: &str) {
        write_template(self.root.path(), file, text);
    }

    /// Removes a template of the site itself.
    pub fn remove_template(&self, file: &str) {
        fs::remove_file(self.root.path().join("templates").join(file)).unwrap();
    }

    /// The site's folder.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The site's database, as its handlers have it.
    pub fn db(&self) -> &Db {
        self.client.rocket().state().expect("the database is managed")
    }

    /// The database, as the tests made it.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

/// Sends a request, and reads the response to its end.
pub(crate) async fn answer_to(request: LocalRequest<'_>) -> Answer {
    let response = request.dispatch().await;
    let status = response.status().code;
    let header = |header: Header<'_>| (header.name().to_string(), header.value().to_owned());
    let headers: Vec<(String, String)> = response.headers().iter().map(header).collect();
    let body = response.into_bytes().await.unwrap_or_default();
    Answer::new(status, headers.into_iter(), body)
}

pub(crate) fn write_template(root: &Path, file: &str, text: &str) {
    let path = root.join("templates").join(file);
    fs::create_dir_all(path.parent().expect("it is in a folder")).unwrap();
    fs::write(path, text).unwrap();
}
