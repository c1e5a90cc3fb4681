//! The addresses of routes by name, independent of the mounts of their modules.

use std::collections::HashMap;
use std::fmt::{Display, Write};
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::Request;
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};

use crate::nearest;

/// All bytes but RFC 3986's unreserved ones and `@`, which a path segment may contain unencoded.
const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// The reason why an address cannot be made.
///
/// ```
/// use module_api::{UrlError, UrlPattern, Urls};
///
/// let pattern = UrlPattern::new("/lettings", "/<letting_id>", None);
/// let urls = Urls::new([("lettings:letting".to_owned(), pattern)]);
///
/// let error = urls.url("lettings:lettings", &[("letting_id", &1)]).unwrap_err();
/// assert!(error.to_string().ends_with("did you mean `lettings:letting`?"));
/// let error = urls.url("lettings:letting", &[]).unwrap_err();
/// assert!(matches!(error, UrlError::Missing { parameter, .. } if parameter == "letting_id"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// No active module has a route of that name.
    #[error("there is no route `{route}` in an active module{}", did_you_mean(.nearest.as_ref()))]
    UnknownRoute {
        /// The name.
        route: String,
        /// The most similar known name.
        nearest: Option<String>,
    },
    /// The route has a parameter that was not given.
    #[error("route `{route}` needs the parameter `{parameter}`")]
    Missing {
        /// The route's name.
        route: String,
        /// The parameter's name.
        parameter: String,
    },
    /// A parameter was given that the route does not have.
    #[error("route `{route}` has no parameter `{parameter}`")]
    Unexpected {
        /// The route's name.
        route: String,
        /// The parameter's name.
        parameter: String,
    },
    /// The value is not a valid path segment: it is empty, `.` or `..`.
    #[error("route `{route}`: no path can carry `{value}` as `{parameter}`")]
    NotASegment {
        /// The route's name.
        route: String,
        /// The parameter's name.
        parameter: String,
        /// The value.
        value: String,
    },
}

fn did_you_mean(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// The pattern of a route's addresses.
///
/// ```
/// use module_api::UrlPattern;
///
/// let pattern = UrlPattern::new("/stays", "/<letting_id>", Some("<page>"));
/// assert_eq!(pattern.parameters().collect::<Vec<_>>(), ["letting_id"]);
/// assert_eq!(pattern.to_string(), "/stays/<letting_id>/");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlPattern {
    parts: Vec<Part>,
    query: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Segment(String),
    Trailing(String),
}

impl UrlPattern {
    /// Creates the pattern of a Rocket route's addresses from the base it is mounted at, its path,
    /// and its query.
    ///
    /// A page's address ends in `/`. Not so that of a file, whose own path ends in a literal
    /// segment with a `.` in it, nor one that ends in `<path..>`.
    pub fn new(base: &str, path: &str, query: Option<&str>) -> Self {
        let own: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let ends_in_slash = own.last().is_none_or(|last| match dynamic(last) {
            Some(name) => !name.ends_with(".."),
            None => !last.contains('.'),
        });
        let mut parts = Vec::new();
        let mut literal = String::from("/");
        for segment in base.split('/').filter(|segment| !segment.is_empty()).chain(own) {
            let Some(name) = dynamic(segment) else {
                literal.push_str(segment);
                literal.push('/');
                continue;
            };
            parts.push(Part::Literal(std::mem::replace(&mut literal, "/".to_owned())));
            parts.push(match name.strip_suffix("..") {
                Some(name) => Part::Trailing(name.to_owned()),
                None => Part::Segment(name.to_owned()),
            });
        }
        if !ends_in_slash {
            literal.pop();
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        let query = query.into_iter().flat_map(|query| query.split('&')).filter_map(dynamic);
        Self { parts, query: query.map(str::to_owned).collect() }
    }

    /// The same without a trailing `/`: for endpoints that programs call.
    #[must_use]
    pub fn without_slash(mut self) -> Self {
        if let Some(Part::Literal(literal)) = self.parts.last_mut()
            && literal.len() > 1
            && literal.ends_with('/')
        {
            literal.pop();
        }
        self
    }

    /// Returns `true` if addresses of this pattern end in `/`.
    pub fn ends_in_slash(&self) -> bool {
        matches!(self.parts.last(), Some(Part::Literal(literal)) if literal.ends_with('/'))
    }

    /// The names of the parameters in the path, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Segment(name) | Part::Trailing(name) => Some(name.as_str()),
        })
    }

    /// Returns `true` if the route has a parameter of that name, in its path or its query.
    fn has(&self, name: &str) -> bool {
        self.parameters().any(|known| known == name) || self.query.iter().any(|known| known == name)
    }

    fn fill<V: Display>(
        &self,
        route: &str,
        value_of: impl Fn(&str) -> Option<V>,
    ) -> Result<String, UrlError> {
        let given = |name: &str| {
            value_of(name).ok_or_else(|| UrlError::Missing {
                route: route.to_owned(),
                parameter: name.to_owned(),
            })
        };
        let mut url = String::with_capacity(64);
        for part in &self.parts {
            match part {
                Part::Literal(literal) => url.push_str(literal),
                Part::Segment(name) => push_segment(&mut url, route, name, given(name)?)?,
                Part::Trailing(name) => {
                    for (index, segment) in given(name)?.to_string().split('/').enumerate() {
                        if index > 0 {
                            url.push('/');
                        }
                        push_segment(&mut url, route, name, segment)?;
                    }
                }
            }
        }
        let mut separator = '?';
        for name in &self.query {
            if let Some(value) = value_of(name) {
                write!(url, "{separator}{name}=").expect("a string takes all");
                push_encoded(&mut url, value);
                separator = '&';
            }
        }
        Ok(url)
    }
}

impl Display for UrlPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Literal(literal) => f.write_str(literal),
            Part::Segment(name) => write!(f, "<{name}>"),
            Part::Trailing(name) => write!(f, "<{name}..>"),
        })
    }
}

/// The name in `<name>`, a route's parameter.
fn dynamic(segment: &str) -> Option<&str> {
    segment.strip_prefix('<')?.strip_suffix('>')
}

/// Returns `true` if a path can contain the value as one of its segments. Browsers and servers
/// resolve `.` and `..`, and drop empty segments.
///
/// ```
/// use module_api::is_segment;
///
/// assert!(is_segment("zoë.li"));
/// assert!(!is_segment(".."));
/// ```
pub fn is_segment(value: &str) -> bool {
    !matches!(value, "" | "." | "..")
}

fn push_segment(
    url: &mut String,
    route: &str,
    parameter: &str,
    value: impl Display,
) -> Result<(), UrlError> {
    let start = url.len();
    push_encoded(url, value);
    // Encoding keeps an invalid segment invalid, and makes no valid one invalid.
    if is_segment(&url[start..]) {
        return Ok(());
    }
    Err(UrlError::NotASegment {
        route: route.to_owned(),
        parameter: parameter.to_owned(),
        value: url[start..].to_owned(),
    })
}

/// Writes a value, percent-encoded where needed. A number, the usual case, is written in place and
/// not scanned.
fn push_encoded(url: &mut String, value: impl Display) {
    let start = url.len();
    write!(url, "{value}").expect("a string takes all");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte);
    if !url[start..].bytes().all(is_plain) {
        let value = url.split_off(start);
        url.extend(utf8_percent_encode(&value, SEGMENT));
    }
}

/// The addresses of all routes of the active modules, by name.
///
/// In a template it is the function `url`: `url("lettings:letting", letting_id=1)`.
/// A handler takes it as a guard:
///
/// ```
/// use module_api::rocket::{get, response::Redirect};
/// use module_api::{Error, Urls};
///
/// #[get("/newest")]
/// fn newest(urls: &Urls) -> Result<Redirect, Error> {
///     Ok(Redirect::to(urls.url("lettings:letting", &[("letting_id", &12)])?))
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Urls(Arc<HashMap<String, UrlPattern>>);

impl Urls {
    /// Creates the addresses of these routes.
    ///
    /// ```
    /// use module_api::{UrlPattern, Urls};
    ///
    /// let urls = Urls::new([(
    ///     "profiles:profile".to_owned(),
    ///     UrlPattern::new("/profiles", "/<username>", None),
    /// )]);
    /// let url = urls.url("profiles:profile", &[("username", &"zoë+1")]);
    /// assert_eq!(url.unwrap(), "/profiles/zo%C3%AB%2B1/");
    /// assert!(urls.url("profiles:profile", &[]).is_err());
    /// ```
    pub fn new(routes: impl IntoIterator<Item = (String, UrlPattern)>) -> Self {
        Self(Arc::new(routes.into_iter().collect()))
    }

    /// The address of a route, with its parameters percent-encoded: `/lettings/1/`. Names of
    /// the route's query fields may be given too, and make a query.
    ///
    /// # Errors
    ///
    /// See [`UrlError`].
    pub fn url(
        &self,
        route: &str,
        parameters: &[(&str, &dyn Display)],
    ) -> Result<String, UrlError> {
        let find = |name: &str| parameters.iter().find(|(given, _)| *given == name);
        let names = parameters.iter().map(|(name, _)| *name);
        self.url_with(route, names, |name| find(name).map(|(_, value)| *value))
    }

    /// The address of a route whose parameters come from a function: their names, and the value of
    /// each.
    ///
    /// # Errors
    ///
    /// See [`UrlError`].
    pub fn url_with<'a, V: Display>(
        &self,
        route: &str,
        mut names: impl Iterator<Item = &'a str>,
        value_of: impl Fn(&str) -> Option<V>,
    ) -> Result<String, UrlError> {
        let pattern = self.0.get(route).ok_or_else(|| UrlError::UnknownRoute {
            route: route.to_owned(),
            nearest: nearest(route, self.0.keys().map(String::as_str)).map(str::to_owned),
        })?;
        if let Some(unexpected) = names.find(|name| !pattern.has(name)) {
            return Err(UrlError::Unexpected {
                route: route.to_owned(),
                parameter: unexpected.to_owned(),
            });
        }
        pattern.fill(route, value_of)
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for &'r Urls {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match request.rocket().state::<Urls>() {
            Some(urls) => Outcome::Success(urls),
            None => Outcome::Error((Status::InternalServerError, ())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_route_is_answered_with_the_one_that_was_meant() {
        let urls = Urls::new([("lettings:letting".to_owned(), UrlPattern::new("/l", "/", None))]);
        let error = urls.url("lettings:lettings", &[]).unwrap_err().to_string();
        assert!(error.ends_with("; did you mean `lettings:letting`?"), "{error}");
        let error = urls.url("admin:index", &[]).unwrap_err().to_string();
        assert_eq!(error, "there is no route `admin:index` in an active module");
    }
}
