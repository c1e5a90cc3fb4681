//! The imports of a Rust file, outside of its tests.

use std::collections::BTreeSet;

/// A file without its comments, texts and tests.
pub(super) struct Source {
    tokens: Vec<String>,
    /// The modules that it declares in files of their own.
    pub(super) modules: Vec<String>,
}

impl Source {
    pub(super) fn parse(text: &str) -> Self {
        let tokens = without_tests(&tokens(text));
        let declared = tokens.windows(3).filter(|w| w[0] == "mod" && w[2] == ";");
        let modules = declared.map(|window| window[1].clone()).collect();
        Self { tokens, modules }
    }

    /// The first names of all paths that begin at the crate's root, in a module so many levels below
    /// it: those after `crate::`, and after as many `super::`.
    pub(super) fn names_from_root(&self, depth: usize) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut at = 0;
        while at < self.tokens.len() {
            let is_of_macro = at > 0 && self.tokens[at - 1] == "$";
            let after = match self.tokens[at].as_str() {
                "crate" if !is_of_macro && self.is(at + 1, "::") => Some(at + 2),
                "super" => self.after_supers(at, depth),
                _ => None,
            };
            at += 1;
            if let Some(after) = after {
                self.first_names(after, &mut names);
                at = after;
            }
        }
        names
    }

    /// The room that the root exports a name from, `plan` for `pub use plan::Plan`.
    pub(super) fn exported_from(&self, name: &str) -> Option<&str> {
        let uses = self.tokens.split(|token| token == ";").filter_map(|statement| {
            let start = statement.iter().position(|token| token == "use")?;
            Some(&statement[start + 1..])
        });
        let mut found = uses.filter(|path| path.iter().skip(1).any(|token| token == name));
        found.next().map(|path| path[0].as_str())
    }

    /// Returns `true` if the root exports another crate under this name.
    pub(super) fn is_of_another_crate(&self, name: &str) -> bool {
        let is_room = self.modules.iter().any(|room| room == name);
        !is_room && self.tokens.windows(2).any(|pair| pair[0] == "use" && pair[1] == name)
    }

    fn is(&self, at: usize, token: &str) -> bool {
        self.tokens.get(at).is_some_and(|found| found == token)
    }

    fn after_supers(&self, mut at: usize, depth: usize) -> Option<usize> {
        let mut count = 0;
        while self.is(at, "super") && self.is(at + 1, "::") {
            count += 1;
            at += 2;
        }
        (count == depth).then_some(at)
    }

    /// The first names of a path or a group of paths.
    fn first_names(&self, start: usize, names: &mut BTreeSet<String>) {
        if !self.is(start, "{") {
            names.insert(self.tokens[start].clone());
            return;
        }
        let mut depth = 0;
        for (at, token) in self.tokens.iter().enumerate().skip(start) {
            match token.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
            let begins = matches!(self.tokens[at - 1].as_str(), "{" | ",");
            if depth == 1 && begins && !matches!(token.as_str(), "{" | "}" | ",") {
                names.insert(token.clone());
            }
        }
    }
}

/// Names, `::`, and all else sign by sign.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = literal(rest) {
            length
        } else if first.is_alphanumeric() || first == '_' {
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            tokens.push(rest[..length].to_owned());
            length
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// The length of the text or character that the code begins with, if it does.
fn literal(code: &str) -> Option<usize> {
    let prefix = ["br", "b", "r", "c", ""].into_iter().find(|prefix| {
        let rest = code.strip_prefix(prefix);
        let is_raw = prefix.ends_with('r');
        rest.is_some_and(|rest| {
            rest.starts_with('"')
                || is_raw && rest.trim_start_matches('#').starts_with('"')
                || !is_raw && rest.starts_with('\'')
        })
    })?;
    let rest = &code[prefix.len()..];
    if prefix.ends_with('r') {
        let hashes = rest.len() - rest.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(hashes));
        let content = hashes + 1;
        let length = rest[content..].find(&end).map_or(rest.len(), |at| content + at + end.len());
        return Some(prefix.len() + length);
    }
    let quote = rest.chars().next()?;
    let mut characters = rest.char_indices().skip(1);
    let mut count = 0;
    while let Some((at, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == quote {
            return Some(prefix.len() + at + 1);
        } else if quote == '\'' && count > 0 && !rest.starts_with("'\\") {
            // It is a lifetime.
            return None;
        }
        count += 1;
    }
    None
}

/// The same without items that are compiled for tests only.
fn without_tests(tokens: &[String]) -> Vec<String> {
    const FOR_TESTS: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut rest = tokens;
    while let Some(first) = rest.first() {
        if !FOR_TESTS.iter().zip(rest).all(|(a, b)| a == b) {
            kept.push(first.clone());
            rest = &rest[1..];
            continue;
        }
        let mut depth = 0;
        let end = rest.iter().skip(FOR_TESTS.len()).position(|token| {
            match token.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            depth == 0 && matches!(token.as_str(), ";" | "}")
        });
        rest = &rest[end.map_or(rest.len(), |end| FOR_TESTS.len() + end + 1)..];
    }
    kept
}

#[test]
fn paths_from_the_root_are_found_in_groups_and_in_code() {
    let source = Source::parse(
        "use crate::{plan::{self, Plan}, watch};\nuse super::assets::Asset;\nuse std::{a, b};\n\
         // use crate::comment;\nfn f<'a>() { let x = 'x'; crate::settings::load(\"crate::text\") }\n\
         macro_rules! m { () => { $crate::other::Thing } }\n\
         #[cfg(test)]\nmod tests { use crate::only_tests; }\nmod inner;\n#[cfg(test)]\nmod more;\n",
    );
    let names: Vec<String> = source.names_from_root(1).into_iter().collect();
    assert_eq!(names, ["assets", "plan", "settings", "watch"]);
    assert_eq!(source.modules, ["inner"]);
    assert!(!source.names_from_root(2).contains("assets"));
}

#[test]
fn what_the_root_exports_belongs_to_a_room() {
    let lib = Source::parse("mod plan;\npub use plan::{Plan, PlannedRoute};\npub use inventory;\n");
    assert_eq!(lib.exported_from("PlannedRoute"), Some("plan"));
    assert_eq!(lib.exported_from("plan"), None);
    assert!(lib.is_of_another_crate("inventory") && !lib.is_of_another_crate("plan"));
}
