//! Links between pages, and the table of contents.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::pages::{Page, all, guide, read, root};

/// The targets of the links in a line: `](target)`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

/// The path of a link's file, from the repository's folder.
fn resolved(page: &str, file: &str) -> String {
    let folder = Path::new(page).parent().expect("a page is in a folder");
    let mut path = PathBuf::new();
    for part in folder.join(file).components() {
        if part == Component::ParentDir {
            path.pop();
        } else {
            path.push(part);
        }
    }
    path.to_str().expect("paths are UTF-8").to_owned()
}

/// The links of a page that lead nowhere.
fn broken(page: &Page) -> Vec<String> {
    let mut broken = Vec::new();
    for (line, text) in page.prose() {
        for target in targets(text) {
            if target.starts_with("https://") || target.starts_with("http://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { page.path.clone() } else { resolved(&page.path, file) };
            let exists = root().join(&path).exists();
            let has_anchor = || {
                let linked = Page { text: read(&path), path: path.clone() };
                linked.anchors().iter().any(|known| known == anchor)
            };
            if !exists || !anchor.is_empty() && !has_anchor() {
                broken.push(format!("{}, line {line}: {target}", page.path));
            }
        }
    }
    broken
}

#[test]
fn every_link_leads_to_a_page_and_a_heading() {
    let broken: Vec<String> = all().iter().flat_map(broken).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn a_broken_link_is_found() {
    let page = |text: &str| Page { path: "guide/src/start.md".to_owned(), text: text.to_owned() };
    assert_eq!(broken(&page("[here](glossary.md#glossary) [there](https://example.org)")).len(), 0);
    assert_eq!(broken(&page("[here](nowhere.md)")).len(), 1);
    assert_eq!(broken(&page("[here](glossary.md#nowhere)")).len(), 1);
}

#[test]
fn the_summary_lists_every_page_once() {
    let summary = read("guide/src/SUMMARY.md");
    let listed: Vec<&str> = summary.lines().flat_map(targets).collect();
    let once: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(once.len(), listed.len(), "a page is listed twice");
    let pages = guide();
    let there: BTreeSet<&str> = pages
        .iter()
        .filter_map(|page| page.path.strip_prefix("guide/src/"))
        .filter(|path| *path != "SUMMARY.md")
        .collect();
    assert_eq!(once, there);
}

#[test]
fn the_short_documents_are_short() {
    for (path, most) in [("README.md", 700), ("ARCHITECTURE.md", 1500)] {
        let words = read(path).split_whitespace().count();
        assert!(words <= most, "{path} has {words} words");
    }
}
