//! Constraints and indexes beyond single columns, as attributes of a struct.

use std::collections::BTreeMap;

use module_api::db::DatabaseKind;

use super::names::literal;
use crate::schema::{Check, SpecialIndex};
use crate::sql_tokens::{Token, tokens};

/// The maximum length of a name, in bytes.
const MAX_NAME: usize = 63;
/// Types of PostgreSQL to which a cast does not affect comparisons of text.
const TEXT: &[&[&str]] = &[&["text"], &["character", "varying"], &["varchar"], &["bpchar"]];
/// Types to which numeric literals are cast.
const NUMBERS: &[&[&str]] =
    &[&["numeric"], &["integer"], &["bigint"], &["smallint"], &["double", "precision"]];

/// The context in which SQL over the columns of a table is translated.
pub(super) struct Translation<'a> {
    /// The names of the fields, by column. Only columns that are fields are in it.
    pub(super) fields: &'a BTreeMap<String, String>,
    /// The columns of the table that are not fields.
    pub(super) others: &'a [String],
    /// The columns of the table that hold text.
    pub(super) texts: &'a [String],
    pub(super) kind: DatabaseKind,
}

/// A parsed `CREATE INDEX` statement.
#[derive(Debug, PartialEq, Eq)]
struct CreateIndex<'a> {
    unique: bool,
    parts: Vec<&'a str>,
    condition: Option<&'a str>,
}

impl Translation<'_> {
    /// The attribute for a check, or `None` if it has no equivalent SQL for both databases.
    pub(super) fn check(&self, check: &Check) -> Option<String> {
        let name = check.name.as_ref().filter(|name| is_name(name))?;
        let condition = self.translated(&check.expression)?;
        Some(format!("constraint(name = {}, check = {})", literal(name), literal(&condition)))
    }

    /// The attribute for an index, or `None` if it has no equivalent SQL for both databases.
    pub(super) fn index(&self, index: &SpecialIndex) -> Option<String> {
        if !is_name(&index.name) {
            return None;
        }
        let made = create_index(&index.definition, self.kind)?;
        let parts = made.parts.iter().map(|part| self.part(part, made.unique));
        let parts = parts.collect::<Option<Vec<_>>>()?.join(", ");
        let name = literal(&index.name);
        let (kind, over) = if made.unique { ("constraint", "unique") } else { ("index", "over") };
        let mut attribute = format!("{kind}(name = {name}, {over} = [{parts}]");
        if let Some(condition) = made.condition {
            let condition = literal(&self.translated(condition)?);
            attribute = format!("{attribute}, condition = {condition}");
        }
        Some(attribute + ")")
    }

    /// A part of an index: the name of a field, or an expression.
    fn part(&self, part: &str, unique: bool) -> Option<String> {
        let own = match &tokens(part, self.kind).map(|(_, token)| token).collect::<Vec<_>>()[..] {
            [Token::Word(column)] => self.fields.get(*column),
            [Token::Quoted(column)] => self.fields.get(unquoted(column)?),
            _ => None,
        };
        if let Some(field) = own {
            return Some(literal(field));
        }
        let mut words = tokens(part, self.kind).filter_map(|(_, token)| word(token));
        let is_peculiar = |word: &str| {
            let word = word.to_ascii_uppercase();
            matches!(&*word, "COLLATE" | "NULLS")
                || word.ends_with("_OPS")
                || (unique && matches!(&*word, "DESC" | "ASC"))
        };
        (!words.any(is_peculiar)).then(|| self.translated(part).map(|sql| literal(&sql)))?
    }

    /// The expression in SQL that both databases understand.
    fn translated(&self, sql: &str) -> Option<String> {
        let names = |columns: &[String]| {
            tokens(sql, self.kind).any(|(_, token)| {
                let name = match token {
                    Token::Word(name) => Some(name),
                    Token::Quoted(name) => unquoted(name),
                    _ => None,
                };
                name.is_some_and(|name| columns.iter().any(|column| column == name))
            })
        };
        if names(self.others) {
            return None;
        }
        let plain = match self.kind {
            // Django quotes decimal numbers, which are compared as numbers only with a column.
            DatabaseKind::Sqlite if !names(self.texts) => with_numbers(sql),
            DatabaseKind::Sqlite => sql.to_owned(),
            DatabaseKind::Postgres => with_lists(&without_casts(sql)?)?,
        };
        Some(without_parentheses(&plain).to_owned())
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME && !name.contains(['"', '\''])
}

fn word(token: Token<'_>) -> Option<&str> {
    match token {
        Token::Word(word) => Some(word),
        _ => None,
    }
}

/// A quoted name, without its quotes.
fn unquoted(name: &str) -> Option<&str> {
    name.strip_prefix('"')?.strip_suffix('"')
}

/// Parses a statement that creates an index of a kind that both databases have.
fn create_index(sql: &str, kind: DatabaseKind) -> Option<CreateIndex<'_>> {
    let all: Vec<(usize, Token<'_>)> = tokens(sql, kind).collect();
    let is = |place: usize, keyword: &str| matches!(all.get(place), Some((_, Token::Word(word))) if word.eq_ignore_ascii_case(keyword));
    let unique = is(1, "UNIQUE");
    let open = all.iter().position(|(_, token)| *token == Token::Other('('))?;
    let method = (0..open).find(|place| is(*place, "USING"));
    if method.is_some_and(|place| !is(place + 1, "btree")) {
        return None;
    }
    let mut depth = 0;
    let mut begin = all[open].0 + 1;
    let mut parts = Vec::new();
    for (place, (at, token)) in all.iter().enumerate().skip(open) {
        match token {
            Token::Other('(') => depth += 1,
            Token::Other(')') => depth -= 1,
            _ => {}
        }
        if (depth == 1 && *token == Token::Other(',')) || depth == 0 {
            parts.push(sql[begin..*at].trim());
            begin = at + 1;
        }
        if depth == 0 {
            let condition = match all.get(place + 1) {
                None => None,
                Some((where_at, _)) if is(place + 1, "WHERE") => {
                    Some(sql[where_at + "WHERE".len()..].trim())
                }
                Some(_) => return None,
            };
            return Some(CreateIndex { unique, parts, condition });
        }
    }
    None
}

/// An expression of SQLite with unquoted numbers.
fn with_numbers(sql: &str) -> String {
    let is_number =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let mut plain = String::new();
    let mut copied = 0;
    for (at, token) in tokens(sql, DatabaseKind::Sqlite) {
        let Token::Quoted(quoted) = token else { continue };
        let inner = quoted.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        if let Some(number) = inner.filter(|inner| is_number(inner)) {
            plain.push_str(&sql[copied..at]);
            plain.push_str(number);
            copied = at + quoted.len();
        }
    }
    plain + &sql[copied..]
}

/// An expression of PostgreSQL without its redundant casts; `None` if one of them may change a
/// value.
fn without_casts(sql: &str) -> Option<String> {
    let all: Vec<(usize, Token<'_>)> = tokens(sql, DatabaseKind::Postgres).collect();
    let token = |place: usize| all.get(place).map(|(_, token)| *token);
    let mut plain = String::new();
    let mut place = 0;
    let mut copied = 0;
    while place < all.len() {
        let is_cast =
            token(place) == Some(Token::Other(':')) && token(place + 1) == Some(Token::Other(':'));
        if !is_cast {
            place += 1;
            continue;
        }
        let at = all[place].0;
        let is_number = matches!(
            (place.checked_sub(2).and_then(token), place.checked_sub(1).and_then(token)),
            (_, Some(Token::Number(_))) | (Some(Token::Number(_)), Some(Token::Other(')')))
        );
        let begins = |words: &&&[&str]| {
            words
                .iter()
                .enumerate()
                .all(|(after, word)| token(place + 2 + after).and_then(self::word) == Some(*word))
        };
        let types = TEXT.iter().chain(NUMBERS.iter().filter(|_| is_number));
        let words = types.copied().collect::<Vec<_>>();
        let words = words.iter().find(begins)?;
        plain.push_str(&sql[copied..at]);
        place += 2 + words.len();
        // The length of a type, and the sign of an array.
        if token(place) == Some(Token::Other('(')) {
            place += 3;
        }
        if token(place) == Some(Token::Other('[')) {
            place += 2;
        }
        copied = all.get(place).map_or(sql.len(), |(at, _)| *at);
        let is_apart = copied < sql.len() && sql[..copied].ends_with(char::is_whitespace);
        if is_apart {
            plain.push(' ');
        }
    }
    plain.push_str(&sql[copied..]);
    // The operators of regular expressions and `LIKE`, which SQLite does not have.
    let has_sign = tokens(&plain, DatabaseKind::Postgres).any(|(_, it)| it == Token::Other('~'));
    (!has_sign).then_some(plain)
}

/// Rewrites `= ANY (ARRAY['a', 'b'])` to `IN ('a', 'b')`; `None` if there is an array elsewhere.
fn with_lists(sql: &str) -> Option<String> {
    let Some((before, rest)) = sql.split_once(" = ANY (") else {
        let is_array = |(_, token)| word(token).is_some_and(|it| it.eq_ignore_ascii_case("ARRAY"));
        return (!tokens(sql, DatabaseKind::Postgres).any(is_array)).then(|| sql.to_owned());
    };
    let (list, after) = match rest.strip_prefix("(ARRAY[") {
        Some(rest) => rest.split_once("]))")?,
        None => rest.strip_prefix("ARRAY[")?.split_once("])")?,
    };
    // Inside a text, the bracket was not the end.
    (list.matches('\'').count() % 2 == 0)
        .then(|| with_lists(after).map(|after| format!("{before} IN ({list}){after}")))?
}

/// An expression without parentheses around the whole.
fn without_parentheses(sql: &str) -> &str {
    let sql = sql.trim();
    let Some(inner) = sql.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return sql;
    };
    let mut depth = 0;
    for (_, token) in tokens(inner, DatabaseKind::Sqlite) {
        match token {
            Token::Other('(') => depth += 1,
            Token::Other(')') => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return sql;
        }
    }
    without_parentheses(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translate(kind: DatabaseKind, definition: &str) -> Option<String> {
        let fields = ["status", "title", "room_id"].map(|it| (it.to_owned(), it.to_owned()));
        let mut fields = BTreeMap::from(fields);
        fields.insert("room_id".to_owned(), "room".to_owned());
        let others = ["place".to_owned()];
        let texts = ["status".to_owned(), "title".to_owned()];
        let translation = Translation { fields: &fields, others: &others, texts: &texts, kind };
        let name = "one".to_owned();
        let index = SpecialIndex { name: name.clone(), definition: definition.to_owned() };
        if definition.starts_with("CREATE") {
            return translation.index(&index);
        }
        translation.check(&Check { expression: definition.to_owned(), name: Some(name) })
    }

    #[test]
    fn constraints_of_sqlite_are_attributes() {
        for (definition, attribute) in [
            (
                r#"CREATE UNIQUE INDEX "one" ON "t" ("room_id", "title") WHERE "status" IN ('a', 'b')"#,
                r#"constraint(name = "one", unique = ["room", "title"], condition = "\"status\" IN ('a', 'b')")"#,
            ),
            (
                r#"CREATE INDEX "one" ON "t" ((lower("title")), "status" DESC)"#,
                r#"index(name = "one", over = ["lower(\"title\")", "\"status\" DESC"])"#,
            ),
            (r#""status" > '1'"#, r#"constraint(name = "one", check = "\"status\" > '1'")"#),
            (r#""room_id" >= '1.5'"#, r#"constraint(name = "one", check = "\"room_id\" >= 1.5")"#),
        ] {
            let found = translate(DatabaseKind::Sqlite, definition);
            assert_eq!(found.as_deref(), Some(attribute), "{definition}");
        }
    }

    #[test]
    fn constraints_of_postgresql_are_attributes_without_casts() {
        for (definition, attribute) in [
            (
                "CREATE UNIQUE INDEX one ON public.t USING btree (room_id, title) WHERE \
                 ((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
                r#"constraint(name = "one", unique = ["room", "title"], condition = "(status) IN ('a', 'b')")"#,
            ),
            (
                "CREATE INDEX one ON public.t USING btree (lower((title)::text), status DESC)",
                r#"index(name = "one", over = ["lower((title))", "status DESC"])"#,
            ),
            (
                "((room_id > (0)::numeric) AND ((title)::text <> ''::text))",
                r#"constraint(name = "one", check = "(room_id > (0)) AND ((title) <> '')")"#,
            ),
        ] {
            let found = translate(DatabaseKind::Postgres, definition);
            assert_eq!(found.as_deref(), Some(attribute), "{definition}");
        }
    }

    #[test]
    fn what_only_one_database_understands_is_not_translated() {
        for definition in [
            "CREATE INDEX one ON public.t USING gin (title)",
            "CREATE INDEX one ON public.t USING btree (title varchar_pattern_ops)",
            "CREATE INDEX one ON public.t USING btree (title) INCLUDE (status)",
            "CREATE UNIQUE INDEX one ON public.t USING btree (title DESC)",
            "CREATE INDEX one ON public.t USING btree (place)",
            "((title)::text ~ '^a'::text)",
            "((room_id)::numeric / 2) > 1",
            "room_id = ANY (title)",
        ] {
            assert_eq!(translate(DatabaseKind::Postgres, definition), None, "{definition}");
        }
        let nocase = r#"CREATE INDEX "one" ON "t" ("title" COLLATE NOCASE)"#;
        assert_eq!(translate(DatabaseKind::Sqlite, nocase), None);
    }
}
