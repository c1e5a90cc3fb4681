//! The cache key of a page.

use rocket::{Request, Route};

/// The maximum size of a key, in bytes; a request with a longer one is answered by its handler.
const LONGEST: usize = 512;

/// The cache key: the route, the path, the query parameters that the route reads, and the headers
/// that the page depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    route: usize,
    text: Box<str>,
}

/// The parameters of the query string that a route reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum QueryNames {
    /// Parameters with these names, including their parts: `page` and `page.size`.
    Some(Vec<String>),
    /// All parameters: the route has a `<rest..>`.
    All,
}

impl QueryNames {
    /// The parameters in a route's address, as in `?<page>&<rest..>`.
    pub(super) fn of(route: &Route) -> Self {
        let query = route.uri.query().unwrap_or_default();
        let mut names = Vec::new();
        for part in query.split('&') {
            let Some(name) = part.strip_prefix('<').and_then(|part| part.strip_suffix('>')) else {
                continue;
            };
            if name.ends_with("..") {
                return Self::All;
            }
            names.push(name.to_owned());
        }
        Self::Some(names)
    }

    fn contains(&self, field: &str) -> bool {
        match self {
            Self::Some(names) => {
                let root = field.split(['.', '[']).next().unwrap_or_default();
                names.iter().any(|name| name == root)
            }
            Self::All => true,
        }
    }
}

impl Key {
    /// Creates the key; `None` if it would be too long.
    pub(super) fn of(
        route: usize,
        query: &QueryNames,
        headers: &[&'static str],
        request: &Request<'_>,
    ) -> Option<Self> {
        let mut text = request.uri().path().as_str().to_owned();
        // Parts are separated by a character that neither an address nor a header can contain;
        // names and values are decoded, so their lengths are added.
        let mut push = |mark: &str, part: &str| {
            text.push_str(mark);
            text.push_str(&part.len().to_string());
            text.push(':');
            text.push_str(part);
            text.len() <= LONGEST
        };
        for (name, value) in request.uri().query().into_iter().flat_map(|query| query.segments()) {
            if query.contains(name) && !(push("\n?", name) && push("=", value)) {
                return None;
            }
        }
        for name in headers {
            for value in request.headers().get(name) {
                if !(push("\n", name) && push(":", value)) {
                    return None;
                }
            }
        }
        Some(Self { route, text: text.into() })
    }

    /// The size in bytes.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use rocket::http::Method;
    use rocket::local::blocking::Client;
    use rocket::route::{Handler, Outcome};
    use rocket::{Data, Route};

    use super::*;

    #[derive(Clone)]
    struct Any;

    #[rocket::async_trait]
    impl Handler for Any {
        async fn handle<'r>(&self, _: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
            Outcome::forward(data, rocket::http::Status::NotFound)
        }
    }

    fn names(uri: &str) -> QueryNames {
        QueryNames::of(&Route::new(Method::Get, uri, Any))
    }

    fn keys(route: &str, headers: &[&'static str], requests: &[&str]) -> Vec<Option<Key>> {
        let client = Client::untracked(rocket::build()).unwrap();
        let names = names(route);
        let asked = requests.iter().map(|uri| client.get((*uri).to_owned()));
        asked.map(|request| Key::of(1, &names, headers, request.inner())).collect()
    }

    #[test]
    fn a_key_has_the_parameters_that_the_route_reads() {
        assert_eq!(names("/lettings?<page>&a=b"), QueryNames::Some(vec!["page".to_owned()]));
        assert_eq!(names("/lettings?<page>&<rest..>"), QueryNames::All);
        assert_eq!(names("/lettings"), QueryNames::Some(Vec::new()));

        let same = keys("/l?<page>", &[], &["/l?page=2", "/l?page=2&junk=1", "/l?junk&page=2"]);
        assert!(same.iter().all(|key| key.is_some() && *key == same[0]), "{same:?}");
        let parts = keys("/l?<page>", &[], &["/l?page=2", "/l?page.x=2", "/l?page[x]=2", "/l"]);
        let others = keys("/l?<page>", &[], &["/l?page=3", "/l?page=2&page=3", "/m?page=2"]);
        let mut all: Vec<_> = parts.into_iter().chain(others).collect();
        let count = all.len();
        all.sort_by_key(|key| key.as_ref().unwrap().text.clone());
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn values_cannot_pass_for_other_parameters() {
        let all = keys(
            "/l?<a>&<b>",
            &[],
            &["/l?a=1&b=2", "/l?a=1%26b%3D2", "/l?a=1%0A%3F1:b%3D1:2", "/l?b=2&a=1", "/l?a=1=b&2"],
        );
        for (index, key) in all.iter().enumerate() {
            assert!(all[..index].iter().all(|other| other != key), "{key:?}");
        }
    }

    #[test]
    fn a_key_that_would_be_too_long_is_not_made() {
        let long = format!("/l?page={}", "9".repeat(LONGEST));
        assert_eq!(keys("/l?<page>", &[], &[&long]), [None]);
        assert!(keys("/l", &[], &[&long])[0].is_some(), "nobody reads it");
    }
}
