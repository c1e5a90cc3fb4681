//! Which requests get in: those for one of the site's hosts, and over HTTPS where a router in front
//! of the site says that they came without.

use std::borrow::Cow;

use rocket::http::{Method, Status};
use rocket::{Request, Response};

use crate::settings::Settings;

/// Addresses that are answered for any host and over plain HTTP, without a session.
pub(crate) const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// The hosts of a site that was told none.
const OWN_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// What a request has to be like.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Nothing if any host will do.
    hosts: Option<Vec<String>>,
    /// Whether a router says how requests reached it.
    behind_proxy: bool,
}

/// Why a request does not get in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is for a host that is not the site's.
    Host,
    /// It came without HTTPS, and this is its address with it.
    Insecure(String),
}

impl Gate {
    /// The one that the settings ask for. In the profile `local` any host will do.
    pub(crate) fn new(settings: &Settings) -> Self {
        let hosts = match &settings.site.allowed_hosts {
            _ if settings.is_local() => None,
            Some(hosts) if hosts.0.iter().any(|host| host == "*") => None,
            Some(hosts) if !hosts.0.is_empty() => Some(hosts.0.clone()),
            _ => Some(OWN_HOSTS.map(str::to_owned).to_vec()),
        };
        Self { hosts, behind_proxy: settings.site.behind_proxy }
    }

    /// Why a request does not get in, if it does not. Who asks how the site is gets in always.
    pub(crate) fn refusal(&self, request: &Request<'_>) -> Option<Refusal> {
        if self.hosts.is_none() && !self.behind_proxy {
            return None;
        }
        let path = request.uri().path();
        if PROBES.contains(&path.as_str()) {
            return None;
        }
        // HTTP/2 has it in the address. Without any nothing can be made of it.
        let host = request.headers().get_one("Host").map(Cow::Borrowed);
        let host = host.or_else(|| request.host().map(|host| Cow::Owned(host.to_string())));
        let host = host.as_deref();
        if let (Some(allowed), Some(host)) = (&self.hosts, host)
            && !allowed.iter().any(|pattern| is_host(pattern, host))
        {
            return Some(Refusal::Host);
        }
        let proto = request.headers().get("X-Forwarded-Proto").last();
        let is_insecure = self.behind_proxy
            && proto
                .and_then(|value| value.rsplit(',').next())
                .is_some_and(|proto| proto.trim().eq_ignore_ascii_case("http"));
        let host = host.filter(|_| is_insecure)?;
        Some(Refusal::Insecure(format!("https://{}{}", without_port(host), request.uri())))
    }
}

impl Refusal {
    /// The answer to the request.
    pub(crate) fn response(&self, method: Method) -> Response<'static> {
        let mut response = Response::build();
        let text = match self {
            Self::Host => {
                response.status(Status::BadRequest);
                "This site is not at this host.\n"
            }
            Self::Insecure(address) => {
                // With any other method what was sent would be lost.
                let is_safe = matches!(method, Method::Get | Method::Head);
                let status =
                    if is_safe { Status::MovedPermanently } else { Status::PermanentRedirect };
                response.status(status).raw_header("Location", address.clone());
                ""
            }
        };
        response
            .raw_header("Content-Type", "text/plain; charset=utf-8")
            .raw_header("Cache-Control", "no-store")
            .sized_body(text.len(), std::io::Cursor::new(text));
        response.finalize()
    }
}

/// Whether the header `Host` names the host of a pattern, whatever the port: the name itself, or,
/// if it begins with a dot, that name and all below it.
fn is_host(pattern: &str, header: &str) -> bool {
    let host = without_port(header).trim_end_matches('.').to_ascii_lowercase();
    let is_of_a_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte);
    if !host.bytes().all(is_of_a_host) {
        return false;
    }
    match pattern.strip_prefix('.') {
        Some(domain) => {
            host == domain
                || host
                    .strip_suffix(domain)
                    .is_some_and(|front| front.len() > 1 && front.ends_with('.'))
        }
        None => host == pattern,
    }
}

/// The host of the header `Host`. An address of IPv6 keeps its brackets.
fn without_port(header: &str) -> &str {
    let end_of_address = header.rfind(']').map_or(0, |end| end + 1);
    match header[end_of_address..].find(':') {
        Some(colon) => &header[..end_of_address + colon],
        None => header,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_host, without_port};

    #[test]
    fn a_port_is_no_part_of_a_host() {
        assert_eq!(without_port("example.org:8000"), "example.org");
        assert_eq!(without_port("example.org"), "example.org");
        assert_eq!(without_port("[::1]:8000"), "[::1]");
        assert_eq!(without_port("[::1]"), "[::1]");
        assert_eq!(without_port("a:b:c"), "a");
        assert_eq!(without_port(""), "");
    }

    #[test]
    fn a_dot_takes_in_all_below() {
        for host in ["example.org", "www.example.org", "a.b.example.org", "WWW.Example.ORG:443"] {
            assert!(is_host(".example.org", host), "{host}");
        }
        for host in [
            "notexample.org",
            "evil.com/.example.org",
            "a@b.example.org",
            ".example.org",
            "example.org.evil",
            "org",
            "",
        ] {
            assert!(!is_host(".example.org", host), "{host}");
        }
    }

    #[test]
    fn a_name_is_itself_alone() {
        for host in ["example.org", "EXAMPLE.org.", "example.org:80"] {
            assert!(is_host("example.org", host), "{host}");
        }
        for host in ["www.example.org", "example.org.evil", "example.orgg", "example.org@evil"] {
            assert!(!is_host("example.org", host), "{host}");
        }
    }
}
