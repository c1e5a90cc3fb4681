//! Automatic reload of pages in the browser after an edit, in a debug build.
//!
//! `cargo installed-apps dev` enables it. Each page then ends with a script that listens to a stream of
//! states. A state identifies this start of the program and the current template and asset files: the
//! script reloads its page as soon as the state differs from that of the page.

use std::hash::{BuildHasher, RandomState};
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{ContentType, Method};
use rocket::response::stream::{Event, EventStream};
use rocket::route::{Handler, Outcome};
use rocket::tokio::{self, time::sleep};
use rocket::{Data, Request, Response, Route};

use crate::fingerprint::Fingerprint;
use crate::headers::no_store;
use crate::settings::Settings;

const SCRIPT: &str = include_str!("reload/script.js");
const SCRIPT_ADDRESS: &str = "/_reload.js";
const STREAM_ADDRESS: &str = "/_reload";

/// The interval at which a stream checks for edited files.
const INTERVAL: Duration = Duration::from_millis(200);
/// The time after which a browser reconnects to a stream that has ended.
const RETRY: Duration = Duration::from_millis(300);

/// Returns `true` if pages reload themselves: never in a release build.
pub(crate) fn is_on(settings: &Settings) -> bool {
    cfg!(debug_assertions) && settings.site.browser_reload
}

/// Returns `true` for the paths of the script and the stream.
pub(crate) fn is_address(path: &str) -> bool {
    [SCRIPT_ADDRESS, STREAM_ADDRESS].contains(&path)
}

/// The state that pages are compared with.
#[derive(Debug)]
pub(crate) struct Reload {
    /// Makes the hashes of equal files differ after each start.
    start: RandomState,
    directories: Vec<PathBuf>,
}

impl Reload {
    /// Watches the files in these directories.
    pub(crate) fn new(directories: Vec<PathBuf>) -> Self {
        Self { start: RandomState::new(), directories }
    }

    fn state(&self) -> String {
        let files = Fingerprint::of(self.directories.iter().map(PathBuf::as_path));
        format!("{:016x}", self.start.hash_one(files))
    }
}

/// The host's routes for the script and the stream, if pages reload themselves.
pub(crate) fn routes(settings: &Settings) -> Vec<Route> {
    if !is_on(settings) {
        return Vec::new();
    }
    let route = |address: &str, name: &'static str, part: Part| {
        let mut route = Route::new(Method::Get, address, part);
        route.name = Some(name.into());
        route
    };
    vec![
        route(SCRIPT_ADDRESS, "reload_script", Part::Script),
        route(STREAM_ADDRESS, "reload_stream", Part::Stream),
    ]
}

#[derive(Clone, Copy)]
enum Part {
    Script,
    Stream,
}

#[rocket::async_trait]
impl Handler for Part {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        match self {
            Self::Script => {
                let mut response = Response::new();
                response.set_header(ContentType::JavaScript);
                no_store(&mut response);
                response.set_sized_body(SCRIPT.len(), Cursor::new(SCRIPT));
                Outcome::Success(response)
            }
            Self::Stream => Outcome::from(request, stream(request)),
        }
    }
}

/// The current state, and each new one, until the site is told to stop.
fn stream<'r>(request: &'r Request<'_>) -> EventStream![Event + 'r] {
    let reload = request.rocket().state::<Option<Arc<Reload>>>();
    let reload = reload.and_then(Option::as_ref).expect("it is managed if it has routes");
    let mut shutdown = request.rocket().shutdown();
    EventStream! {
        let mut sent = String::new();
        loop {
            let state = reload.state();
            if state != sent {
                yield Event::data(state.clone()).with_retry(RETRY);
                sent = state;
            }
            tokio::select! {
                () = sleep(INTERVAL) => {}
                () = &mut shutdown => break,
            }
        }
    }
}

/// The fairing that appends the script to each page, which is otherwise unchanged. The response to a
/// submitted form is left alone: reloading it would send the form again.
#[rocket::async_trait]
impl Fairing for Reload {
    fn info(&self) -> Info {
        Info { name: "Reload", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let is_page = request.method() == Method::Get
            && response.content_type().is_some_and(|content_type| content_type.is_html())
            && !response.headers().contains("Content-Encoding")
            && response.body().preset_size().is_some();
        if !is_page {
            return;
        }
        match response.body_mut().to_bytes().await {
            Ok(mut page) => {
                let state = self.state();
                let script =
                    format!("<script src=\"{SCRIPT_ADDRESS}\" data-state=\"{state}\"></script>\n");
                page.extend_from_slice(script.as_bytes());
                response.set_sized_body(page.len(), Cursor::new(page));
            }
            Err(error) => tracing::error!("a page cannot be read: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reload;

    #[test]
    fn a_state_is_of_the_files_and_of_one_start() {
        let folder = tempfile::tempdir().unwrap();
        let reload = || Reload::new(vec![folder.path().to_owned(), folder.path().join("missing")]);
        let (first, second) = (reload(), reload());
        let before = first.state();
        assert_eq!(first.state(), before);
        assert_ne!(second.state(), before);
        for text in ["a {}", "a { color: red }"] {
            let before = first.state();
            std::fs::write(folder.path().join("style.css"), text).unwrap();
            assert_ne!(first.state(), before, "{text}");
        }
    }
}
