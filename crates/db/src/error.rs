//! Errors of the database.

use sqlx::postgres::PgDatabaseError;

/// An error of the database or of what was asked of it.
///
/// ```
/// use module_api::db::{Db, query};
/// # module_api::rocket::async_test(async {
/// # let options = module_api::rocket::figment::Figment::from(("url", "sqlite::memory:"));
/// # let options: module_api::db::DatabaseOptions = options.extract()?;
/// # let db = Db::from(module_api::db::DbPool::open(options.location()?, &options).await?);
/// # use module_api::db::execute_script;
/// # let mut transaction = db.begin().await?;
/// # let table = "CREATE TABLE guest (name text UNIQUE); INSERT INTO guest VALUES ('Ann')";
/// # execute_script(table, &mut transaction).await?;
///
/// let insert = query("INSERT INTO guest VALUES ($1)").bind("Ann");
/// let error = insert.execute(&mut transaction).await.unwrap_err();
/// assert!(error.is_conflict() && !error.is_unavailable());
/// assert_eq!(error.duplicate_columns("guest"), Some(vec!["name".to_owned()]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// The database cannot be reached or cannot serve now: no connection became free in time, a
    /// statement took longer than the server allows, or the server takes no changes.
    #[error("the database is out of reach")]
    Unavailable(#[source] sqlx::Error),
    /// More requests wait for a connection than can be served in time.
    #[error("too many requests wait for a connection to the database")]
    Busy,
    /// The database refused a connection or a statement.
    #[error("the database refused")]
    Statement(#[source] sqlx::Error),
    /// A row does not have the column, or it is of another type.
    #[error("column `{column}`")]
    Column {
        /// The column's name.
        column: String,
        /// The problem.
        #[source]
        source: sqlx::Error,
    },
}

impl DbError {
    /// Returns `true` if the database is unavailable, and `false` if the statement is wrong.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Busy)
    }

    /// The constraint that a statement would have broken, if the database names it. For a unique
    /// index over whole columns SQLite names these instead: `stay.room_id, stay.guest`.
    pub fn constraint(&self) -> Option<&str> {
        let Self::Statement(sqlx::Error::Database(error)) = self else { return None };
        error.constraint().or_else(|| {
            let (_, named) = error.message().split_once(" constraint failed: ")?;
            let index = named.strip_prefix("index '").and_then(|name| name.strip_suffix('\''));
            Some(index.unwrap_or(named))
        })
    }

    /// Returns the columns of a table whose values another row has already, if that is why the database
    /// refused: those of a unique index over whole columns.
    pub fn duplicate_columns(&self, table: &str) -> Option<Vec<String>> {
        let Self::Statement(sqlx::Error::Database(error)) = self else { return None };
        if !error.is_unique_violation() {
            return None;
        }
        if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
            let detail = error.detail().filter(|_| error.table() == Some(table))?;
            return columns_of_detail(detail);
        }
        let (_, named) = error.message().split_once(" constraint failed: ")?;
        let column = |named: &str| Some(named.strip_prefix(table)?.strip_prefix('.')?.to_owned());
        named.split(", ").map(column).collect()
    }

    /// Returns `true` if the database refused values that conflict with other rows, which may have
    /// changed concurrently: a unique or foreign key constraint, a deadlock.
    pub fn is_conflict(&self) -> bool {
        let Self::Statement(sqlx::Error::Database(error)) = self else { return false };
        error.code().is_some_and(|code| is_conflict(&code))
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        let away = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => true,
            sqlx::Error::Database(database) => database.code().is_some_and(|code| is_away(&code)),
            _ => false,
        };
        if away { Self::Unavailable(error) } else { Self::Statement(error) }
    }
}

/// Returns the message of the database or system in an sqlx error, with its code. Sqlx itself adds its
/// source, and on PostgreSQL a line of the server's code.
pub(crate) fn words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => {
            let message = database.message();
            match database.code() {
                Some(code) if code.len() == 5 => format!("{message} (SQLSTATE {code})"),
                Some(code) => format!("{message} (SQLite error {code})"),
                None => message.to_owned(),
            }
        }
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Configuration(error) => match error.downcast_ref::<sqlx::Error>() {
            Some(error) => words(error),
            None => error.to_string(),
        },
        other => other.to_string(),
    }
}

/// Returns `true` for the codes of an unavailable database. PostgreSQL, five characters: the classes 08
/// (connection), 53 (resources) and 57P (shutting down or starting); a statement or a wait for a lock that
/// timed out (57014, 55P03), a transaction that did (25P03, 25P04), and a read-only server (25006); a table
/// that was altered while a transaction read it (0A000). SQLite, a number with the code in its low byte:
/// busy, locked, out of memory, read-only, interrupted, I/O error, disk full, cannot open.
fn is_away(code: &str) -> bool {
    if code.len() == 5 {
        let away = ["08", "53", "57P", "57014", "55P03", "25P03", "25P04", "25006", "0A000"];
        return away.iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5..=10 | 13 | 14))
}

/// Returns `true` for the codes of a conflict. PostgreSQL, five characters: the classes 23 (constraints)
/// and 40 (transactions). SQLite, a number with the code in its low byte: a constraint.
fn is_conflict(code: &str) -> bool {
    if code.len() == 5 {
        return ["23", "40"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<u32>().is_ok_and(|code| code & 0xff == 19)
}

/// Reads the columns of PostgreSQL's `Key (name, "Place")=(Ann, Oslo) already exists.`, in any
/// language of the server.
fn columns_of_detail(detail: &str) -> Option<Vec<String>> {
    let (_, columns) = detail.split_once('(')?;
    let (columns, _) = columns.split_once(")=(")?;
    Some(columns.split(", ").map(|column| column.trim_matches('"').to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::{columns_of_detail, is_away, is_conflict};

    #[test]
    fn columns_are_read_in_any_language() {
        for (detail, columns) in [
            ("Key (name)=(Ann) already exists.", &["name"][..]),
            ("Schlüssel »(\"Place\", name)=(a (b), )=(c)« existiert bereits.", &["Place", "name"]),
        ] {
            assert_eq!(columns_of_detail(detail).unwrap(), columns);
        }
        assert_eq!(columns_of_detail("Nothing of the kind."), None);
    }

    #[test]
    fn a_conflict_with_other_rows_is_told_from_a_wrong_statement() {
        for code in ["23505", "23503", "40P01", "40001", "2067", "787", "19"] {
            assert!(is_conflict(code), "{code}");
        }
        for code in ["42601", "57P01", "22001", "5", "1", ""] {
            assert!(!is_conflict(code), "{code}");
        }
    }

    #[test]
    fn a_database_that_is_away_is_told_from_a_wrong_statement() {
        assert!(is_away("57P01"), "PostgreSQL is shutting down");
        assert!(is_away("53300"), "PostgreSQL has too many connections");
        assert!(is_away("5"), "SQLite is busy");
        assert!(is_away("522"), "SQLite: short read");
        assert!(is_away("7"), "SQLite: out of memory");
        assert!(is_away("53100") && is_away("13"), "the disk is full");
        assert!(is_away("57014"), "PostgreSQL: canceling statement due to statement timeout");
        assert!(is_away("55P03"), "PostgreSQL: canceling statement due to lock timeout");
        assert!(is_away("25006") && is_away("8") && is_away("1032"), "it takes no changes");
        assert!(is_away("0A000"), "PostgreSQL: cached plan must not change result type");
        assert!(!is_away("25001"), "PostgreSQL: inside a transaction");
        assert!(!is_away("42601"), "PostgreSQL: syntax error");
        assert!(!is_away("1"), "SQLite: error in the statement");
        assert!(!is_away("2067"), "SQLite: not unique");
    }
}
