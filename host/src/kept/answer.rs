//! A finished page: its headers, its body in all encodings, its entity tags.

use std::io::Cursor;
use std::sync::OnceLock;

use rocket::http::{ContentType, HeaderMap, Status};
use rocket::{Request, Response};
use sha2::{Digest, Sha256};

use crate::assets::encoding::{Available, Encoding, compress, is_worthwhile, negotiate};
use crate::assets::matches_tag;

/// A page that can be sent to any visitor.
#[derive(Debug)]
pub(super) struct Answer {
    headers: Vec<(String, String)>,
    vary: String,
    content: Vec<u8>,
    tag: String,
    is_compressible: bool,
    /// Compressed at the first request that accepts it; `None` if it would not be smaller.
    brotli: OnceLock<Option<Form>>,
    gzip: OnceLock<Option<Form>>,
}

/// A compressed form of the body.
#[derive(Debug)]
struct Form {
    content: Vec<u8>,
    tag: String,
}

impl Answer {
    /// Creates an answer from the headers and the body of a response, which depends on the given
    /// headers of the request.
    pub(super) fn new(headers: &HeaderMap<'_>, content: Vec<u8>, depends_on: &[&str]) -> Self {
        let hash = Sha256::digest(&content);
        let vary = ["Accept-Encoding", "Cookie"].iter().chain(depends_on).copied();
        let content_type =
            headers.get_one("Content-Type").and_then(|it| it.parse::<ContentType>().ok());
        Self {
            headers: headers
                .iter()
                .map(|header| (header.name().to_string(), header.value().to_owned()))
                .collect(),
            vary: vary.collect::<Vec<_>>().join(", "),
            tag: format!("\"{}\"", hex::encode(&hash[..16])),
            is_compressible: content_type.is_some_and(|it| is_worthwhile(&it, &content)),
            content,
            brotli: OnceLock::new(),
            gzip: OnceLock::new(),
        }
    }

    /// The response to a request: the page, or 304 if the client has it already. It is compressed if
    /// `is_kept`: for a single request that would take longer than rendering.
    ///
    /// All parts are borrowed, and the request's headers are scanned once: copies and lookups by name,
    /// which Rocket hashes, were a tenth of the instructions of a kept page.
    pub(super) fn respond<'r>(&'r self, request: &'r Request<'_>, is_kept: bool) -> Response<'r> {
        let (mut accepted, mut known) = (Vec::new(), Vec::new());
        for header in request.headers().iter() {
            if header.name() == "Accept-Encoding" {
                accepted.push(header.value);
            } else if header.name() == "If-None-Match" {
                known.push(header.value);
            }
        }
        let (encoding, form) = match accepted.as_slice() {
            [] => (Encoding::Identity, None),
            _ if !is_kept || !self.is_compressible => (Encoding::Identity, None),
            accepted => self.negotiated(&accepted.join(",")),
        };
        let (content, tag) =
            form.map_or((&self.content, &self.tag), |form| (&form.content, &form.tag));
        let mut response = Response::new();
        for (name, value) in &self.headers {
            response.adjoin_raw_header(name.as_str(), value.as_str());
        }
        // A browser may store the page, and revalidates it each time.
        response.set_raw_header("Cache-Control", "no-cache");
        response.set_raw_header("Vary", self.vary.as_str());
        response.set_raw_header("ETag", tag.as_str());
        if encoding != Encoding::Identity {
            response.set_raw_header("Content-Encoding", encoding.token());
        }
        if known.iter().any(|tags| matches_tag(tags, tag)) {
            response.set_status(Status::NotModified);
            return response;
        }
        response.set_sized_body(content.len(), Cursor::new(content));
        response
    }

    fn negotiated(&self, accepted: &str) -> (Encoding, Option<&Form>) {
        let encoding = negotiate(accepted, Available { brotli: true, gzip: true });
        let form = match encoding {
            Encoding::Identity => None,
            Encoding::Gzip => self.form(&self.gzip, encoding),
            Encoding::Brotli => self.form(&self.brotli, encoding),
        };
        form.map_or((Encoding::Identity, None), |form| (encoding, Some(form)))
    }

    fn form<'a>(&self, made: &'a OnceLock<Option<Form>>, encoding: Encoding) -> Option<&'a Form> {
        let make = || {
            let content = compress(encoding, &self.content)?;
            let tag = format!("{}-{}\"", self.tag.trim_end_matches('"'), encoding.token());
            Some(Form { content, tag })
        };
        made.get_or_init(make).as_ref()
    }

    /// The size in bytes, including the compressed forms, each of which is smaller than the body.
    pub(super) fn size(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len() + 48);
        size_of::<Self>() + headers.sum::<usize>() + 3 * self.content.len() + 512
    }
}
