//! Names in Rust for the names in a database.

use std::collections::BTreeSet;

/// The keywords of Rust that can be raw identifiers.
const RESERVED: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// The names that a field cannot have: keywords that cannot be raw identifiers, and those whose
/// constants the trait `Model` has.
const TAKEN: &[&str] = &["self", "super", "crate", "info", "get", "columns"];

/// The types that a file of models uses or derives.
const TYPES: &[&str] = &[
    "Box",
    "Clone",
    "Date",
    "Debug",
    "Decimal",
    "Duration",
    "Err",
    "ForeignKey",
    "IpAddr",
    "Json",
    "ManyToMany",
    "Model",
    "None",
    "Ok",
    "Option",
    "Result",
    "Self",
    "Some",
    "String",
    "Time",
    "UtcDateTime",
    "Uuid",
    "Value",
    "Vec",
];

/// A name in lower-case letters, digits and `_`: `InvoiceLine` becomes `invoice_line`.
pub(super) fn snake_case(name: &str) -> String {
    let characters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (place, character) in characters.iter().enumerate() {
        let after_small = place > 0
            && (characters[place - 1].is_ascii_lowercase()
                || characters[place - 1].is_ascii_digit());
        let before_small = place > 0
            && characters[place - 1].is_ascii_uppercase()
            && characters.get(place + 1).is_some_and(char::is_ascii_lowercase);
        let begins_word = character.is_ascii_uppercase() && (after_small || before_small);
        let is_plain = character.is_ascii_alphanumeric();
        if (begins_word || !is_plain) && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        if is_plain {
            snake.push(character.to_ascii_lowercase());
        }
    }
    snake.truncate(snake.trim_end_matches('_').len());
    if snake.is_empty() || snake.starts_with(|c: char| c.is_ascii_digit()) {
        snake.insert_str(0, "field_");
    }
    snake.truncate(snake.trim_end_matches('_').len());
    snake
}

/// The name of a struct: `invoice_line` becomes `InvoiceLine`.
pub(super) fn struct_name(snake: &str) -> String {
    let words = snake.split('_').filter(|word| !word.is_empty());
    let capitalized = words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]);
    let name: String = capitalized.collect();
    if TYPES.contains(&name.as_str()) { name + "Model" } else { name }
}

/// A unique field name for a column.
pub(super) fn field_name(column: &str, others: &mut BTreeSet<String>) -> String {
    let mut name = snake_case(column);
    if TAKEN.contains(&name.as_str()) {
        name.push_str("_field");
    }
    unique(&name, others)
}

/// The name, or with the first number appended that makes it unique. It is added to the others.
pub(super) fn unique(name: &str, others: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let free = names.find(|name| !others.contains(name)).expect("there is a number for each");
    others.insert(free.clone());
    free
}

/// A name as an identifier, with `r#` if it is a keyword.
pub(super) fn in_code(name: &str) -> String {
    if RESERVED.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

/// A text as a string literal.
pub(super) fn literal(text: &str) -> String {
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_keep_backslashes_and_quotes() {
        assert_eq!(literal(r"title <> '\'"), r#""title <> '\\'""#);
        assert_eq!(literal("it's \"so\""), r#""it's \"so\"""#);
    }

    #[test]
    fn names_of_any_style_become_those_of_fields() {
        for (column, field) in [
            ("title", "title"),
            ("AlbumId", "album_id"),
            ("HTTPServer", "http_server"),
            ("Order Details", "order_details"),
            ("2nd", "field_2nd"),
            ("größe", "gr_e"),
            ("_private__", "private"),
            ("日本", "field"),
            ("self", "self_field"),
            ("info", "info_field"),
        ] {
            assert_eq!(field_name(column, &mut BTreeSet::new()), field, "{column}");
        }
    }

    #[test]
    fn two_columns_never_share_a_field() {
        let mut others = BTreeSet::new();
        let names = ["a-b", "a_b", "A b"].map(|column| field_name(column, &mut others));
        assert_eq!(names, ["a_b", "a_b_2", "a_b_3"]);
    }

    #[test]
    fn words_of_rust_are_escaped_and_types_are_not_shadowed() {
        assert_eq!(in_code("type"), "r#type");
        assert_eq!(in_code("title"), "title");
        assert_eq!(struct_name("invoice_line"), "InvoiceLine");
        assert_eq!(struct_name("option"), "OptionModel");
    }
}
