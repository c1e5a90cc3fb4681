//! Where the database is and how it is spoken to.

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};

use crate::DatabaseKind;

/// The settings `[default.databases.site]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(crate = "serde")]
pub struct DatabaseOptions {
    /// `sqlite:var/db.sqlite3` or `postgres://user:password@host/name`. It may hold a password:
    /// it never stands in a message.
    #[serde(default = "DatabaseOptions::default_url")]
    pub url: String,
    /// The folder that a relative path of SQLite starts from.
    #[serde(default)]
    pub root: PathBuf,
    /// How many connections are open at most; on SQLite, how many read.
    #[serde(default = "DatabaseOptions::default_max_connections")]
    pub max_connections: NonZeroU16,
    /// For how many seconds a request waits for a connection.
    #[serde(default = "DatabaseOptions::default_connect_timeout")]
    pub connect_timeout: NonZeroU16,
    /// For how many seconds a process waits until another one has migrated; with 0 it does not wait.
    #[serde(default = "DatabaseOptions::default_migrate_lock_timeout")]
    pub migrate_lock_timeout: u32,
}

/// Why a database's address cannot be used. The address itself is not part of the message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseUrlError {
    /// The address is of another database.
    #[error("the database's address begins with neither `sqlite:` nor `postgres:`")]
    Scheme,
    /// The rest of the address cannot be read.
    #[error("the database's address cannot be read")]
    Form(#[source] sqlx::Error),
}

/// A database's address, read.
#[derive(Debug, Clone)]
pub enum Location {
    /// A file, or memory.
    Sqlite {
        /// How to open it.
        options: Box<SqliteConnectOptions>,
        /// The file; none for a database in memory.
        file: Option<PathBuf>,
    },
    /// A server.
    Postgres(Box<PgConnectOptions>),
}

impl DatabaseOptions {
    /// The settings there are.
    pub const KEYS: &[&str] =
        &["url", "root", "max_connections", "connect_timeout", "migrate_lock_timeout"];

    fn default_url() -> String {
        "sqlite:var/db.sqlite3".to_owned()
    }

    fn default_max_connections() -> NonZeroU16 {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let connections = u16::try_from(cores * 4).unwrap_or(16).clamp(4, 16);
        NonZeroU16::new(connections).expect("it is at least 4")
    }

    fn default_connect_timeout() -> NonZeroU16 {
        NonZeroU16::new(3).expect("3 is not zero")
    }

    fn default_migrate_lock_timeout() -> u32 {
        300
    }

    /// The time a request waits for a connection.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout.get().into())
    }

    /// Reads the address.
    ///
    /// # Errors
    ///
    /// It is of another database, or cannot be read.
    pub fn location(&self) -> Result<Location, DatabaseUrlError> {
        if self.url.starts_with("postgres:") || self.url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(&self.url).map_err(DatabaseUrlError::Form)?;
            return Ok(Location::Postgres(Box::new(options)));
        }
        if !self.url.starts_with("sqlite:") {
            return Err(DatabaseUrlError::Scheme);
        }
        let options = SqliteConnectOptions::from_str(&self.url).map_err(DatabaseUrlError::Form)?;
        let in_memory = self.url.contains(":memory:") || self.url.contains("mode=memory");
        let file = (!in_memory).then(|| self.root.join(options.get_filename()));
        let options = match &file {
            Some(file) => options.filename(file),
            None => options,
        };
        // A reader must not see a half-written page after a crash of the program, which WAL
        // with `NORMAL` grants; a crash of the machine may cost the last commits, not the file.
        let options = options
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .synchronous(SqliteSynchronous::Normal);
        Ok(Location::Sqlite { options: Box::new(options), file })
    }
}

impl Location {
    /// Which database it is.
    pub const fn kind(&self) -> DatabaseKind {
        match self {
            Self::Sqlite { .. } => DatabaseKind::Sqlite,
            Self::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    /// What to call the database in a message: the file, or the server and its database.
    pub fn describe(&self) -> String {
        match self {
            Self::Sqlite { file: Some(file), .. } => format!("SQLite file {}", file.display()),
            Self::Sqlite { file: None, .. } => "SQLite in memory".to_owned(),
            Self::Postgres(options) => format!(
                "PostgreSQL database {} at {}:{}",
                options.get_database().unwrap_or("of the user's name"),
                options.get_host(),
                options.get_port(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn options(url: &str) -> DatabaseOptions {
        DatabaseOptions {
            url: url.to_owned(),
            root: "/srv/site".into(),
            max_connections: DatabaseOptions::default_max_connections(),
            connect_timeout: DatabaseOptions::default_connect_timeout(),
            migrate_lock_timeout: DatabaseOptions::default_migrate_lock_timeout(),
        }
    }

    fn file_of(url: &str) -> Option<PathBuf> {
        match options(url).location().unwrap() {
            Location::Sqlite { file, .. } => file,
            Location::Postgres(_) => panic!("{url} is SQLite"),
        }
    }

    #[test]
    fn a_relative_file_lies_below_the_root_whatever_its_number_of_slashes() {
        assert_eq!(
            file_of("sqlite:var/db.sqlite3").unwrap(),
            Path::new("/srv/site/var/db.sqlite3")
        );
        assert_eq!(
            file_of("sqlite://var/db.sqlite3").unwrap(),
            Path::new("/srv/site/var/db.sqlite3")
        );
        assert_eq!(file_of("sqlite:///data/db.sqlite3").unwrap(), Path::new("/data/db.sqlite3"));
        assert_eq!(file_of("sqlite::memory:"), None);
    }

    #[test]
    fn a_message_about_an_address_does_not_hold_its_password() {
        for url in ["mysql://me:secret@db/site", "postgres://me:secret@db:port/site"] {
            let error = options(url).location().unwrap_err();
            assert!(!format!("{error:?} {error}").contains("secret"), "{error:?}");
        }
        let location = options("postgres://me:secret@db.example/site").location().unwrap();
        assert_eq!(location.describe(), "PostgreSQL database site at db.example:5432");
    }
}
