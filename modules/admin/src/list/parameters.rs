//! The query of a list's address: what is asked for, and addresses that ask for something else.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rocket::http::RawStr;
use rocket::http::uri::Origin;

/// Bytes of a query. A longer one is none of this site's making, and would stand in each link of
/// the page.
const MAX_LENGTH: usize = 4_000;

/// Characters that are not escaped in a query.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Names with a meaning of their own, which are no fields.
pub(crate) const SEARCH: &str = "q";
pub(crate) const PAGE: &str = "p";
pub(crate) const ORDER: &str = "o";
pub(crate) const ALL: &str = "all";
pub(crate) const ERROR: &str = "e";
pub(crate) const COUNTS: &str = "_facets";

/// Names that are no conditions. Those without a constant are of Django's pop-ups and of its forms.
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

/// The fields of a query, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Those of an address. Nothing if it is too long.
    pub(crate) fn of(uri: &Origin<'_>) -> Option<Self> {
        uri.query().map_or(Some(Self::default()), |query| Self::parse(query.as_str()))
    }

    /// Reads a query. Nothing if it is too long.
    pub(crate) fn parse(query: &str) -> Option<Self> {
        if query.len() > MAX_LENGTH {
            return None;
        }
        // Such characters have no place in HTML, nor the zero among them in a text of PostgreSQL.
        let is_strange = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
        let decoded =
            |text: &str| RawStr::new(text).url_decode_lossy().replace(is_strange, "\u{fffd}");
        let fields = query.split('&').filter(|field| !field.is_empty()).map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            (decoded(name), decoded(value))
        });
        Some(Self(fields.collect()))
    }

    /// The value of a name; the last, if there are several.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns `true` if there is a parameter of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All names that are conditions, with their values.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().filter(|(name, _)| !NO_CONDITIONS.contains(name))
    }

    /// All names with their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Without these names.
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        let kept = self.0.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        Self(kept.cloned().collect())
    }

    /// With another field, in place of those of its name.
    pub(crate) fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let mut changed = self.without(&[name]);
        changed.0.push((name.to_owned(), value.into()));
        changed
    }

    /// Without conditions.
    pub(crate) fn without_conditions(&self) -> Self {
        let is_kept = |(name, _): &&(String, String)| NO_CONDITIONS.contains(&name.as_str());
        Self(self.0.iter().filter(is_kept).cloned().collect())
    }

    /// As a query without `?`, which has nothing in it that means something in HTML but `&`.
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

    /// As the end of an address: `?q=sea`, or `?` alone, which leads to the list without a query.
    pub(crate) fn link(&self) -> String {
        format!("?{}", self.query())
    }

    /// The address of a page with this query.
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
