//! Finds the literal names in a template: routes, assets, places and other templates.

/// The kind of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A route, in `url("…")`.
    Route,
    /// An asset, in `asset("…")`.
    Asset,
    /// A place for sections, in `place("…")`.
    Place,
    /// A template, in `{% extends "…" %}`, `include` or `import`.
    Template,
}

/// A literal name in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    pub(super) line: usize,
    /// The offset, in bytes.
    pub(super) at: usize,
    /// `true` if the name may be missing: `{% include "…" ignore missing %}`.
    pub(super) optional: bool,
}

/// All literal names in a template.
pub(super) fn references(text: &str) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(start) = text[position..].find('{').map(|offset| position + offset) {
        let close = match text.as_bytes().get(start + 1) {
            Some(b'{') => "}}",
            Some(b'%') => "%}",
            Some(b'#') => "#}",
            _ => {
                position = start + 1;
                continue;
            }
        };
        let inner = start + 2;
        let Some(length) = code_length(&text[inner..], close) else { break };
        if close != "#}" {
            let code = &text[inner..inner + length];
            if is_raw(code) {
                // The content up to `endraw` is text.
                let Some(end) = text[inner..].find("endraw") else { break };
                position = inner + end;
                continue;
            }
            scan_code(text, inner, code, &mut found);
        }
        position = inner + length + close.len();
    }
    found
}

fn is_raw(code: &str) -> bool {
    code.trim_matches(|c: char| c == '-' || c == '+' || c.is_whitespace()) == "raw"
}

/// The length of the code up to `close`, which may also occur in a string.
fn code_length(text: &str, close: &str) -> Option<usize> {
    if close == "#}" {
        return text.find(close);
    }
    let mut position = 0;
    while position < text.len() {
        let rest = &text[position..];
        if rest.starts_with(close) {
            return Some(position);
        }
        position += match string_length(rest) {
            Some(length) => length,
            None => rest.chars().next().map_or(1, char::len_utf8),
        };
    }
    None
}

/// The length of the string at the beginning of a text, quotes included.
fn string_length(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return Some(index + 1),
            _ => {}
        }
    }
    None
}

fn scan_code<'a>(text: &str, at: usize, code: &'a str, found: &mut Vec<Reference<'a>>) {
    let mut word = "";
    let mut in_list = false;
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (word, rest) = rest.split_at(end);
            in_list = false;
            continue;
        }
        if let Some(length) = string_length(rest) {
            let (string, after) = rest.split_at(length);
            let kind = match word {
                "url" => Some(Kind::Route),
                "asset" => Some(Kind::Asset),
                "place" => Some(Kind::Place),
                "extends" | "include" | "import" | "from" => Some(Kind::Template),
                _ => None,
            };
            if let Some(kind) = kind.filter(|kind| is_whole(*kind, in_list, after)) {
                let name_at = at + (code.len() - rest.len()) + 1;
                found.push(Reference {
                    kind,
                    name: &string[1..length - 1],
                    line: 1 + text[..name_at].matches('\n').count(),
                    at: name_at,
                    optional: in_list || code.contains("ignore missing"),
                });
            }
            if !in_list {
                word = "";
            }
            rest = after;
            continue;
        }
        match first {
            '[' if word == "include" => in_list = true,
            ',' if in_list => {}
            '(' => {}
            _ if first.is_whitespace() => {}
            _ => word = "",
        }
        rest = &rest[first.len_utf8()..];
    }
}

/// Returns `true` if a string is a whole name, judging by the text after it, and not the first part
/// of a concatenation.
fn is_whole(kind: Kind, in_list: bool, after: &str) -> bool {
    let after = after.trim_start();
    match kind {
        Kind::Route | Kind::Asset | Kind::Place => after.starts_with([',', ')']),
        Kind::Template if in_list => after.starts_with([',', ']']),
        Kind::Template => {
            let word = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            let is_end = after.trim_start_matches(['-', '+']).trim().is_empty();
            is_end || matches!(word, "ignore" | "import" | "as" | "with" | "without")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(Kind, &str, usize)> {
        references(text).into_iter().map(|found| (found.kind, found.name, found.line)).collect()
    }

    #[test]
    fn names_are_found_with_their_lines() {
        let text = "{% extends \"base\" %}\n<a href='{{ url(\n'lettings:index', page=2) }}'>\n\
                    {{ asset( \"home/x.css\") }}{% include 'a/b' ignore missing %}";
        assert_eq!(
            names(text),
            [
                (Kind::Template, "base", 1),
                (Kind::Route, "lettings:index", 3),
                (Kind::Asset, "home/x.css", 4),
                (Kind::Template, "a/b", 4),
            ]
        );
        assert!(references(text)[3].optional);
    }

    #[test]
    fn names_that_are_put_together_are_not_literal() {
        assert_eq!(names("{{ asset('a/' ~ kind) }}{{ url('a:' ~ b, id=1) }}"), []);
        assert_eq!(names("{% include 'a/' ~ kind %}{% extends 'a' if b else 'c' %}"), []);
    }

    #[test]
    fn names_in_a_list_are_each_optional() {
        let found = references("{% include ['a', \"b\"] %}");
        assert_eq!(
            found.iter().map(|f| (f.name, f.optional)).collect::<Vec<_>>(),
            [("a", true), ("b", true)]
        );
    }

    #[test]
    fn strings_may_hold_quotes_and_what_ends_code_elsewhere() {
        assert_eq!(names(r"{{ 'it\'s' ~ asset('a/b') }}"), [(Kind::Asset, "a/b", 1)]);
        assert_eq!(names("{{ '}}' ~ asset('a/b') }}"), [(Kind::Asset, "a/b", 1)]);
    }

    #[test]
    fn what_is_no_literal_name_is_left_alone() {
        assert_eq!(names("url(\"text\") {# {{ url('comment') }} #}"), []);
        assert_eq!(names("{{ url(name) }} {{ title('url') }} {{ my_url('x') }}"), []);
        assert_eq!(
            names("{% raw %}{{ url('shown') }}{% endraw %}{{ url('a:b') }}"),
            [(Kind::Route, "a:b", 1)]
        );
        assert_eq!(names("{{ 'broken"), []);
    }
}
