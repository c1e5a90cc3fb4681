//! A tokenizer for SQL that recognizes statements, names and quotes.

use module_api::db::DatabaseKind;

/// A token of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// A name or a keyword, unchanged.
    Word(&'a str),
    /// A quoted name or text, including the quotes.
    Quoted(&'a str),
    /// A number.
    Number(&'a str),
    /// Any other character.
    Other(char),
}

impl Token<'_> {
    /// The length in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Word(text) | Self::Quoted(text) | Self::Number(text) => text.len(),
            Self::Other(character) => character.len_utf8(),
        }
    }
}

/// The tokens of SQL, each with its offset; without space and comments.
pub(crate) fn tokens(
    sql: &str,
    database: DatabaseKind,
) -> impl Iterator<Item = (usize, Token<'_>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(first) = sql[at..].chars().next() {
            let start = at;
            let (length, token) = next_token(&sql[at..], first, database);
            at += length;
            if let Some(token) = token {
                return Some((start, token));
            }
        }
        None
    })
}

/// The length of the next token, and the token: `None` for space and comments.
fn next_token(rest: &str, first: char, database: DatabaseKind) -> (usize, Option<Token<'_>>) {
    let is_postgres = database == DatabaseKind::Postgres;
    if first.is_whitespace() {
        return (first.len_utf8(), None);
    }
    if rest.starts_with("--") {
        return (rest.find('\n').unwrap_or(rest.len()), None);
    }
    if rest.starts_with("/*") {
        return (comment(rest, is_postgres), None);
    }
    let quoted = match first {
        '\'' | '"' => Some(quoted(rest, first, false)),
        'e' | 'E' if is_postgres && rest[1..].starts_with('\'') => {
            Some(1 + quoted(&rest[1..], '\'', true))
        }
        '`' if !is_postgres => Some(quoted(rest, first, false)),
        '[' if !is_postgres => Some(rest.find(']').map_or(rest.len(), |end| end + 1)),
        '$' if is_postgres => dollar_tag(rest).map(|tag| {
            let inner = &rest[tag.len()..];
            inner.find(tag).map_or(rest.len(), |end| end + 2 * tag.len())
        }),
        _ => None,
    };
    if let Some(length) = quoted {
        return (length, Some(Token::Quoted(&rest[..length])));
    }
    let run = |inside: fn(char) -> bool| rest.find(|c| !inside(c)).unwrap_or(rest.len());
    if first.is_ascii_digit() {
        let length = run(|c| c.is_ascii_alphanumeric() || c == '.');
        return (length, Some(Token::Number(&rest[..length])));
    }
    if first.is_alphanumeric() || first == '_' {
        let length = run(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
        return (length, Some(Token::Word(&rest[..length])));
    }
    (first.len_utf8(), Some(Token::Other(first)))
}

/// The length of a comment, which may be nested on PostgreSQL.
fn comment(text: &str, nests: bool) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") && (nests || depth == 0) {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of a quoted text. A doubled quote inside is part of it.
fn quoted(text: &str, quote: char, escapes: bool) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if escapes && character == '\\' {
            characters.next();
        } else if character == quote && characters.next_if(|(_, next)| *next == quote).is_none() {
            return at + 1;
        }
    }
    text.len()
}

/// The `$$` or `$body$` at the beginning of a text, which PostgreSQL uses as quotes.
fn dollar_tag(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('$')?;
    let end = inner.find('$')?;
    let is_tag = inner[..end].chars().all(|c| c.is_alphanumeric() || c == '_')
        && !inner.starts_with(|c: char| c.is_ascii_digit());
    is_tag.then(|| &text[..end + 2])
}
