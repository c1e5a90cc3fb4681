//! The label of an object: `{title}, {address.city}`.

use syn::LitStr;

#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    Text(String),
    /// The path to a field.
    Field(Vec<String>),
}

/// The parts of a text with names in braces.
pub(crate) fn parse(written: &LitStr) -> syn::Result<Vec<Part>> {
    parts(&written.value()).map_err(|message| syn::Error::new(written.span(), message))
}

fn parts(written: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = written;
    while let Some(place) = rest.find(['{', '}']) {
        text.push_str(&rest[..place]);
        let brace = &rest[place..=place];
        rest = &rest[place + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            text.push_str(brace);
            rest = after;
        } else if brace == "}" {
            return Err("a `}` stands alone: write `}}` for a brace as text".to_owned());
        } else {
            let Some((name, after)) = rest.split_once('}') else {
                return Err(
                    "a `{` is not closed: write `{title}`, or `{{` for a brace as text".to_owned()
                );
            };
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(Part::Field(name.split('.').map(str::to_owned).collect()));
            rest = after;
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    if parts.is_empty() {
        return Err("an object needs a text to show: write `display = \"{title}\"`".to_owned());
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(way: &[&str]) -> Part {
        Part::Field(way.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn names_in_braces_are_fields_and_doubled_braces_are_text() {
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(
            parts("{title}, {address.city}!").unwrap(),
            [field(&["title"]), text(", "), field(&["address", "city"]), text("!")]
        );
        assert_eq!(parts("{{{id}}}").unwrap(), [text("{"), field(&["id"]), text("}")]);
    }

    #[test]
    fn a_brace_without_its_other_is_refused() {
        assert!(parts("{title").unwrap_err().contains("not closed"));
        assert!(parts("title}").unwrap_err().contains("stands alone"));
        assert!(parts("").unwrap_err().contains("needs a text"));
    }
}
