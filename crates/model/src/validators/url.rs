//! The rules of Django's `URLValidator`.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{is_label, is_top_label};

const SCHEMES: [&str; 4] = ["http", "https", "ftp", "ftps"];

/// Returns `true` if a text is a URL by the rules of Django's `URLValidator`.
pub(crate) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    if text.chars().count() > 2048
        || text.contains(char::is_whitespace)
        || !SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme))
    {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.rsplit_once('@') {
        Some((user, host)) if is_user(user) => host,
        Some(_) => return false,
        None => authority,
    };
    if let Some(rest) = host.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        return address.parse::<Ipv6Addr>().is_ok() && is_port(port);
    }
    let (name, port) = host.find(':').map_or((host, ""), |at| host.split_at(at));
    is_port(port) && is_host(name)
}

/// Returns `true` for a name and an optional password, in which reserved characters are encoded.
fn is_user(user: &str) -> bool {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    !name.is_empty() && ![name, password].iter().any(|part| part.contains([':', '@', '/']))
}

/// Returns `true` for an empty text, or a colon and up to five digits.
fn is_port(port: &str) -> bool {
    let is_number = |digits: &str| {
        (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    port.is_empty() || port.strip_prefix(':').is_some_and(is_number)
}

fn is_host(name: &str) -> bool {
    if name.parse::<Ipv4Addr>().is_ok() || name.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let Some((hosts, top)) = name.strip_suffix('.').unwrap_or(name).rsplit_once('.') else {
        return false;
    };
    name.chars().count() <= 253 && hosts.split('.').all(is_label) && is_top_label(top)
}

#[cfg(test)]
mod tests {
    use super::is_url;

    #[test]
    fn urls_are_judged_as_django_does() {
        for url in [
            "http://www.djangoproject.com/",
            "HTTPS://example.com",
            "http://localhost:8000/path?a=b#c",
            "http://valid-with-hyphens.com/",
            "http://example.com.",
            "ftps://user:password@example.com:21/a",
            "http://foo:@example.com",
            "http://127.0.0.1/",
            "http://[::ffff:192.0.2.128]:80/",
            "http://مثال.إختبار",
            "http://a.b-c.xn--p1ai/?q=Test%20URL",
            "http://142.42.1.1:8080/",
        ] {
            assert!(is_url(url), "{url}");
        }
        for url in [
            "",
            "no_scheme",
            "foo",
            "http://",
            "http://example",
            "http://example.",
            "http://.com",
            "http://invalid-.com",
            "http://-invalid.com",
            "http://inv-.alid-.com",
            "file://localhost/path",
            "javascript://example.com",
            "http://256.1.1.1",
            "http://example.com:123456",
            "http://[a",
            "http://[::1",
            "http://foo/bar@example.com",
            "http://foo:bar:baz@example.com",
            "http://foo bar/",
            "http://www.djangoproject.com/\n",
            "http://1.1.1.1.1",
            "////]@N.AN",
        ] {
            assert!(!is_url(url), "{url}");
        }
    }
}
