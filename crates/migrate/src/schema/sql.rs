//! Properties that are only in the text of SQL: SQLite's catalog has no checks, collations and
//! deferred foreign keys, and both databases store checks as text.

use std::iter::Peekable;
use std::slice::Iter;

use module_api::db::DatabaseKind;

use super::Check;
use crate::sql_tokens;

/// Properties in a `CREATE TABLE` statement beyond SQLite's catalog. Names are in lower case.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CreateTable {
    /// The columns.
    pub(super) columns: Vec<String>,
    /// The checks.
    pub(super) checks: Vec<Check>,
    /// The columns of the deferred foreign keys.
    pub(super) deferred: Vec<Vec<String>>,
    /// The columns with a collation, and its name.
    pub(super) collations: Vec<(String, String)>,
    /// The `AUTOINCREMENT` property of the key.
    pub(super) autoincrement: bool,
    /// `true` if the table is `WITHOUT ROWID`.
    pub(super) without_rowid: bool,
}

/// The meaning of a check constraint for a column, where it is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The column is not negative.
    Positive(String),
    /// The column's text is JSON, as Django stores it on SQLite.
    Json(String),
}

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A name or a keyword.
    Word,
    /// A name in quotes.
    Quoted,
    /// A number.
    Number,
    /// Any other character.
    Symbol,
}

#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    start: usize,
}

impl Token<'_> {
    fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// The name, in lower case, if the token is one.
    fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_lowercase()),
            Kind::Quoted => {
                let quote = self.text.chars().next_back()?;
                let inner = self.text.get(1..self.text.len() - 1)?;
                Some(inner.replace(&format!("{quote}{quote}"), &quote.to_string()).to_lowercase())
            }
            Kind::Number | Kind::Symbol => None,
        }
    }
}

/// Tokenizes SQL of SQLite; the checks of PostgreSQL can be read in the same way.
fn tokens(sql: &str) -> Vec<Token<'_>> {
    let tokens = sql_tokens::tokens(sql, DatabaseKind::Sqlite);
    let token = |(start, token): (usize, sql_tokens::Token<'_>)| {
        let kind = match token {
            sql_tokens::Token::Word(_) => Kind::Word,
            sql_tokens::Token::Quoted(_) => Kind::Quoted,
            sql_tokens::Token::Number(_) => Kind::Number,
            sql_tokens::Token::Other(_) => Kind::Symbol,
        };
        (kind, start, start + token.len())
    };
    let tokens = tokens.map(token);
    tokens.map(|(kind, start, end)| Token { kind, text: &sql[start..end], start }).collect()
}

/// The tokens in the next parentheses, and the text between these.
fn parenthesized<'a>(
    sql: &'a str,
    tokens: &mut Peekable<Iter<'_, Token<'a>>>,
) -> Option<(Vec<Token<'a>>, &'a str)> {
    let open = tokens.next_if(|token| token.is_symbol("("))?;
    let mut depth = 1;
    let mut inner = Vec::new();
    for token in tokens {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth -= 1;
            if depth == 0 {
                return Some((inner, sql[open.end()..token.start].trim()));
            }
        }
        inner.push(*token);
    }
    None
}

/// Parses a `CREATE TABLE` statement as SQLite stores it.
pub(super) fn create_table(sql: &str) -> CreateTable {
    let mut read = CreateTable::default();
    let all = tokens(sql);
    let mut rest = all.iter().peekable();
    // Up to the columns there are the table's name, and only words and quoted names.
    while rest.next_if(|token| !token.is_symbol("(")).is_some() {}
    let Some((body, _)) = parenthesized(sql, &mut rest) else { return read };
    read.without_rowid = rest.any(|token| token.is("ROWID"));
    let mut depth = 0;
    let definitions = body.split(|token| {
        depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
        depth == 0 && token.is_symbol(",")
    });
    for definition in definitions {
        read_definition(sql, definition, &mut read);
    }
    read
}

/// Parses the definition of a column, or constraints of the table.
fn read_definition<'a>(sql: &'a str, definition: &[Token<'a>], read: &mut CreateTable) {
    const TABLE: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
    let mut rest = definition.iter().peekable();
    let mut columns = Vec::new();
    if !definition.first().is_some_and(|first| TABLE.iter().any(|word| first.is(word))) {
        columns.extend(rest.next().and_then(Token::name));
        read.columns.extend(columns.clone());
    }
    let mut constraint: Option<&Token<'_>> = None;
    // A `DEFERRED` may belong to a foreign key that is `NOT DEFERRABLE`.
    let mut negated = false;
    while let Some(token) = rest.next() {
        if token.is("CONSTRAINT") {
            constraint = rest.next();
        } else if token.is("CHECK") {
            if let Some((_, expression)) = parenthesized(sql, &mut rest) {
                let name = constraint.take().and_then(Token::name);
                read.checks.push(Check { expression: expression.to_owned(), name });
            }
        } else if token.is("AUTOINCREMENT") {
            read.autoincrement = true;
        } else if token.is("COLLATE") {
            let collation = rest.next().and_then(Token::name);
            read.collations.extend(columns.first().cloned().zip(collation));
        } else if token.is("FOREIGN") {
            rest.next();
            if let Some((names, _)) = parenthesized(sql, &mut rest) {
                columns = names.iter().filter_map(Token::name).collect();
            }
        } else if token.is("NOT") {
            negated = rest.peek().is_some_and(|next| next.is("DEFERRABLE"));
        } else if token.is("INITIALLY") {
            if !negated && rest.peek().is_some_and(|next| next.is("DEFERRED")) {
                read.deferred.push(columns.clone());
            }
        } else if token.is_symbol("(") {
            // An expression: a default, a computed value, the length of a type.
            let mut depth = 1;
            while depth > 0
                && let Some(inner) = rest.next()
            {
                depth += i32::from(inner.is_symbol("(")) - i32::from(inner.is_symbol(")"));
            }
        }
        if !token.is("CONSTRAINT") && !token.is("NOT") {
            constraint = None;
        }
    }
}

/// Returns the meaning of a check's expression.
pub(super) fn meaning(expression: &str) -> Option<Meaning> {
    let all = tokens(expression);
    let mut inner = &all[..];
    while let [open, middle @ .., close] = inner
        && open.is_symbol("(")
        && close.is_symbol(")")
    {
        inner = middle;
    }
    match inner {
        [column, more, or_equal, zero]
            if more.is_symbol(">") && or_equal.is_symbol("=") && zero.text == "0" =>
        {
            column.name().map(Meaning::Positive)
        }
        // `JSON_VALID("data") OR "data" IS NULL`, whose outer parentheses are not a pair.
        [function, open, column, close, ..]
            if function.is("JSON_VALID") && open.is_symbol("(") && close.is_symbol(")") =>
        {
            column.name().map(Meaning::Json)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, name: Option<&str>) -> Check {
        Check { expression: expression.to_owned(), name: name.map(str::to_owned) }
    }

    #[test]
    fn checks_and_collations_and_deferred_keys_are_found() {
        let read = create_table(
            r#"CREATE TABLE "odd, (name" ( -- a comment, (
                "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
                [number] integer unsigned NOT NULL CHECK ("number" >= 0),
                `name` varchar(10) COLLATE NOCASE DEFAULT ('a, CHECK (b)') /* , CHECK (x) */,
                "owner" integer REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
                other integer REFERENCES b (id) NOT DEFERRABLE INITIALLY DEFERRED,
                "CHECK" integer REFERENCES b ON DELETE SET NULL,
                CONSTRAINT "small ""one""" CHECK ("number" < (10 + 2)),
                FOREIGN KEY ("a", b) REFERENCES c ("a", "b") DEFERRABLE INITIALLY DEFERRED
            ) WITHOUT ROWID"#,
        );
        let columns = ["id", "number", "name", "owner", "other", "check"];
        let expected = CreateTable {
            columns: columns.map(str::to_owned).to_vec(),
            checks: vec![
                check("\"number\" >= 0", None),
                check("\"number\" < (10 + 2)", Some("small \"one\"")),
            ],
            deferred: vec![vec!["owner".to_owned()], vec!["a".to_owned(), "b".to_owned()]],
            collations: vec![("name".to_owned(), "nocase".to_owned())],
            autoincrement: true,
            without_rowid: true,
        };
        assert_eq!(read, expected);
    }

    #[test]
    fn text_that_is_cut_off_is_read_as_far_as_it_goes() {
        for text in ["", "CREATE", "CREATE TABLE a", "CREATE TABLE a (b", "CREATE TABLE \"a"] {
            assert_eq!(create_table(text), CreateTable::default(), "{text}");
        }
        for text in ["(", "((", ")", "", "'", "\"", "[", "(\"é"] {
            assert_eq!(meaning(text), None, "{text}");
        }
    }

    #[test]
    fn checks_of_positive_numbers_and_of_json_are_understood() {
        let positive = |name: &str| Some(Meaning::Positive(name.to_owned()));
        assert_eq!(meaning("\"number\" >= 0"), positive("number"));
        assert_eq!(meaning("((zip_code >= 0))"), positive("zip_code"));
        assert_eq!(meaning("number >= 1"), None);
        assert_eq!(meaning("number > 0"), None);
        assert_eq!(meaning("number >= 0 AND number < 9"), None);
        let json = Some(Meaning::Json("data".to_owned()));
        assert_eq!(meaning("(JSON_VALID(\"data\") OR \"data\" IS NULL)"), json);
        assert_eq!(meaning("json_valid(data)"), json);
    }
}
