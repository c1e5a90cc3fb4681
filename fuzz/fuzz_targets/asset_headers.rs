//! `Accept-Encoding` and `Range` of a request for an asset.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str, u16)| {
    let (accept_encoding, range, length) = input;
    host::fuzzing::asset_headers(accept_encoding, range, length.into());
});
