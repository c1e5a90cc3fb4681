//! A module's migrations: the steps that build its tables, as SQL files.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::Files;

/// One step in the life of a module's tables.
///
/// Its file is named `NNNN_name.sql`, four digits and a name of lower-case letters, digits and `_`;
/// `NNNN_name.sqlite.sql` and `NNNN_name.postgres.sql` where the two databases need different SQL.
/// Steps run in the order of their names. A step that was applied anywhere is never edited again: a
/// further step mends it.
///
/// ```
/// use module_api::{Files, migrations_of};
///
/// let files = Files::inline(&[
///     ("0001_initial.sqlite.sql", b"CREATE TABLE hello (id integer PRIMARY KEY AUTOINCREMENT);"),
///     ("0001_initial.postgres.sql", b"CREATE TABLE hello (id serial PRIMARY KEY);"),
///     ("0002_name.sql", b"ALTER TABLE hello ADD COLUMN name varchar(64);"),
/// ]);
/// let migrations = migrations_of(&files).unwrap();
/// assert_eq!(migrations[0].name, "0001_initial");
/// assert_eq!(migrations[1].sqlite, migrations[1].postgres);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Its name: that of the file without its endings.
    pub name: String,
    /// Its SQL on SQLite. Line ends are those of Unix, whatever the file has.
    pub sqlite: String,
    /// Its SQL on PostgreSQL.
    pub postgres: String,
}

/// Why files are not a module's migrations.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// The file's name is not of the form that [`Migration`] asks for.
    #[error("`{0}` is not named as a migration")]
    Name(String),
    /// The file is not text in UTF-8.
    #[error("`{0}` is not text in UTF-8")]
    Text(String),
    /// There is a file for one database only.
    #[error("`{name}` has no SQL for {database}")]
    OneDatabase {
        /// The migration's name.
        name: String,
        /// The database without a file.
        database: &'static str,
    },
    /// There is a file for both databases and one for a single one.
    #[error("`{0}` stands both for all databases and for a single one")]
    Ambiguous(String),
    /// Two migrations begin with the same number.
    #[error("`{0}` and `{1}` have the same number")]
    SameNumber(String, String),
}

#[derive(Default)]
struct Variants {
    both: Option<String>,
    sqlite: Option<String>,
    postgres: Option<String>,
}

/// The migrations in a module's files, in the order in which they run.
///
/// # Errors
///
/// Everything that is wrong with the files.
pub fn migrations_of(files: &Files) -> Result<Vec<Migration>, Vec<MigrationError>> {
    let mut errors = Vec::new();
    let mut found: BTreeMap<String, Variants> = BTreeMap::new();
    for file in files.names() {
        let Some((name, database)) = split_name(&file) else {
            errors.push(MigrationError::Name(file));
            continue;
        };
        let content = files.read(&file).unwrap_or(Cow::Borrowed(b""));
        let Ok(sql) = std::str::from_utf8(&content) else {
            errors.push(MigrationError::Text(file));
            continue;
        };
        let sql = Some(sql.replace("\r\n", "\n"));
        let variants = found.entry(name.to_owned()).or_default();
        match database {
            None => variants.both = sql,
            Some("sqlite") => variants.sqlite = sql,
            Some(_) => variants.postgres = sql,
        }
    }
    let mut migrations: Vec<Migration> = Vec::new();
    for (name, variants) in found {
        if let Some(previous) = migrations.last().filter(|last| last.name[..4] == name[..4]) {
            errors.push(MigrationError::SameNumber(previous.name.clone(), name.clone()));
        }
        match (variants.both, variants.sqlite, variants.postgres) {
            (Some(sql), None, None) => {
                migrations.push(Migration { name, sqlite: sql.clone(), postgres: sql });
            }
            (None, Some(sqlite), Some(postgres)) => {
                migrations.push(Migration { name, sqlite, postgres });
            }
            (Some(_), ..) => errors.push(MigrationError::Ambiguous(name)),
            (None, sqlite, _) => {
                let database = if sqlite.is_none() { "SQLite" } else { "PostgreSQL" };
                errors.push(MigrationError::OneDatabase { name, database });
            }
        }
    }
    if errors.is_empty() { Ok(migrations) } else { Err(errors) }
}

/// Splits `0001_initial.sqlite.sql` into its name and database.
fn split_name(file: &str) -> Option<(&str, Option<&str>)> {
    let stem = file.strip_suffix(".sql")?;
    let (name, database) = match stem.split_once('.') {
        None => (stem, None),
        Some((name, database @ ("sqlite" | "postgres"))) => (name, Some(database)),
        Some(_) => return None,
    };
    let (number, rest) = name.split_once('_')?;
    let good = number.len() == 4
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && !rest.is_empty()
        && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    good.then_some((name, database))
}
