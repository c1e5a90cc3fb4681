//! References in stylesheets, rewritten to the names with hashes.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use module_api::Problem;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use rocket::http::RawStr;

use super::PREFIX;
use super::catalog::{hash, with_hash};

/// Characters that are escaped in an address inside a stylesheet.
const FILE_NAME: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'\'').add(b'(').add(b')').add(b'%');

/// A stylesheet's path and its rewritten content.
type Rewritten = (String, Cow<'static, [u8]>);

/// Rewrites the stylesheets of a namespace, each after those it imports. `hashed` maps the names
/// of the other files of the namespace.
pub(super) fn rewrite(
    namespace: &'static str,
    styles: &[String],
    mut contents: BTreeMap<String, Cow<'static, [u8]>>,
    mut hashed: HashMap<String, String>,
    problems: &mut Vec<Problem>,
) -> Vec<Rewritten> {
    let mut done = Vec::new();
    let mut waiting: Vec<&String> = styles.iter().collect();
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|name| {
            let text = String::from_utf8_lossy(&contents[*name]);
            let targets = references(&text).filter_map(|r| target(namespace, name, r.address));
            targets.into_iter().all(|target| !waiting.contains(&&target) || target == **name)
        });
        if ready.is_none() {
            let message = format!("stylesheets of `{namespace}` import each other: {waiting:?}");
            let problem = Problem::error("assets.E003", message).module(namespace);
            problems.push(problem.hint("import each stylesheet from one place"));
        }
        let name = waiting.remove(ready.unwrap_or(0));
        let content = contents.remove(name).expect("each name has a content");
        let content = rewrite_one(namespace, name, content, &hashed, problems);
        hashed.insert(name.clone(), format!("{namespace}/{}", with_hash(name, &hash(&content))));
        done.push((name.clone(), content));
    }
    done
}

fn rewrite_one(
    namespace: &'static str,
    name: &str,
    content: Cow<'static, [u8]>,
    hashed: &HashMap<String, String>,
    problems: &mut Vec<Problem>,
) -> Cow<'static, [u8]> {
    let Ok(text) = std::str::from_utf8(&content) else { return content };
    let mut rewritten = String::with_capacity(text.len() + 64);
    let mut position = 0;
    for reference in references(text) {
        let Some(target) = target(namespace, name, reference.address) else { continue };
        let Some(new_name) = hashed.get(&target) else {
            let message = format!(
                "{namespace}/{name} refers to `{}`, which `{namespace}` does not have",
                reference.address,
            );
            let hint = module_api::suggestion(&target, hashed.keys().map(String::as_str));
            problems.push(Problem::error("assets.E002", message).module(namespace).hint(hint));
            continue;
        };
        let (path_end, address) = (path_length(reference.address), reference.address);
        rewritten.push_str(&text[position..reference.start]);
        let file = new_name.rsplit('/').next().unwrap_or_default();
        let folder = address[..path_end].rfind('/').map_or("", |slash| &address[..=slash]);
        rewritten.push_str(folder);
        rewritten.extend(utf8_percent_encode(file, FILE_NAME));
        position = reference.start + path_end;
    }
    if position == 0 {
        return content;
    }
    rewritten.push_str(&text[position..]);
    Cow::Owned(rewritten.into_bytes())
}

/// An address inside a stylesheet.
struct Reference<'a> {
    start: usize,
    address: &'a str,
}

/// The addresses in `url(…)` and `@import "…"`, outside of comments.
fn references(text: &str) -> impl Iterator<Item = Reference<'_>> {
    let mut found = Vec::new();
    let mut position = 0;
    while position < text.len() {
        let rest = &text[position..];
        if rest.starts_with("/*") {
            position += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if let Some(inner) = strip_ascii_prefix(rest, "url(") {
            let start = text.len() - inner.trim_start().len();
            position = start + quoted_or_bare(text, start, &mut found);
        } else if let Some(inner) = strip_ascii_prefix(rest, "@import") {
            let start = text.len() - inner.trim_start().len();
            position = start;
            if text[start..].starts_with(['"', '\'']) {
                position += quoted_or_bare(text, start, &mut found);
            }
        } else if rest.starts_with(['"', '\'']) {
            // A string elsewhere is not an address.
            position += quoted(rest).map_or(1, |inner| inner.len() + 2);
        } else {
            position += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found.into_iter()
}

/// Adds the address that begins at `start`, and returns its length, quotes included.
fn quoted_or_bare<'a>(text: &'a str, start: usize, found: &mut Vec<Reference<'a>>) -> usize {
    let rest = &text[start..];
    if rest.starts_with(['"', '\'']) {
        let Some(address) = quoted(rest) else { return 1 };
        found.push(Reference { start: start + 1, address });
        return address.len() + 2;
    }
    let address = rest[..rest.find(')').unwrap_or(rest.len())].trim_end();
    found.push(Reference { start, address });
    address.len()
}

/// Returns the content of the quotes that `text` begins with.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next()?;
    text[1..].find(quote).map(|end| &text[1..=end])
}

fn strip_ascii_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// The length of an address's path, without query string and fragment.
fn path_length(address: &str) -> usize {
    address.find(['?', '#']).unwrap_or(address.len())
}

/// The file of the same namespace that an address refers to, if any.
fn target(namespace: &str, stylesheet: &str, address: &str) -> Option<String> {
    let path = RawStr::new(&address[..path_length(address)]).percent_decode_lossy();
    let own = format!("{PREFIX}{namespace}/");
    if let Some(path) = path.strip_prefix(own.as_str()) {
        return Some(path.to_owned());
    }
    let has_scheme = path.split('/').next().is_some_and(|first| first.contains(':'));
    if path.is_empty() || path.starts_with('/') || has_scheme {
        return None;
    }
    let mut parts: Vec<&str> = stylesheet.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                // Paths above the namespace belong to others.
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(css: &'static str, files: &[&str]) -> (String, Vec<Problem>) {
        let hashed =
            files.iter().map(|f| ((*f).to_owned(), format!("m/{}", with_hash(f, "0123456789ab"))));
        let contents = BTreeMap::from([("css/a.css".to_owned(), Cow::Borrowed(css.as_bytes()))]);
        let mut problems = Vec::new();
        let styles = ["css/a.css".to_owned()];
        let mut done = rewrite("m", &styles, contents, hashed.collect(), &mut problems);
        (String::from_utf8(done.remove(0).1.into_owned()).unwrap(), problems)
    }

    #[test]
    fn references_to_files_of_the_module_get_their_hashes() {
        let css =
            "a{b:url(x.svg)} c{d:url( '../img/y.png?v=1#z' )} e{f:URL(\"/static/m/css/x.svg\")}";
        let (css, problems) = rewritten(css, &["css/x.svg", "img/y.png"]);
        assert_eq!(
            css,
            "a{b:url(x.0123456789ab.svg)} c{d:url( '../img/y.0123456789ab.png?v=1#z' )} \
             e{f:URL(\"/static/m/css/x.0123456789ab.svg\")}"
        );
        assert_eq!(problems, []);
    }

    #[test]
    fn an_encoded_reference_is_decoded_and_encoded_again() {
        let (css, problems) = rewritten("a{b:url(x%20y.svg)}", &["css/x y.svg"]);
        assert_eq!(css, "a{b:url(x%20y.0123456789ab.svg)}");
        assert_eq!(problems, []);
    }

    #[test]
    fn what_is_elsewhere_is_left_as_it_is() {
        let css = "a{b:url(data:image/png;base64,AA==)} c{d:url(https://example.org/x.svg)} \
                   e{f:url(/static/other/x.svg)} g{h:url(#id)} /* url(x.svg) */ i{content:\"url(x.svg)\"} \
                   j{k:url(../../other/x.svg)}";
        let (rewritten, problems) = rewritten(css, &["css/x.svg"]);
        assert_eq!(rewritten, css);
        assert_eq!(problems, []);
    }

    #[test]
    fn a_reference_to_a_file_that_is_not_there_is_a_problem() {
        let (_, problems) = rewritten("@import 'b.css'; a{b:url(y.svg)}", &["css/x.svg"]);
        let messages: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "m/css/a.css refers to `b.css`, which `m` does not have",
                "m/css/a.css refers to `y.svg`, which `m` does not have",
            ]
        );
    }

    #[test]
    fn an_imported_stylesheet_is_hashed_before_the_one_that_imports_it() {
        let contents = BTreeMap::from([
            ("a.css".to_owned(), Cow::Borrowed(&b"@import \"b.css\";"[..])),
            ("b.css".to_owned(), Cow::Borrowed(&b"b{}"[..])),
        ]);
        let styles = ["a.css".to_owned(), "b.css".to_owned()];
        let mut problems = Vec::new();
        let done = rewrite("m", &styles, contents, HashMap::new(), &mut problems);
        let expected = format!("@import \"{}\";", with_hash("b.css", &hash(b"b{}")));
        assert_eq!(done[0].0, "b.css");
        assert_eq!(done[1].1.as_ref(), expected.as_bytes());
        assert_eq!(problems, []);
    }
}
