//! The query string of a list's address, and addresses with changed parameters.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::http::RawStr;
use rocket::http::uri::Origin;

/// The maximum length of a query string, in bytes. A longer one is not from this site, and would be
/// repeated in each link of the page.
const MAX_LENGTH: usize = 4_000;

/// Characters that are not escaped in a query.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Parameters with a meaning of their own, which are not fields.
pub(crate) const SEARCH: &str = "q";
pub(crate) const PAGE: &str = "p";
pub(crate) const ORDER: &str = "o";
pub(crate) const ALL: &str = "all";
pub(crate) const ERROR: &str = "e";
pub(crate) const COUNTS: &str = "_facets";

/// Parameters that are not conditions. Those without a constant are from Django's pop-ups and
/// forms.
const NO_CONDITIONS: &[&str] = &[
    SEARCH,
    PAGE,
    ORDER,
    ALL,
    ERROR,
    COUNTS,
    "format",
    "_popup",
    "_to_field",
    "_source_model",
    "_changelist_filters",
];

/// The parameters of a query string, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads those of an address; `None` if the query string is too long.
    pub(crate) fn of(uri: &Origin<'_>) -> Option<Self> {
        uri.query().map_or(Some(Self::default()), |query| Self::parse(query.as_str()))
    }

    /// Parses a query string; `None` if it is too long.
    pub(crate) fn parse(query: &str) -> Option<Self> {
        if query.len() > MAX_LENGTH {
            return None;
        }
        // Control characters are not allowed in HTML, nor null in a text of PostgreSQL.
        let is_strange = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
        let decoded =
            |text: &str| RawStr::new(text).url_decode_lossy().replace(is_strange, "\u{fffd}");
        let fields = query.split('&').filter(|field| !field.is_empty()).map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            (decoded(name), decoded(value))
        });
        Some(Self(fields.collect()))
    }

    /// The value of a parameter; of several the last.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns `true` if there is a parameter of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All parameters that are conditions, with their values.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().filter(|(name, _)| !NO_CONDITIONS.contains(name))
    }

    /// All parameters with their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Removes the parameters with these names.
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        let kept = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        Self(kept.cloned().collect())
    }

    /// Sets a parameter, in place of those with its name.
    pub(crate) fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let mut changed = self.without(&[name]);
        changed.0.push((name.to_owned(), value.into()));
        changed
    }

    /// Removes all conditions.
    pub(crate) fn without_conditions(&self) -> Self {
        let is_kept = |(name, _): &&(String, String)| NO_CONDITIONS.contains(&name.as_str());
        Self(self.0.iter().filter(is_kept).cloned().collect())
    }

    /// Formats the query string without `?`; the only character in it that is special in HTML is
    /// `&`.
    pub(crate) fn query(&self) -> String {
        let encode = |text| utf8_percent_encode(text, PLAIN);
        let mut query = String::new();
        for (name, value) in self.iter() {
            let separator = if query.is_empty() { "" } else { "&" };
            query.extend([separator.into(), encode(name).to_string(), "=".into()]);
            query.extend(encode(value));
        }
        query
    }

    /// Formats a relative address: `?q=sea`, or `?` alone, the list without a query string.
    pub(crate) fn link(&self) -> String {
        format!("?{}", self.query())
    }

    /// The address of a page with this query string.
    pub(crate) fn on(&self, page: &str) -> String {
        if self.0.is_empty() { page.to_owned() } else { format!("{page}{}", self.link()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(query: &str) -> Parameters {
        Parameters::parse(query).unwrap()
    }

    #[test]
    fn a_query_is_read_as_a_form_sends_it() {
        let read = parameters("q=sea+view&a=%C3%A9%26%3D&&empty=&bare&=x&bad=%zz%FF%00");
        let fields: Vec<_> = read.iter().collect();
        assert_eq!(
            fields,
            [
                ("q", "sea view"),
                ("a", "é&="),
                ("empty", ""),
                ("bare", ""),
                ("", "x"),
                ("bad", "%zz\u{fffd}\u{fffd}")
            ]
        );
    }

    #[test]
    fn the_last_of_several_values_counts() {
        assert_eq!(parameters("o=1&o=2").get("o"), Some("2"));
    }

    #[test]
    fn a_link_changes_what_it_is_about_and_keeps_the_rest() {
        let asked = parameters("q=a%20b&p=3&state=CA");
        let other = asked.without(&["p"]).with("state", "N&\"");
        assert_eq!(other.link(), "?q=a%20b&state=N%26%22");
        assert_eq!(asked.without_conditions().link(), "?q=a%20b&p=3");
        assert_eq!(parameters("").link(), "?");
        assert_eq!(parameters("").on("/a/"), "/a/");
    }

    #[test]
    fn a_query_that_is_too_long_is_none() {
        assert_eq!(Parameters::parse(&"a=1&".repeat(MAX_LENGTH / 4 + 1)), None);
    }
}
