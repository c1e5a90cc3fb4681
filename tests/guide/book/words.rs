//! Style of texts, as far as a list of words can tell.

use std::fs;
use std::path::Path;

use crate::pages::{all, root};

/// Words that open no line of documentation. A summary line is a sentence in the third person with the
/// field's term: "Returns …", "The maximum …", "`true` if …".
const OPENERS: &[&str] = &[
    "So", "Nothing", "What", "Whatever", "Where", "Wherever", "Whether", "Who", "Whoever", "Whom",
    "Whose", "Why",
];

/// Words that the guide does not use, and what it uses in their place.
const NOT: &[(&str, &str)] = &[
    ("in order to", "to"),
    ("utilize", "use"),
    ("simply", "nothing"),
    ("obviously", "nothing"),
    ("please", "nothing"),
    ("sub-command", "command"),
    ("plug-in module", "module"),
    ("middleware ", "fairing"),
    ("web-site", "site"),
    ("e-mail", "email"),
    ("it's", "it is"),
    ("doesn't", "does not"),
    ("don't", "do not"),
];

/// Adds the lines of documentation in a folder that open with one of the words.
fn find(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                find(&path, found);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(root()).expect("it is below the root").display();
            let lines = text.lines().enumerate().filter(|(_, line)| opens_badly(line));
            found.extend(
                lines.map(|(at, line)| format!("{name}, line {}: {}", at + 1, line.trim())),
            );
        }
    }
}

/// Returns `true` if a line of documentation opens with one of the words.
fn opens_badly(line: &str) -> bool {
    let line = line.trim_start();
    let text = line.strip_prefix("/// ").or_else(|| line.strip_prefix("//! "));
    let first = text.and_then(|text| text.split_whitespace().next());
    first.is_some_and(|word| OPENERS.contains(&word))
}

#[test]
fn no_line_of_documentation_opens_with_a_riddle() {
    let mut found = Vec::new();
    for folder in ["bench", "crates", "fuzz", "host", "modules", "src", "template", "tests"] {
        find(&root().join(folder), &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
    assert!(opens_badly("    /// Whether it is."));
    assert!(!opens_badly("/// Returns `true` if it is."));
}

#[test]
fn the_guide_uses_one_word_for_one_thing() {
    let mut found = Vec::new();
    for page in all().iter().filter(|page| page.path != "CHANGELOG.md") {
        for (line, text) in page.prose() {
            let text = format!("{} ", text.to_lowercase());
            for (word, instead) in NOT.iter().filter(|(word, _)| text.contains(word)) {
                // Tables that translate from another framework name its words.
                if page.path.ends_with("coming-from.md") {
                    continue;
                }
                found.push(format!("{}, line {line}: `{word}`: write {instead}", page.path));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
