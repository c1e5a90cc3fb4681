//! The parsers of client input, for the targets in `fuzz/`.

use crate::assets::{Available, negotiate, parse_range};
use crate::{boundary, gate};

/// Negotiates an encoding, and parses a range.
pub fn asset_headers(accept_encoding: &str, range: &str, length: usize) {
    let available = Available { brotli: true, gzip: false };
    assert_ne!(negotiate(accept_encoding, available).token(), "gzip", "there is none");
    parse_range(Some(range), length);
}

/// The address that a path is redirected to, if it is.
pub fn redirect(path: &str, query: Option<&str>) -> Option<String> {
    boundary::canonical(path, query)
}

/// Returns `true` if a header `Host` is accepted where `pattern` is allowed.
pub fn host(pattern: &str, header: &str) -> bool {
    gate::is_well_formed(header) && gate::is_host(pattern, header)
}
