//! The Markdown files of the guide and the repository, and their parts.

use std::fs;
use std::path::{Path, PathBuf};

/// A Markdown file.
pub(crate) struct Page {
    /// The path, from the repository's folder.
    pub(crate) path: String,
    /// The text.
    pub(crate) text: String,
}

/// A fenced block of code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    /// The words after the fence: `rust,ignore`.
    pub(crate) info: &'a str,
    /// The lines between the fences.
    pub(crate) code: String,
    /// The last line with text before the fence.
    pub(crate) lead: &'a str,
}

/// The repository's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All pages of the guide, in the order of their paths.
pub(crate) fn guide() -> Vec<Page> {
    let mut paths = Vec::new();
    collect("guide/src", &mut paths);
    paths.sort();
    assert!(paths.len() > 100, "{} pages", paths.len());
    paths.into_iter().map(|path| Page { text: read(&path), path }).collect()
}

fn collect(folder: &str, paths: &mut Vec<String>) {
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let path = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
        if root().join(&path).is_dir() {
            collect(&path, paths);
        } else if path.ends_with(".md") {
            paths.push(path);
        }
    }
}

/// The pages of the guide and those at the top of the repository.
pub(crate) fn all() -> Vec<Page> {
    let top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    let top = top.map(|path| Page { path: path.to_owned(), text: read(path) });
    top.into_iter().chain(guide()).collect()
}

impl Page {
    /// The lines outside of fenced code, with their numbers.
    pub(crate) fn prose(&self) -> impl Iterator<Item = (usize, &str)> {
        let mut is_code = false;
        self.text.lines().enumerate().filter_map(move |(index, line)| {
            if line.trim_start().starts_with("```") {
                is_code = !is_code;
                return None;
            }
            (!is_code).then_some((index + 1, line))
        })
    }

    /// The fenced blocks of code.
    pub(crate) fn blocks(&self) -> Vec<Block<'_>> {
        let (mut blocks, mut lead) = (Vec::new(), "");
        let mut lines = self.text.lines();
        while let Some(line) = lines.next() {
            if let Some(info) = line.strip_prefix("```") {
                let code: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                blocks.push(Block { info, code: code.join("\n") + "\n", lead });
            } else if !line.is_empty() {
                lead = line;
            }
        }
        blocks
    }

    /// The anchors of the headings, as mdBook makes them.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let lines = self.prose().map(|(_, line)| line);
        let headings = lines.filter(|line| line.starts_with('#'));
        let headings = headings.map(|line| line.trim_start_matches('#').trim());
        headings.map(anchor).collect()
    }
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|character| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        _ if character.is_alphanumeric() => Some(character.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}
