//! A finished page: its headers, its body in all encodings, its tags.

use std::io::Cursor;
use std::sync::{Arc, OnceLock};

use rocket::http::{ContentType, HeaderMap, Status};
use rocket::{Request, Response};
use sha2::{Digest, Sha256};

use crate::assets::encoding::{Encoded, Encoding, encode, negotiate};
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
    /// Compressed at the first request that accepts it.
    encoded: OnceLock<Encoded>,
    tag: String,
}

/// One form of a body, kept alive by it.
struct Form(Arc<Body>, Encoding);

impl AsRef<[u8]> for Form {
    fn as_ref(&self) -> &[u8] {
        self.0.form(self.1)
    }
}

impl Body {
    fn form(&self, encoding: Encoding) -> &[u8] {
        let encoded = self.encoded.get().and_then(|encoded| match encoding {
            Encoding::Identity => None,
            Encoding::Gzip => encoded.gzip.as_deref(),
            Encoding::Brotli => encoded.brotli.as_deref(),
        });
        encoded.unwrap_or(&self.content)
    }
}

impl Answer {
    /// An answer with the headers and the body of a response, which depends on the given headers of the
    /// request.
    pub(super) fn new(headers: &HeaderMap<'_>, content: Vec<u8>, depends_on: &[&str]) -> Self {
        let hash = Sha256::digest(&content);
        let tag = hex::encode(&hash[..16]);
        let vary = ["Accept-Encoding", "Cookie"].iter().chain(depends_on).copied();
        Self {
            headers: headers
                .iter()
                .map(|header| (header.name().to_string(), header.value().to_owned()))
                .collect(),
            vary: vary.collect::<Vec<_>>().join(", "),
            body: Arc::new(Body { content, encoded: OnceLock::new(), tag }),
        }
    }

    /// The response to a request: the page, or that the client has it already.
    pub(super) fn respond<'r>(&self, request: &'r Request<'_>) -> Response<'r> {
        let encoding = self.encoding(request);
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
        let Some(first) = accepted.next() else { return Encoding::Identity };
        let encoded = self.body.encoded.get_or_init(|| {
            let html =
                self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            let content_type = html.and_then(|(_, value)| value.parse::<ContentType>().ok());
            content_type.map_or_else(Encoded::default, |it| encode(&it, &self.body.content))
        });
        let rest: Vec<&str> = accepted.collect();
        if rest.is_empty() {
            return negotiate(first, encoded);
        }
        negotiate(&[&[first], &rest[..]].concat().join(","), encoded)
    }

    /// Its size in bytes with the compressed forms, each of which is smaller than the body.
    pub(super) fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len() + 48);
        size_of::<Self>() + headers.sum::<usize>() + 2 * self.body.content.len() + 256
    }
}
