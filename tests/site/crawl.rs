//! Follows every link of a site, as a search engine would.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use site_tests::{Answer, TestSite};

/// All that can be reached from some addresses.
pub(crate) struct Crawl {
    /// The answer of each address, and a page that refers to it.
    pub(crate) visited: BTreeMap<String, (String, Answer)>,
}

impl Crawl {
    /// Follows all links, sources and references of stylesheets from an address on.
    pub(crate) async fn from(site: &TestSite, start: &str) -> Self {
        let mut visited = BTreeMap::new();
        let mut known = BTreeSet::from([start.to_owned()]);
        let mut waiting = VecDeque::from([(start.to_owned(), "the start".to_owned())]);
        while let Some((address, referrer)) = waiting.pop_front() {
            let answer = site.get(&address).await;
            for reference in references(&answer) {
                let Some(target) = resolve(&address, &reference) else { continue };
                if known.insert(target.clone()) {
                    waiting.push_back((target, address.clone()));
                }
            }
            visited.insert(address, (referrer, answer));
        }
        Self { visited }
    }

    /// That each address answered 200, or leads to the login: a page for users.
    pub(crate) fn assert_all_well(&self) {
        for (address, (referrer, answer)) in &self.visited {
            let location = answer.header("location").unwrap_or_default();
            if answer.status == 302 && location.starts_with("/accounts/login/?next=") {
                continue;
            }
            assert_eq!(answer.status, 200, "{address}, to which {referrer} refers");
        }
    }

    /// Returns `true` if some page refers to that address or one below it.
    pub(crate) fn leads_to(&self, mount: &str) -> bool {
        let below = format!("{mount}/");
        self.visited.keys().any(|address| {
            let path = address.split('?').next().unwrap_or_default();
            path == mount || path.starts_with(&below)
        })
    }
}

/// Returns the references in an answer.
fn references(answer: &Answer) -> Vec<String> {
    let content_type = answer.header("content-type").unwrap_or_default();
    if content_type.starts_with("text/html") {
        return answer.page().addresses();
    }
    if content_type.starts_with("text/css") {
        return urls_of_css(answer.text());
    }
    Vec::new()
}

/// Returns the contents of `url(…)` in a stylesheet.
pub(crate) fn urls_of_css(css: &str) -> Vec<String> {
    let url = |rest: &str| {
        let inner = rest.split(')').next().unwrap_or_default().trim();
        inner.trim_matches(['"', '\'']).to_owned()
    };
    css.split("url(").skip(1).map(url).collect()
}

/// The absolute address of a reference; none if it leads to another site or is no address of a
/// page.
pub(crate) fn resolve(from: &str, reference: &str) -> Option<String> {
    let reference = reference.split('#').next().unwrap_or_default();
    if reference.is_empty() || reference.starts_with("mailto:") || reference.starts_with("data:") {
        return None;
    }
    assert!(!reference.contains("://") && !reference.starts_with("//"), "{from} → {reference}");
    let path = from.split('?').next().unwrap_or_default();
    if reference.starts_with('/') {
        return Some(reference.to_owned());
    }
    if reference.starts_with('?') {
        return Some(format!("{path}{reference}"));
    }
    let folder = &path[..=path.rfind('/').expect("an address has a slash")];
    Some(format!("{folder}{reference}"))
}
