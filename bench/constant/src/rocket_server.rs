//! Constant pages under Rocket.

use std::error::Error;
use std::io::Cursor;

use rocket::http::Method;
use rocket::response::Response;
use rocket::route::{Handler, Outcome};
use rocket::shield::Shield;
use rocket::{Config, Data, Request, Route, async_trait};

use crate::pages::Page;

/// The chunks of a body.
#[derive(Clone, Copy)]
pub(crate) enum Chunks {
    /// Rocket's default, 4 KiB each.
    Default,
    /// One, as large as the body.
    One,
}

/// Handler of one page.
#[derive(Clone)]
struct Constant {
    page: &'static Page,
    chunks: Chunks,
}

#[async_trait]
impl Handler for Constant {
    async fn handle<'r>(&self, _: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        let mut response = Response::new();
        for (name, value) in &self.page.headers {
            response.set_raw_header(name.as_str(), value.as_str());
        }
        let body = self.page.body.as_bytes();
        response.set_sized_body(body.len(), Cursor::new(body));
        if let Chunks::One = self.chunks {
            // One byte more, so that the end is detected without a second buffer.
            response.set_max_chunk_size(body.len() + 1);
        }
        Outcome::Success(response)
    }
}

/// Serves the pages until the process is told to stop.
pub(crate) fn serve(
    pages: &'static [Page],
    port: u16,
    chunks: Chunks,
) -> Result<(), Box<dyn Error>> {
    let routes: Vec<Route> = pages
        .iter()
        .map(|page| Route::new(Method::Get, route(&page.path), Constant { page, chunks }))
        .collect();
    let config = Config::figment().merge(("port", port)).merge(("log_level", "off"));
    // The captured headers include Shield's.
    let rocket = rocket::custom(config).attach(Shield::new()).mount("/", routes);
    rocket::execute(rocket.launch())?;
    Ok(())
}

/// A path for Rocket's router, which ignores a trailing slash.
fn route(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => "/",
        trimmed => trimmed,
    }
}
