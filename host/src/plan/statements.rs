//! The statements of a migration's script, as far as it takes to see that it keeps to its
//! transaction.

/// The first statement of a script that would begin or end a transaction, if there is one.
///
/// A migration runs in a transaction together with its entry in the ledger; a script that ends it
/// could be applied halfway.
pub(super) fn transaction_control(sql: &str) -> Option<String> {
    let mut in_trigger = false;
    for words in statements(sql) {
        let word = |index: usize| words.get(index).map_or("", String::as_str);
        // The body of a trigger on SQLite has statements of its own, up to its `END`.
        if in_trigger {
            in_trigger = word(0) != "END";
            continue;
        }
        let controls = match word(0) {
            "BEGIN" | "COMMIT" | "ROLLBACK" | "END" | "ABORT" => true,
            "START" => word(1) == "TRANSACTION",
            _ => false,
        };
        if controls {
            return Some(words.join(" "));
        }
        in_trigger = word(0) == "CREATE"
            && words.iter().take(4).any(|word| word == "TRIGGER")
            && words.iter().any(|word| word == "BEGIN");
    }
    None
}

/// The statements of a script, each as its bare words in capitals: without comments and quoted
/// text.
fn statements(sql: &str) -> Vec<Vec<String>> {
    let mut statements = vec![Vec::new()];
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if matches!(first, '\'' | '"' | '`') {
            rest[1..].find(first).map_or(rest.len(), |end| end + 2)
        } else if let Some(tag) = dollar_tag(rest) {
            rest[tag.len()..].find(tag).map_or(rest.len(), |end| end + 2 * tag.len())
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let last = statements.last_mut().expect("it begins with one");
            last.push(rest[..end].to_uppercase());
            end
        } else {
            if first == ';' {
                statements.push(Vec::new());
            }
            first.len_utf8()
        };
        rest = &rest[skipped..];
    }
    statements.retain(|words| !words.is_empty());
    statements
}

/// The `$$` or `$body$` that a text begins with, by which PostgreSQL quotes.
fn dollar_tag(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('$')?;
    let end = inner.find('$')?;
    let is_tag = inner[..end].chars().all(|c| c.is_alphanumeric() || c == '_')
        && !inner.starts_with(|c: char| c.is_ascii_digit());
    is_tag.then(|| &text[..end + 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_that_ends_its_transaction_is_found() {
        assert_eq!(
            transaction_control("CREATE TABLE a (b int); commit; SELECT 1").as_deref(),
            Some("COMMIT")
        );
        assert_eq!(
            transaction_control("/* x */ Begin Transaction;").as_deref(),
            Some("BEGIN TRANSACTION")
        );
        assert!(transaction_control("SELECT 1;\n-- so far\nROLLBACK").is_some());
        assert!(transaction_control("START TRANSACTION;").is_some());
        assert!(transaction_control("SELECT 1; END;").is_some());
    }

    #[test]
    fn words_elsewhere_are_no_control() {
        let trigger = "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = 1; DELETE FROM c; END; SELECT 1;";
        assert_eq!(transaction_control(trigger), None);
        let function =
            "CREATE FUNCTION f() RETURNS void AS $body$ BEGIN COMMIT; END $body$ LANGUAGE plpgsql;";
        assert_eq!(transaction_control(function), None);
        assert_eq!(
            transaction_control("DO $$ BEGIN; END $$; SELECT '; COMMIT;' AS \"; END;\""),
            None
        );
        assert_eq!(transaction_control("-- ; COMMIT;\nSELECT 1 /* ; COMMIT; */"), None);
        assert_eq!(transaction_control(&format!("{trigger} COMMIT")).as_deref(), Some("COMMIT"));
    }
}
