//! Names in code, in the database, and for people.

/// The maximum length of a name in PostgreSQL, in bytes.
const MAX_NAME: usize = 63;

/// Returns `true` for lower-case letters, digits and `_`, not beginning with a digit.
pub(crate) fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Returns the error in the name of a table or column, if there is one.
pub(crate) fn database_name_error(what: &str, name: &str) -> Option<String> {
    if name.is_empty() || name.contains(|c: char| c.is_control() || matches!(c, '"' | '\'')) {
        return Some(format!(
            "`{name}` is no name for a {what}: it has at least one character, and no quotation mark \
             or control character"
        ));
    }
    let length = name.len();
    (length > MAX_NAME).then(|| {
        format!(
            "the name of the {what} `{name}` has {length} bytes, and PostgreSQL takes \
             {MAX_NAME}: name a shorter {what}"
        )
    })
}

/// Returns `true` for a label such as `lettings.letting`: two names that begin with a letter.
pub(crate) fn is_label(label: &str) -> bool {
    let is_part = |part: &str| is_identifier(part) && !part.starts_with('_');
    label.split_once('.').is_some_and(|(app, name)| is_part(app) && is_part(name))
}

/// Splits camel case into words, like Django: `http server log` for `HTTPServerLog`.
pub(crate) fn words_of_camel_case(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut words = String::new();
    for (index, character) in characters.iter().enumerate() {
        let after_small = index > 0 && characters[index - 1].is_lowercase();
        let before_small = characters.get(index + 1).is_some_and(|next| !next.is_uppercase());
        if character.is_uppercase() && index > 0 && (after_small || before_small) {
            words.push(' ');
        }
        words.extend(character.to_lowercase());
    }
    words
}

/// The most similar known name, if any is similar.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// Formats a list: `` `a`, `b` and `c` ``.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn camel_case_becomes_the_words_that_django_makes_of_it() {
        assert_eq!(words_of_camel_case("Letting"), "letting");
        assert_eq!(words_of_camel_case("LogEntry"), "log entry");
        assert_eq!(words_of_camel_case("HTTPServerLog"), "http server log");
        assert_eq!(words_of_camel_case("UserID"), "user id");
    }

    #[test]
    fn a_label_has_two_names_in_lower_case() {
        assert!(is_label("lettings.letting"));
        assert!(is_label("a1.b_2"));
        for bad in ["lettings", "lettings.Letting", ".letting", "a.b.c", "1a.b", "_a.b", "a.", ""] {
            assert!(!is_label(bad), "{bad}");
        }
    }

    #[test]
    fn the_nearest_name_is_suggested_and_a_strange_one_is_not() {
        let known = ["max_length", "min_length", "unique"];
        assert_eq!(nearest("max_lenght", known), Some("max_length"));
        assert_eq!(nearest("uniq", known), Some("unique"));
        assert_eq!(nearest("zzz", known), None);
    }
}
