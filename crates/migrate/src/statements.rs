//! The statements of a migration's script: to check that it does not end its transaction, to run
//! them one by one, and to report the one that failed.

use module_api::db::DatabaseKind;

use crate::sql_tokens::{Token, tokens};

/// A statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement<'a> {
    /// The text, without surrounding comments and the `;` at the end.
    pub(crate) text: &'a str,
    tokens: Vec<Token<'a>>,
}

impl<'a> Statement<'a> {
    /// The unquoted words, without comments.
    fn words(&self) -> impl Iterator<Item = &'a str> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Word(word) => Some(*word),
            _ => None,
        })
    }

    /// Returns `true` if the unquoted words begin with these, in upper case.
    fn begins_with(&self, words: &[&str]) -> bool {
        let mut found = self.words();
        words.iter().all(|word| found.next().is_some_and(|found| found.eq_ignore_ascii_case(word)))
    }

    /// The name of the permanent table that it creates, if it does.
    pub(crate) fn created_table(&self) -> Option<String> {
        let mut tokens = self.tokens.iter().copied().peekable();
        let mut next_is = |word: &str| {
            tokens
                .next_if(|token| matches!(token, Token::Word(it) if it.eq_ignore_ascii_case(word)))
                .is_some()
        };
        if !next_is("CREATE") {
            return None;
        }
        next_is("UNLOGGED");
        if !next_is("TABLE") {
            return None;
        }
        let _ = next_is("IF") && next_is("NOT") && next_is("EXISTS");
        let mut name = tokens.next()?;
        // In `schema.table` it is the second.
        if tokens.next_if_eq(&Token::Other('.')).is_some() {
            name = tokens.next()?;
        }
        match name {
            Token::Word(name) => Some(name.to_lowercase()),
            Token::Quoted(quoted) => {
                let inner = quoted.get(1..quoted.len() - 1)?;
                let quote = &quoted[..1];
                Some(inner.replace(&quote.repeat(2), quote))
            }
            Token::Number(_) | Token::Other(_) => None,
        }
    }

    /// The first line, shortened, for a message.
    pub(crate) fn summary(&self) -> String {
        const LONGEST: usize = 72;
        let line = self.text.lines().next().unwrap_or_default().trim_end();
        if line.len() == self.text.len() && line.chars().count() <= LONGEST {
            return line.to_owned();
        }
        let mut summary: String = line.chars().take(LONGEST).collect();
        summary.truncate(summary.trim_end().len());
        summary + " …"
    }

    /// Returns `true` if the statement contains others up to one that begins with `END`, such as a
    /// trigger of SQLite, or a function of PostgreSQL with `BEGIN ATOMIC`.
    fn opens_body(&self, database: DatabaseKind) -> bool {
        let has = |wanted: &str| self.words().any(|word| word.eq_ignore_ascii_case(wanted));
        if !self.begins_with(&["CREATE"]) {
            return false;
        }
        match database {
            DatabaseKind::Sqlite => {
                let is_trigger = |word: &str| word.eq_ignore_ascii_case("TRIGGER");
                self.words().take(4).any(is_trigger) && has("BEGIN")
            }
            DatabaseKind::Postgres => {
                let is_routine = |word: &str| {
                    ["FUNCTION", "PROCEDURE"].iter().any(|kind| word.eq_ignore_ascii_case(kind))
                };
                self.words().take(4).any(is_routine) && has("BEGIN") && has("ATOMIC")
            }
        }
    }
}

/// Returns the first statement of a script that would begin or end a transaction, if there is one.
///
/// A migration runs in a transaction together with its entry in the ledger; a script that ends it
/// could be applied halfway.
pub fn transaction_control(sql: &str, database: DatabaseKind) -> Option<String> {
    const CONTROLS: [&[&str]; 7] = [
        &["BEGIN"],
        &["COMMIT"],
        &["ROLLBACK"],
        &["END"],
        &["ABORT"],
        &["START", "TRANSACTION"],
        &["PREPARE", "TRANSACTION"],
    ];
    let controls =
        |statement: &Statement<'_>| CONTROLS.iter().any(|words| statement.begins_with(words));
    let found = statements(sql, database).into_iter().find(controls)?;
    Some(found.words().map(str::to_uppercase).collect::<Vec<_>>().join(" "))
}

/// The statements of a script; those in the body of a trigger are part of it.
pub(crate) fn statements(sql: &str, database: DatabaseKind) -> Vec<Statement<'_>> {
    let mut statements = Vec::new();
    let mut current = Unfinished::default();
    for (start, token) in tokens(sql, database) {
        if token == Token::Other(';') && current.ends_here(database) {
            statements.extend(std::mem::take(&mut current).finish(sql));
        } else {
            current.push(token, start, start + token.len());
        }
    }
    statements.extend(current.finish(sql));
    statements
}

/// The statement that is being read.
#[derive(Default)]
struct Unfinished<'a> {
    start: usize,
    end: usize,
    tokens: Vec<Token<'a>>,
    /// The start of the last inner statement, while inner statements are read.
    in_body: Option<usize>,
}

impl<'a> Unfinished<'a> {
    fn push(&mut self, token: Token<'a>, start: usize, end: usize) {
        if self.tokens.is_empty() {
            self.start = start;
        }
        self.tokens.push(token);
        self.end = end;
    }

    /// Returns `true` if a `;` here ends the whole statement rather than an inner one.
    fn ends_here(&mut self, database: DatabaseKind) -> bool {
        let ends = match self.in_body {
            Some(last) => self.tokens[last..]
                .iter()
                .find_map(|token| match token {
                    Token::Word(word) => Some(word.eq_ignore_ascii_case("END")),
                    _ => None,
                })
                .unwrap_or(false),
            None => {
                let statement = Statement { text: "", tokens: std::mem::take(&mut self.tokens) };
                let opens = statement.opens_body(database);
                self.tokens = statement.tokens;
                !opens
            }
        };
        self.in_body = Some(self.tokens.len());
        ends
    }

    fn finish(self, sql: &'a str) -> Option<Statement<'a>> {
        let text = &sql[self.start..self.end];
        (!self.tokens.is_empty()).then_some(Statement { text, tokens: self.tokens })
    }
}

#[cfg(test)]
mod tests {
    use super::DatabaseKind::{Postgres, Sqlite};
    use super::*;

    const TRIGGER: &str = "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN \
                           1 THEN 2 END; DELETE FROM c; END; SELECT 1;";

    fn texts(sql: &str, database: DatabaseKind) -> Vec<&str> {
        statements(sql, database).iter().map(|statement| statement.text).collect()
    }

    #[test]
    fn a_script_that_ends_its_transaction_is_found() {
        let found = |sql| {
            let found = transaction_control(sql, Sqlite);
            assert_eq!(found, transaction_control(sql, Postgres));
            found
        };
        let commit = found("CREATE TABLE a (b int); commit; SELECT 1");
        assert_eq!(commit.as_deref(), Some("COMMIT"));
        assert_eq!(found("/* x */ Begin Transaction;").as_deref(), Some("BEGIN TRANSACTION"));
        assert!(found("SELECT 1;\n-- so far\nROLLBACK").is_some());
        assert!(found("START TRANSACTION;").is_some());
        assert!(found("SELECT 1; END;").is_some());
    }

    #[test]
    fn words_elsewhere_are_no_control() {
        assert_eq!(transaction_control(TRIGGER, Sqlite), None);
        let function =
            "CREATE FUNCTION f() RETURNS void AS $body$ BEGIN COMMIT; END $body$ LANGUAGE plpgsql;";
        assert_eq!(transaction_control(function, Postgres), None);
        let quoted = "DO $$ BEGIN; END $$; SELECT '; COMMIT;' AS \"; END;\"";
        assert_eq!(transaction_control(quoted, Postgres), None);
        for database in DatabaseKind::ALL {
            let comments = "-- ; COMMIT;\nSELECT 1 /* ; COMMIT; */";
            assert_eq!(transaction_control(comments, database), None);
        }
        let after = format!("{TRIGGER} COMMIT");
        assert_eq!(transaction_control(&after, Sqlite).as_deref(), Some("COMMIT"));
    }

    #[test]
    fn statements_are_told_apart() {
        for database in DatabaseKind::ALL {
            let sql = "-- why\n\nSELECT 'it''s; one'; ; /* two */ SELECT\n  2 -- end\n;\n-- done";
            assert_eq!(texts(sql, database), ["SELECT 'it''s; one'", "SELECT\n  2"]);
            assert!(texts(" -- nothing", database).is_empty());
            assert_eq!(texts("SELECT 'open; ", database), ["SELECT 'open; "]);
        }
    }

    #[test]
    fn each_database_has_quotes_of_its_own() {
        assert_eq!(texts("SELECT [a;b]; SELECT `c;d`", Sqlite), ["SELECT [a;b]", "SELECT `c;d`"]);
        assert_eq!(
            texts(r"SELECT E'it\'s; one'; SELECT a$b$c; SELECT $x$;$y$;$x$; SELECT a[1]", Postgres),
            [r"SELECT E'it\'s; one'", "SELECT a$b$c", "SELECT $x$;$y$;$x$", "SELECT a[1]"]
        );
        assert_eq!(texts("/* /* ; */ ; */ SELECT 1", Postgres), ["SELECT 1"]);
        assert_eq!(texts("/* /* ; */ SELECT 1; SELECT 2", Sqlite), ["SELECT 1", "SELECT 2"]);
    }

    #[test]
    fn the_body_of_a_trigger_or_function_is_part_of_it() {
        let [trigger, select] = texts(TRIGGER, Sqlite)[..] else { panic!("two statements") };
        assert!(trigger.starts_with("CREATE TEMP TRIGGER") && trigger.ends_with("END"));
        assert_eq!(select, "SELECT 1");
        let function = "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; \
                        END; SELECT 3";
        assert_eq!(texts(function, Postgres).len(), 2);
        let trigger = "CREATE TRIGGER t BEFORE UPDATE ON a EXECUTE FUNCTION f(); SELECT 3";
        assert_eq!(texts(trigger, Postgres).len(), 2);
    }

    #[test]
    fn the_tables_that_a_script_creates_are_known() {
        let sql = "CREATE TABLE \"a\"\"b\" (c int); create table if not exists public.Dee (f int); \
                   CREATE TEMP TABLE g (h int); CREATE INDEX i ON j (k); CREATE TABLE [l m] (n int)";
        let tables = statements(sql, Sqlite).iter().filter_map(Statement::created_table).collect();
        let tables: Vec<String> = tables;
        assert_eq!(tables, ["a\"b", "dee", "l m"]);
    }

    #[test]
    fn a_long_statement_is_shortened() {
        let summary = |sql| statements(sql, Sqlite)[0].summary();
        assert_eq!(summary("SELECT 1;"), "SELECT 1");
        assert_eq!(summary("CREATE TABLE a (\n  b int\n);"), "CREATE TABLE a ( …");
        let long = format!("SELECT '{}'", "é".repeat(100));
        let short = statements(&long, Sqlite)[0].summary();
        assert_eq!(short.chars().count(), 74);
    }
}
