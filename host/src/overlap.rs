//! Overlap of routes: an address that both match.

use rocket::Route;
use rocket::http::{Method, RawStr};

/// The segments of a route's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    One,
    Rest,
}

impl Path {
    /// Parses a route's path.
    pub(crate) fn parse(path: &str) -> Self {
        let part = |part: &str| match part.strip_prefix('<').and_then(|p| p.strip_suffix('>')) {
            Some(name) if name.ends_with("..") => Part::Rest,
            Some(_) => Part::One,
            None => Part::Literal(RawStr::new(part).percent_decode_lossy().into_owned()),
        };
        Self(path.split('/').filter(|part| !part.is_empty()).map(part).collect())
    }

    /// Returns `true` if some address matches both patterns.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let (mut a, mut b) = (self.0.iter(), other.0.iter());
        loop {
            match (a.next(), b.next()) {
                (Some(Part::Rest), _) | (_, Some(Part::Rest)) | (None, None) => return true,
                (Some(Part::Literal(a)), Some(Part::Literal(b))) if a != b => return false,
                (Some(_), Some(_)) => {}
                (Some(_), None) | (None, Some(_)) => return false,
            }
        }
    }
}

/// Returns `true` if a path matches a route.
pub(crate) fn path_matches(route: &Route, path: &str) -> bool {
    Path::parse(route.uri.path()).overlaps(&Path::parse(path))
}

/// Returns `true` if some request matches both methods: a route for GET answers HEAD too.
pub(crate) fn methods_overlap(a: Method, b: Method) -> bool {
    let class = |method| if method == Method::Head { Method::Get } else { method };
    class(a) == class(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlap(a: &str, b: &str) -> bool {
        let forward = Path::parse(a).overlaps(&Path::parse(b));
        assert_eq!(forward, Path::parse(b).overlaps(&Path::parse(a)), "{a} {b}");
        forward
    }

    #[test]
    fn routes_overlap_where_one_address_is_of_both_forms() {
        assert!(overlap("/lettings", "/lettings/"));
        assert!(overlap("/lettings/<id>", "/lettings/7"));
        assert!(overlap("/<path..>", "/lettings/7"));
        assert!(overlap("/<path..>", "/"));
        assert!(overlap("/lettings/<path..>", "/lettings"));
        assert!(overlap("/<module>/<id>", "/lettings/<id>"));
        assert!(overlap("/caf%C3%A9", "/café"));
        assert!(!overlap("/lettings/<id>", "/lettings"));
        assert!(!overlap("/lettings/<id>", "/profiles/<id>"));
        assert!(!overlap("/lettings/new/<id>", "/lettings/<id>"));
        assert!(!overlap("/lettings/<path..>", "/profiles"));
    }

    #[test]
    fn a_route_for_get_answers_head_too() {
        assert!(methods_overlap(Method::Get, Method::Head));
        assert!(!methods_overlap(Method::Get, Method::Post));
    }
}
