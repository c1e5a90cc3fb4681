//! The request ID.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use module_api::RequestInfo;
use rocket::Request;

/// The maximum length of an ID from a router, in characters.
const LONGEST: usize = 128;

/// The ID of this process: 64 random bits.
static PROCESS: LazyLock<u64> = LazyLock::new(|| {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    u64::from_be_bytes(bytes)
});
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Returns the request ID: the one of a router in front of the site, or a new one.
pub(super) fn info_of(request: &Request<'_>, behind_proxy: bool) -> RequestInfo {
    let headers = request.headers();
    let given = behind_proxy.then(|| headers.get("X-Request-Id").last()).flatten();
    let id = given.filter(|id| is_id(id)).map_or_else(own_id, Arc::from);
    let traceparent = headers.get_one("traceparent").filter(|value| is_traceparent(value));
    RequestInfo::new(id, traceparent.map(Arc::from))
}

/// Creates an ID from the digits of the process and those of a number. Formatting them would be a
/// third of the cost of observing a request.
fn own_id() -> Arc<str> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let number = (u128::from(*PROCESS) << 32) | u128::from(number);
    let digits: [u8; 24] =
        std::array::from_fn(|place| DIGITS[(number >> (4 * (23 - place))) as usize % 16]);
    str::from_utf8(&digits).expect("they are digits").into()
}

fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Returns `true` if a text is a valid W3C Trace Context, version 00: `00-`, 32 digits that are
/// not all 0, `-`, 16 digits that are not all 0, `-`, 2 digits.
fn is_traceparent(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_something = |part: &str| part.bytes().any(|byte| byte != b'0');
    matches!(parts[..], ["00", trace, parent, flags]
        if is_hex(trace, 32) && is_something(trace)
            && is_hex(parent, 16) && is_something(parent)
            && is_hex(flags, 2))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{is_id, is_traceparent, own_id};

    #[test]
    fn no_two_requests_have_one_id() {
        let ids: BTreeSet<_> = (0..1000).map(|_| own_id()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| is_id(id)));
    }

    #[test]
    fn an_id_that_could_not_stand_in_a_line_is_none() {
        for id in ["", "a b", "a\nb", "a\"b", "ä", &"x".repeat(129)] {
            assert!(!is_id(id), "{id:?}");
        }
        assert!(is_id("01234567-89ab-cdef-0123-456789abcdef"));
    }

    #[test]
    fn a_traceparent_is_taken_in_its_form_alone() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert!(is_traceparent(good));
        for bad in [
            "",
            "00",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ] {
            assert!(!is_traceparent(bad), "{bad}");
        }
    }
}
