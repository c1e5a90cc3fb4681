//! The route that serves assets.

use std::io::Cursor;
use std::sync::Arc;

use rocket::http::{Header, Method, Status};
use rocket::response::{self, Responder, Response};
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Route};

use super::catalog::Named;
use super::encoding::{self, Encoding};
use super::range::{self, Ranged};
use super::{Asset, AssetStore};

/// For names with a hash, whose content never changes: a year, without revalidation.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// For plain names, whose content may change with the next release: five minutes.
const SHORT: &str = "public, max-age=300";
/// For names with the hash of another content: while two releases of a site overlap, their pages
/// refer to assets of either.
const NOT_CACHED: &str = "no-store";

/// The host's routes for assets.
pub(crate) fn routes() -> Vec<Route> {
    let mut route = Route::new(Method::Get, "/static/<path..>", Static);
    route.name = Some("static".into());
    vec![route]
}

#[derive(Clone)]
struct Static;

#[rocket::async_trait]
impl Handler for Static {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let store = request.rocket().state::<Arc<AssetStore>>();
        let store = store.expect("the asset store is managed at assembly");
        let path = request.uri().path();
        let name = request.routed_segments(1..).collect::<Vec<_>>().join("/");
        // A file has one address, without a trailing `/` or empty parts.
        let is_plain = !path.ends_with('/') && !path.as_str().contains("//");
        match store.current().find(&name).filter(|_| is_plain) {
            Some((asset, named)) => {
                let caching = match named {
                    Named::ByHash => IMMUTABLE,
                    Named::Plainly => SHORT,
                    Named::ByOtherHash => NOT_CACHED,
                };
                if !asset.is_encoded() {
                    let asset = Arc::clone(asset);
                    // Compressing a large file would block a thread that serves others.
                    let encoding = rocket::tokio::task::spawn_blocking(move || {
                        asset.encoded();
                    });
                    // If it failed, it is repeated when the response needs it.
                    let _ = encoding.await;
                }
                let served = Served { asset: Arc::clone(asset), caching };
                Outcome::from(request, served)
            }
            None => Outcome::forward(data, Status::NotFound),
        }
    }
}

/// The response with an asset.
struct Served {
    asset: Arc<Asset>,
    caching: &'static str,
}

/// The bytes of an asset, which they keep alive.
struct Body {
    asset: Arc<Asset>,
    encoding: Encoding,
    from: usize,
    to: usize,
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &bytes(&self.asset, self.encoding)[self.from..self.to]
    }
}

fn bytes(asset: &Asset, encoding: Encoding) -> &[u8] {
    let encoded = match encoding {
        Encoding::Identity => None,
        Encoding::Gzip => asset.encoded().gzip.as_deref(),
        Encoding::Brotli => asset.encoded().brotli.as_deref(),
    };
    encoded.unwrap_or(&asset.content)
}

impl<'r> Responder<'r, 'static> for Served {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let Self { asset, caching } = self;
        let header = |name| request.headers().get_one(name);
        // Ranges are of the file itself: a range of a compressed form is useless.
        let whole = range::parse(header("Range"), asset.content.len()) == Ranged::Whole;
        let accepted = request.headers().get("Accept-Encoding").collect::<Vec<_>>().join(",");
        let encoding = if whole {
            encoding::negotiate(&accepted, asset.encoded().available())
        } else {
            Encoding::Identity
        };
        let etag = etag(&asset, encoding);

        let mut response = Response::build();
        response
            .header(asset.content_type.clone())
            .raw_header("ETag", etag.clone())
            .raw_header("Cache-Control", caching)
            .raw_header("Vary", "Accept-Encoding")
            .raw_header("Accept-Ranges", "bytes");
        if encoding != Encoding::Identity {
            response.header(Header::new("Content-Encoding", encoding.token()));
        }
        if request.headers().get("If-None-Match").any(|tags| matches_tag(tags, &etag)) {
            return response.status(Status::NotModified).ok();
        }
        let length = bytes(&asset, encoding).len();
        let unchanged = header("If-Range").is_none_or(|tag| tag == etag);
        let range = header("Range").filter(|_| unchanged);
        let (from, to) = match range::parse(range, length) {
            Ranged::Whole => (0, length),
            Ranged::Part(from, to) => {
                let content_range = format!("bytes {from}-{}/{length}", to - 1);
                response.status(Status::PartialContent).raw_header("Content-Range", content_range);
                (from, to)
            }
            Ranged::Unsatisfiable => {
                return response
                    .status(Status::RangeNotSatisfiable)
                    .raw_header("Content-Range", format!("bytes */{length}"))
                    .raw_header("Cache-Control", "no-store")
                    .sized_body(0, Cursor::new(""))
                    .ok();
            }
        };
        response.sized_body(to - from, Cursor::new(Body { asset, encoding, from, to })).ok()
    }
}

/// A strong entity tag: each encoding of a content has its own.
fn etag(asset: &Asset, encoding: Encoding) -> String {
    match encoding {
        Encoding::Identity => format!("\"{}\"", asset.hash),
        other => format!("\"{}-{}\"", asset.hash, other.token()),
    }
}

/// Returns `true` if a list contains the entity tag, by the weak comparison of RFC 9110, 13.1.2.
pub(crate) fn matches_tag(tags: &str, etag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}
