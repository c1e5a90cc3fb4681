//! The kind of a database: SQLite or PostgreSQL.

use std::fmt;

/// One of the databases that a site can run on. `Display` writes its usual name.
///
/// ```
/// use module_api::db::DatabaseKind;
///
/// assert_eq!(DatabaseKind::Postgres.to_string(), "PostgreSQL");
/// assert_eq!(DatabaseKind::Postgres.word(), "postgres");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DatabaseKind {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl DatabaseKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// The word in the names of files and options.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl fmt::Display for DatabaseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}
