//! A finished page: its headers, its body in all encodings, its tags.

use std::io::Cursor;
use std::sync::{Arc, OnceLock};

use rocket::http::{ContentType, HeaderMap, Status};
use rocket::{Request, Response};
use sha2::{Digest, Sha256};

use crate::assets::encoding::{Available, Encoding, compress, is_worthwhile, negotiate};
use crate::assets::matches_tag;

/// A page that can be sent to anybody.
#[derive(Debug)]
pub(super) struct Answer {
    headers: Vec<(String, String)>,
    vary: String,
    body: Arc<Body>,
}

#[derive(Debug)]
struct Body {
    content: Vec<u8>,
    is_compressible: bool,
    /// Each is made at the first request that accepts it; `None` if it would not be smaller.
    brotli: OnceLock<Option<Vec<u8>>>,
    gzip: OnceLock<Option<Vec<u8>>>,
    tag: String,
}

/// One form of a body, kept alive by it.
struct Form(Arc<Body>, Encoding);

impl AsRef<[u8]> for Form {
    fn as_ref(&self) -> &[u8] {
        self.0.form(self.1).unwrap_or(&self.0.content)
    }
}

impl Body {
    /// The body in an encoding. Returns `None` if it is sent as it is.
    fn form(&self, encoding: Encoding) -> Option<&[u8]> {
        let form = match encoding {
            Encoding::Identity => return None,
            Encoding::Gzip => &self.gzip,
            Encoding::Brotli => &self.brotli,
        };
        form.get_or_init(|| compress(encoding, &self.content)).as_deref()
    }
}

impl Answer {
    /// An answer with the headers and the body of a response, which depends on the given headers of the
    /// request.
    pub(super) fn new(headers: &HeaderMap<'_>, content: Vec<u8>, depends_on: &[&str]) -> Self {
        let hash = Sha256::digest(&content);
        let tag = hex::encode(&hash[..16]);
        let vary = ["Accept-Encoding", "Cookie"].iter().chain(depends_on).copied();
        let content_type =
            headers.get_one("Content-Type").and_then(|it| it.parse::<ContentType>().ok());
        let is_compressible = content_type.is_some_and(|it| is_worthwhile(&it, &content));
        Self {
            headers: headers
                .iter()
                .map(|header| (header.name().to_string(), header.value().to_owned()))
                .collect(),
            vary: vary.collect::<Vec<_>>().join(", "),
            body: Arc::new(Body {
                content,
                is_compressible,
                brotli: OnceLock::new(),
                gzip: OnceLock::new(),
                tag,
            }),
        }
    }

    /// The response to a request: the page, or that the client has it already. It is compressed if
    /// `is_kept`: for a single request that would take longer than rendering.
    pub(super) fn respond<'r>(&self, request: &'r Request<'_>, is_kept: bool) -> Response<'r> {
        let encoding = if is_kept { self.encoding(request) } else { Encoding::Identity };
        let tag = match encoding {
            Encoding::Identity => format!("\"{}\"", self.body.tag),
            other => format!("\"{}-{}\"", self.body.tag, other.token()),
        };
        let mut response = Response::new();
        for (name, value) in &self.headers {
            response.adjoin_raw_header(name.clone(), value.clone());
        }
        // A browser may keep it, and asks each time whether it still is the page.
        response.set_raw_header("Cache-Control", "no-cache");
        response.set_raw_header("Vary", self.vary.clone());
        if encoding != Encoding::Identity {
            response.set_raw_header("Content-Encoding", encoding.token());
        }
        let known = request.headers().get("If-None-Match").any(|tags| matches_tag(tags, &tag));
        response.set_raw_header("ETag", tag);
        if known {
            response.set_status(Status::NotModified);
            return response;
        }
        let form = Form(Arc::clone(&self.body), encoding);
        let size = form.as_ref().len();
        response.set_sized_body(size, Cursor::new(form));
        response
    }

    fn encoding(&self, request: &Request<'_>) -> Encoding {
        let mut accepted = request.headers().get("Accept-Encoding");
        let Some(first) = accepted.next().filter(|_| self.body.is_compressible) else {
            return Encoding::Identity;
        };
        let available = Available { brotli: true, gzip: true };
        let rest: Vec<&str> = accepted.collect();
        let encoding = if rest.is_empty() {
            negotiate(first, available)
        } else {
            negotiate(&[&[first], &rest[..]].concat().join(","), available)
        };
        self.body.form(encoding).map_or(Encoding::Identity, |_| encoding)
    }

    /// Its size in bytes with the compressed forms, each of which is smaller than the body.
    pub(super) fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len() + 48);
        size_of::<Self>() + headers.sum::<usize>() + 2 * self.body.content.len() + 256
    }
}
