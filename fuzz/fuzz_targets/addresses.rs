//! No redirect leads to another host, and no header `Host` of another site is accepted.

#![no_main]

use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|input: (&str, Option<&str>)| {
    let (text, query) = input;
    if let Some(address) = host::fuzzing::redirect(&format!("/{text}"), query) {
        let base = Url::parse("https://site.example/page/").expect("it is an address");
        let reached = base.join(&address).expect("a path is an address");
        assert_eq!(reached.host_str(), Some("site.example"), "{address}");
    }
    if host::fuzzing::host(".example.org", text)
        && let Ok(address) = Url::parse(&format!("http://{text}/"))
    {
        let host = address.host_str().expect("HTTP has one").trim_end_matches('.');
        assert!(host == "example.org" || host.ends_with(".example.org"), "{host}");
    }
});
