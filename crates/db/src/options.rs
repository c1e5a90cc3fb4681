//! The address of the database, and options of its connections.

use std::borrow::Cow;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};

use crate::DatabaseKind;

/// The settings `[default.databases.site]`.
///
/// ```
/// use module_api::db::DatabaseOptions;
/// use module_api::rocket::figment::Figment;
///
/// let settings = Figment::from(("url", "postgres://ann:secret@db.example/site"));
/// let options: DatabaseOptions = settings.extract().unwrap();
/// let location = options.location().unwrap();
/// assert_eq!(location.describe(), "PostgreSQL database site at db.example:5432");
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(crate = "serde")]
pub struct DatabaseOptions {
    /// `sqlite:var/db.sqlite3` or `postgres://user:password@host/name`. It may contain a password,
    /// and is never part of a message.
    #[serde(default = "DatabaseOptions::default_url")]
    pub url: String,
    /// The folder to which a relative path of SQLite is resolved.
    #[serde(default)]
    pub root: PathBuf,
    /// The maximum number of open connections; on SQLite, of those that read.
    #[serde(default = "DatabaseOptions::default_max_connections")]
    pub max_connections: NonZeroU16,
    /// The maximum time that a request waits for a connection, in seconds.
    #[serde(default = "DatabaseOptions::default_connect_timeout")]
    pub connect_timeout: NonZeroU16,
    /// The maximum time that a process waits until another one has migrated, in seconds; with 0 it
    /// does not wait.
    #[serde(default = "DatabaseOptions::default_migrate_lock_timeout")]
    pub migrate_lock_timeout: u32,
    /// `true` if the address is that of a pooler that shares sessions between transactions, such as
    /// `PgBouncer` in transaction mode: then statements are not prepared under a name, and all reads
    /// are in transactions. `None` detects one when the database is opened.
    #[serde(default)]
    pub transaction_pooler: Option<bool>,
}

/// An error in a database's address. The message does not contain the address.
///
/// Returned by [`DatabaseOptions::location`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseUrlError {
    /// The address is empty.
    #[error("the database's address is empty")]
    Empty,
    /// The address is of another database.
    #[error("the database's address begins with neither `sqlite:` nor `postgres:`")]
    Scheme,
    /// The rest of the address cannot be read.
    #[error("the database's address cannot be read")]
    Form(#[source] sqlx::Error),
}

/// A parsed database address.
///
/// Returned by [`DatabaseOptions::location`]: see [`DatabaseOptions`] for an example.
#[derive(Debug, Clone)]
pub enum Location {
    /// A file, or an in-memory database.
    Sqlite {
        /// The options to open it.
        options: Box<SqliteConnectOptions>,
        /// The file; `None` for a database in memory.
        file: Option<PathBuf>,
    },
    /// A server.
    Postgres(Box<PgConnectOptions>),
}

impl DatabaseOptions {
    /// The keys of the settings.
    pub const KEYS: &[&str] = &[
        "url",
        "root",
        "max_connections",
        "connect_timeout",
        "migrate_lock_timeout",
        "transaction_pooler",
    ];

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

    /// Parses the address.
    ///
    /// # Errors
    ///
    /// The address is of another database, or cannot be parsed.
    pub fn location(&self) -> Result<Location, DatabaseUrlError> {
        if self.url.trim().is_empty() {
            return Err(DatabaseUrlError::Empty);
        }
        if self.url.starts_with("postgres:") || self.url.starts_with("postgresql:") {
            let url = with_host_as_parameter(&self.url);
            let options = PgConnectOptions::from_str(&url).map_err(DatabaseUrlError::Form)?;
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
    /// The kind of the database.
    pub const fn kind(&self) -> DatabaseKind {
        match self {
            Self::Sqlite { .. } => DatabaseKind::Sqlite,
            Self::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    /// Returns the name of the database for messages: the file, or the server and its database.
    pub fn describe(&self) -> String {
        match self {
            Self::Sqlite { file: Some(file), .. } => format!("SQLite file {}", file.display()),
            Self::Sqlite { file: None, .. } => "SQLite in memory".to_owned(),
            Self::Postgres(options) => format!(
                "PostgreSQL database {} at {}",
                options.get_database().unwrap_or("of the user's name"),
                server_address(options),
            ),
        }
    }
}

/// The address of a server in messages: `db.example:5432`, `[::1]:5432`, or the folder of its socket
/// with the port: `/var/run/postgresql:5432`.
pub fn server_address(server: &PgConnectOptions) -> String {
    let port = server.get_port();
    match (server.get_socket(), server.get_host()) {
        (Some(folder), _) => format!("{}:{port}", folder.display()),
        (None, host) if host.contains(':') => format!("[{host}]:{port}"),
        (None, host) => format!("{host}:{port}"),
    }
}

/// The address with its host as the parameter `host` where sqlx cannot parse it before the path: an
/// IPv6 address, which it would look up with its brackets, or no host after a user's name.
fn with_host_as_parameter(url: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = url.split_once("://") else { return url.into() };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, server) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let names_host = || query.split('&').any(|pair| pair.starts_with("host"));
    let (host, port) = match server.strip_prefix('[').and_then(|server| server.split_once(']')) {
        Some((address, port)) => (Some(address.to_owned()), port),
        None if authority.is_empty() || !(server.is_empty() || server.starts_with(':')) => {
            return url.into();
        }
        None if names_host() => (None, server),
        None => (Some(PgConnectOptions::new_without_pgpass().get_host().to_owned()), server),
    };
    let host = host.map(|host| format!("host={host}&")).unwrap_or_default();
    format!("{scheme}://{user}localhost{port}{path}?{host}{query}").into()
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
            transaction_pooler: None,
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

    fn server_of(url: &str) -> Box<PgConnectOptions> {
        match options(url).location().unwrap() {
            Location::Postgres(server) => server,
            Location::Sqlite { .. } => panic!("{url} is PostgreSQL"),
        }
    }

    #[test]
    fn a_server_is_named_by_host_address_or_folder() {
        for (url, address) in [
            ("postgres://u:p@db.example/site", "db.example:5432"),
            ("postgres://u@[::1]:6000/site", "[::1]:6000"),
            ("postgresql://[2001:db8::7]/site?sslmode=disable", "[2001:db8::7]:5432"),
            ("postgres://u:a@b@[::1]/site", "[::1]:5432"),
            ("postgres://u@/site?host=/run/db", "/run/db:5432"),
            ("postgres://u@:6000/site?sslmode=prefer&host=/run/db", "/run/db:6000"),
            ("postgres://u@/site?host=db.example&port=6000", "db.example:6000"),
            ("postgres://u@/site?host=::1", "[::1]:5432"),
            ("postgres:///site?host=/run/db&user=u", "/run/db:5432"),
            ("postgres://u@%2Frun%2Fdb/site", "/run/db:5432"),
        ] {
            let server = server_of(url);
            assert_eq!(server_address(&server), address, "{url}");
            assert_eq!(server.get_database(), Some("site"), "{url}");
        }
        assert_eq!(server_of("postgres://u@[::1]:6000/site").get_host(), "::1");
        assert_eq!(server_of("postgres://u@/site?host=/run/db").get_username(), "u");
        let usual = PgConnectOptions::new();
        let nowhere = server_of("postgres://u@/site");
        let folder = nowhere.get_socket().map(|folder| folder.display().to_string());
        assert_eq!(folder.as_deref().unwrap_or(nowhere.get_host()), usual.get_host());
    }

    #[test]
    fn an_empty_address_is_called_empty() {
        for url in ["", "  "] {
            assert_eq!(
                options(url).location().unwrap_err().to_string(),
                "the database's address is empty"
            );
        }
    }
}
