//! Finds what a template names literally: routes, assets and other templates.

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A route, in `url("…")`.
    Route,
    /// An asset, in `asset("…")`.
    Asset,
    /// A template, in `{% extends "…" %}`, `include` or `import`.
    Template,
}

/// A name that stands literally in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    pub(super) line: usize,
    /// Where it stands, in bytes.
    pub(super) at: usize,
    /// Whether the template copes if there is none: `{% include "…" ignore missing %}`.
    pub(super) optional: bool,
}

/// All names that stand literally in a template.
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
        let Some(length) = text[inner..].find(close) else { break };
        if close != "#}" {
            let code = &text[inner..inner + length];
            if is_raw(code) {
                // What follows up to `endraw` is text.
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

fn scan_code<'a>(text: &str, at: usize, code: &'a str, found: &mut Vec<Reference<'a>>) {
    let mut word = "";
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (word, rest) = rest.split_at(end);
            continue;
        }
        if first == '"' || first == '\'' {
            let inner = &rest[1..];
            let Some(end) = inner.find(first) else { return };
            let kind = match word {
                "url" => Some(Kind::Route),
                "asset" => Some(Kind::Asset),
                "extends" | "include" | "import" | "from" => Some(Kind::Template),
                _ => None,
            };
            if let Some(kind) = kind {
                let offset = at + (code.len() - rest.len());
                let line = 1 + text[..offset].matches('\n').count();
                let optional = code.contains("ignore missing");
                let name_at = offset + 1;
                found.push(Reference { kind, name: &inner[..end], line, at: name_at, optional });
            }
            word = "";
            rest = &inner[end + 1..];
            continue;
        }
        if first != '(' && !first.is_whitespace() {
            word = "";
        }
        rest = &rest[first.len_utf8()..];
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
