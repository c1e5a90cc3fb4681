//! Constant pages under axum.

use std::error::Error;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::pages::Page;

/// Serves the pages until the process is told to stop.
#[tokio::main]
pub(crate) async fn serve(pages: &'static [Page], port: u16) -> Result<(), Box<dyn Error>> {
    let mut router = Router::new();
    for page in pages {
        let headers = headers(page)?;
        let answer = move || {
            let headers = headers.clone();
            async move {
                let mut response =
                    Response::new(Body::from(Bytes::from_static(page.body.as_bytes())));
                *response.headers_mut() = headers;
                response
            }
        };
        router = router.route(&page.path, get(answer));
    }
    let listener = TcpListener::bind(("127.0.0.1", port)).await?.tap_io(|stream| {
        // If the system refuses, the connection works as well.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await?;
    Ok(())
}

fn headers(page: &'static Page) -> Result<HeaderMap, Box<dyn Error>> {
    let mut headers = HeaderMap::new();
    for (name, value) in &page.headers {
        headers.append(HeaderName::try_from(name)?, HeaderValue::from_static(value));
    }
    Ok(headers)
}
