//! Style of texts, as far as a list of words can tell.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::pages::{all, root};

/// Summary lines of each crate that open with What, Whether or Who. The numbers only shrink: a summary
/// line is a sentence in the third person with the field's term, "Returns …", "The maximum …".
const AT_MOST: &[(&str, usize)] = &[
    ("bench", 3),
    ("crates/cargo-installed-apps", 3),
    ("crates/db", 11),
    ("crates/fixtures", 35),
    ("crates/migrate", 103),
    ("crates/model", 56),
    ("crates/module-api", 110),
    ("crates/module-macros", 12),
    ("crates/module-test", 6),
    ("host", 117),
    ("modules/accounts", 70),
    ("modules/admin", 210),
    ("modules/lettings", 2),
    ("modules/profiles", 4),
    ("tests", 68),
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

/// The crate that a file belongs to.
fn owner(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts[0] {
        "crates" | "modules" => format!("{}/{}", parts[0], parts[1]),
        first => first.to_owned(),
    }
}

fn count(folder: &Path, counts: &mut BTreeMap<String, usize>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                count(&path, counts);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let relative = path.strip_prefix(root()).expect("it is below the root");
            *counts.entry(owner(relative.to_str().expect("paths are UTF-8"))).or_default() +=
                text.lines().filter(|line| opens_badly(line)).count();
        }
    }
}

/// Returns `true` if a line of documentation opens with one of the words.
fn opens_badly(line: &str) -> bool {
    let line = line.trim_start();
    let text = line.strip_prefix("/// ").or_else(|| line.strip_prefix("//! "));
    let first = text.and_then(|text| text.split_whitespace().next());
    first.is_some_and(|word| ["What", "Whether", "Who"].contains(&word))
}

#[test]
fn summary_lines_that_open_with_what_whether_or_who_grow_fewer() {
    let mut counts = BTreeMap::new();
    for folder in ["bench", "crates", "host", "modules", "src", "tests"] {
        count(&root().join(folder), &mut counts);
    }
    for (owner, found) in counts {
        let most = AT_MOST.iter().find(|(known, _)| *known == owner).map_or(0, |(_, most)| *most);
        assert!(found <= most, "{owner} has {found} such lines, and {most} are allowed");
    }
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
