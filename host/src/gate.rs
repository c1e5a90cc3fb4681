//! Admission of requests: for the site's hosts only, and over HTTPS if a router in front of the site
//! reports that they arrived without.

use rocket::http::{Method, Status};
use rocket::{Request, Response};

use crate::settings::Settings;

/// Paths that are answered for any host and over plain HTTP, without a session.
pub(crate) const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// The default hosts of a site.
const OWN_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The conditions for admitting a request.
#[derive(Debug)]
pub(crate) struct Gate {
    /// The allowed hosts; `None` for any.
    hosts: Option<Vec<String>>,
    /// `true` if a router in front of the site reports the protocol of requests.
    behind_proxy: bool,
}

/// The reason why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Rocket does not know the method, or cannot parse the address.
    Unreadable,
    /// The header `Host` is missing, repeated or not valid.
    NoHost,
    /// The host is not one of the site's.
    Host,
    /// The request arrived without HTTPS; this is its address with HTTPS.
    Insecure(String),
}

impl Gate {
    /// Creates the gate from the settings. In the profile `local` any host is admitted.
    pub(crate) fn new(settings: &Settings) -> Self {
        let hosts = match &settings.site.allowed_hosts {
            _ if settings.is_local() => None,
            Some(hosts) if hosts.0.iter().any(|host| host == "*") => None,
            Some(hosts) if !hosts.0.is_empty() => Some(hosts.0.clone()),
            _ => Some(OWN_HOSTS.map(str::to_owned).to_vec()),
        };
        Self { hosts, behind_proxy: settings.site.behind_proxy }
    }

    /// The reason why a request is refused, if it is.
    ///
    /// The probes are answered for any host, and without one, as HTTP/1.0 allows: Rocket does not
    /// expose the HTTP version of a request.
    pub(crate) fn refusal(&self, request: &Request<'_>) -> Option<Refusal> {
        let mut hosts = request.headers().get("Host");
        let host = hosts.next();
        if hosts.next().is_some() {
            return Some(Refusal::NoHost);
        }
        if PROBES.contains(&request.uri().path().as_str()) {
            return None;
        }
        let Some(host) = host.filter(|host| is_well_formed(host)) else {
            return Some(Refusal::NoHost);
        };
        if let Some(allowed) = &self.hosts
            && !allowed.iter().any(|pattern| is_host(pattern, host))
        {
            return Some(Refusal::Host);
        }
        let is_insecure = self.behind_proxy
            && request
                .headers()
                .get("X-Forwarded-Proto")
                .last()
                .and_then(|value| value.rsplit(',').next())
                .is_some_and(|proto| proto.trim().eq_ignore_ascii_case("http"));
        is_insecure
            .then(|| Refusal::Insecure(format!("https://{}{}", without_port(host), request.uri())))
    }
}

impl Refusal {
    /// Returns `true` if the request would be refused over HTTPS as well.
    pub(crate) fn is_final(&self) -> bool {
        !matches!(self, Self::Insecure(_))
    }

    /// The text of the response; `None` for a redirect.
    pub(crate) const fn detail(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable => Some("This is no request that this site knows.\n"),
            Self::NoHost => Some("A request names the one host that it is for.\n"),
            Self::Host => Some("This site is not at this host.\n"),
            Self::Insecure(_) => None,
        }
    }

    /// The response to a refused request.
    pub(crate) fn response(&self, method: Option<Method>) -> Response<'static> {
        let mut response = Response::build();
        let text = self.detail().unwrap_or_default();
        if let Self::Insecure(address) = self {
            // With any other method the body would be lost.
            let is_safe = matches!(method, Some(Method::Get | Method::Head));
            let status = if is_safe { Status::MovedPermanently } else { Status::PermanentRedirect };
            response.status(status).raw_header("Location", address.clone());
        } else {
            response.status(Status::BadRequest);
        }
        response
            .raw_header("Content-Type", "text/plain; charset=utf-8")
            .raw_header("Cache-Control", "no-store")
            .sized_body(text.len(), std::io::Cursor::new(text));
        response.finalize()
    }
}

/// Returns `true` if the header `Host` is well-formed: a name or an address, with an optional port.
pub(crate) fn is_well_formed(header: &str) -> bool {
    let is_of_a_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte);
    !header.is_empty() && header.bytes().all(is_of_a_host)
}

/// Returns `true` if a well-formed header `Host` matches a pattern, for any port: the name itself,
/// or, if it begins with a dot, that name and all its subdomains.
pub(crate) fn is_host(pattern: &str, header: &str) -> bool {
    let host = without_port(header).trim_end_matches('.').to_ascii_lowercase();
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

/// The host in the header `Host`. An IPv6 address keeps its brackets.
fn without_port(header: &str) -> &str {
    let end_of_address = header.rfind(']').map_or(0, |end| end + 1);
    match header[end_of_address..].find(':') {
        Some(colon) => &header[..end_of_address + colon],
        None => header,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_host, is_well_formed, without_port};

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
        for host in ["notexample.org", ".example.org", "example.org.evil", "org", ""] {
            assert!(!is_host(".example.org", host), "{host}");
        }
    }

    #[test]
    fn a_name_is_itself_alone() {
        for host in ["example.org", "EXAMPLE.org.", "example.org:80"] {
            assert!(is_host("example.org", host), "{host}");
        }
        for host in ["www.example.org", "example.org.evil", "example.orgg", "evil.example"] {
            assert!(!is_host("example.org", host), "{host}");
        }
    }

    #[test]
    fn what_could_be_no_host_is_not_well_formed() {
        for host in ["example.org", "EXAMPLE.org.", "example.org:80", "127.0.0.1", "[::1]:8000"] {
            assert!(is_well_formed(host), "{host}");
        }
        for host in [
            "",
            "a b",
            "example.org@evil",
            "evil.com/.example.org",
            "example.org, evil.com",
            "exämple.org",
            "example.org?",
        ] {
            assert!(!is_well_formed(host), "{host}");
        }
    }

    proptest! {
        #[test]
        fn a_host_that_gets_in_is_what_a_browser_takes_for_the_site(
            front in "([a-z0-9]|[-._:]|\\[|\\]|@|/){0,6}",
            name in "\\.?(example\\.org|EXAMPLE\\.ORG|example\\.orgs|example)",
            back in "\\.?(:[0-9]{0,3})?([a-z0-9]|[-._:]){0,2}",
        ) {
            let header = format!("{front}{name}{back}");
            if !is_well_formed(&header) || !is_host(".example.org", &header) {
                return Ok(());
            }
            // Text that is not an address at all is harmless.
            if let Ok(address) = url::Url::parse(&format!("http://{header}/")) {
                let host = address.host_str().unwrap().trim_end_matches('.').to_owned();
                prop_assert!(host == "example.org" || host.ends_with(".example.org"), "{}", host);
            }
        }
    }
}
