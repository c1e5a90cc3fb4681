//! A module's migrations: the steps that build its tables, as SQL files and as code.

mod after;
mod code;
mod files;

use std::fmt;

use crate::Files;
use crate::db::DatabaseKind;

pub use after::AfterMigrate;
pub use code::{MigrationCode, MigrationFunction};
pub use files::migrations_of;

/// One step in the life of a module's tables.
///
/// Its file is named `NNNN_name.sql`, four digits and a name of lower-case letters, digits and `_`;
/// `NNNN_name.sqlite.sql` and `NNNN_name.postgres.sql` where the two databases need different SQL.
/// Its way down is in `NNNN_name.down.sql`, or `NNNN_name.down.sqlite.sql` and
/// `NNNN_name.down.postgres.sql`; without it, the migration cannot be unapplied. An applied
/// migration is never edited: a further one corrects it. A migration may also be Rust code: see
/// [`MigrationCode`].
///
/// A step depends on the one of the module with the number before its own, and the first step of a
/// module on the first of each module that it requires. The comments at the beginning of the file
/// may say more, in a line each:
///
/// ```sql
/// -- depends: accounts 0002_groups
/// -- before: bookings 0001_initial
/// -- renames: hello.greeting hello.welcome
/// ```
///
/// The first has to be applied before this one; the second, if its module is active, not before
/// this one. The third says that a model has another label now, so that its content type and its
/// permissions are renamed after migrating; `makemigrations --rename` writes it.
///
/// ```
/// use module_api::Files;
/// use module_api::host::migrations_of;
///
/// let files = Files::inline(&[
///     ("0001_initial.sqlite.sql", b"CREATE TABLE hello (id integer PRIMARY KEY AUTOINCREMENT);"),
///     ("0001_initial.postgres.sql", b"CREATE TABLE hello (id serial PRIMARY KEY);"),
///     ("0001_initial.down.sql", b"DROP TABLE hello;"),
///     ("0002_name.sql", b"-- depends: accounts 0001_initial\nALTER TABLE hello ADD name text;"),
/// ]);
/// let migrations = migrations_of(&files).unwrap();
/// assert_eq!(migrations[0].name, "0001_initial");
/// assert!(migrations[0].is_reversible());
/// assert_eq!(migrations[1].sqlite, migrations[1].postgres);
/// assert_eq!(migrations[1].depends[0].to_string(), "accounts 0001_initial");
/// assert!(!migrations[1].is_reversible());
/// ```
#[derive(Debug, Clone)]
pub struct Migration {
    /// The migration's name: that of the file without its suffixes.
    pub name: String,
    /// The SQL on SQLite, with the line ends of Unix. Empty if the migration is code only.
    pub sqlite: String,
    /// The SQL on PostgreSQL.
    pub postgres: String,
    /// The kind of files it has.
    pub files: MigrationFiles,
    /// The SQL that undoes it, if it has any.
    pub down: Option<MigrationDown>,
    /// The code, which runs after the SQL.
    pub code: Option<MigrationCode>,
    /// Migrations that must be applied before it, besides the previous one of its module.
    pub depends: Vec<MigrationId>,
    /// Migrations that must be applied after it.
    pub before: Vec<MigrationId>,
    /// The models whose labels change: the old label and the new one.
    pub renames: Vec<(String, String)>,
}

/// The kind of files a migration has.
///
/// ```
/// use module_api::db::DatabaseKind;
/// use module_api::{Files, MigrationFiles, migrations_with_code};
///
/// let files = Files::inline(&[
///     ("0001_initial.sqlite.sql", b"CREATE TABLE hello (id integer PRIMARY KEY AUTOINCREMENT);"),
///     ("0001_initial.postgres.sql", b"CREATE TABLE hello (id serial PRIMARY KEY);"),
/// ]);
/// let migrations = migrations_with_code(&files, Vec::new()).unwrap();
/// assert_eq!(migrations[0].files, MigrationFiles::PerDatabase);
/// let file = migrations[0].file_name(DatabaseKind::Postgres);
/// assert_eq!(file.as_deref(), Some("0001_initial.postgres.sql"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MigrationFiles {
    /// No file: the migration is code.
    None,
    /// One file for both databases.
    One,
    /// A file for each database.
    PerDatabase,
}

/// The SQL that undoes a migration.
///
/// ```
/// use module_api::{Files, migrations_with_code};
///
/// let files = Files::inline(&[
///     ("0001_initial.sql", b"CREATE TABLE hello (id integer PRIMARY KEY);"),
///     ("0001_initial.down.sql", b"DROP TABLE hello;"),
/// ]);
/// let migrations = migrations_with_code(&files, Vec::new()).unwrap();
/// let down = migrations[0].down.as_ref().unwrap();
/// assert_eq!(down.sqlite, "DROP TABLE hello;");
/// assert_eq!(down.postgres, down.sqlite);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationDown {
    /// On SQLite.
    pub sqlite: String,
    /// On PostgreSQL.
    pub postgres: String,
    /// The kind of files it has.
    pub files: MigrationFiles,
}

/// The identity of a migration: its module and its full name. It is displayed as
/// `accounts 0001_initial`.
///
/// ```
/// use module_api::MigrationId;
///
/// let id = MigrationId::new("accounts", "0001_initial");
/// assert_eq!(id.to_string(), "accounts 0001_initial");
/// assert!(id < MigrationId::new("accounts", "0002_groups"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MigrationId {
    /// The module's name.
    pub module: String,
    /// The migration's name.
    pub name: String,
}

impl MigrationId {
    /// Creates the id of the migration with that module and name.
    pub fn new(module: impl Into<String>, name: impl Into<String>) -> Self {
        Self { module: module.into(), name: name.into() }
    }
}

impl fmt::Display for MigrationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.module, self.name)
    }
}

/// An error in a module's migrations.
///
/// Returned by [`migrations_with_code`]:
///
/// ```
/// use module_api::{Files, migrations_with_code};
///
/// let files = Files::inline(&[("0001_initial.sqlite.sql", b"CREATE TABLE hello (id integer);")]);
/// let errors = migrations_with_code(&files, Vec::new()).unwrap_err();
/// assert_eq!(errors[0].to_string(), "`0001_initial` has no SQL for PostgreSQL");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// The name of a file or of code does not have the form that [`Migration`] describes.
    #[error("`{0}` is not named as a migration")]
    Name(String),
    /// The file is not text in UTF-8.
    #[error("`{0}` is not text in UTF-8")]
    Text(String),
    /// There is a file for one database only.
    #[error("`{name}` has no SQL for {database}")]
    OneDatabase {
        /// The migration's name, with `.down` for its way down.
        name: String,
        /// The database without a file.
        database: DatabaseKind,
    },
    /// There is a file for both databases and one for a single one.
    #[error("`{0}` stands both for all databases and for a single one")]
    Ambiguous(String),
    /// There is SQL to unapply, and no migration.
    #[error("`{0}` undoes a migration that is not there")]
    OnlyDown(String),
    /// Two functions are registered for one migration.
    #[error("`{0}` has code twice")]
    CodeTwice(String),
    /// A comment that should name a migration does not.
    #[error("`{line}` in `{file}` does not name a module and a migration of it")]
    Edge {
        /// The file.
        file: String,
        /// The line.
        line: String,
    },
}

impl Migration {
    /// The SQL that applies it.
    pub fn sql(&self, database: DatabaseKind) -> &str {
        match database {
            DatabaseKind::Sqlite => &self.sqlite,
            DatabaseKind::Postgres => &self.postgres,
        }
    }

    /// The SQL that undoes it.
    pub fn down_sql(&self, database: DatabaseKind) -> Option<&str> {
        self.down.as_ref().map(|down| match database {
            DatabaseKind::Sqlite => down.sqlite.as_str(),
            DatabaseKind::Postgres => down.postgres.as_str(),
        })
    }

    /// The file with its SQL; none if it is code only.
    pub fn file_name(&self, database: DatabaseKind) -> Option<String> {
        self.files.name(&self.name, database)
    }

    /// The file with the SQL that undoes it.
    pub fn down_file_name(&self, database: DatabaseKind) -> Option<String> {
        self.down.as_ref()?.files.name(&format!("{}.down", self.name), database)
    }

    /// Returns `true` if it can be unapplied: each of its steps has a way down.
    pub fn is_reversible(&self) -> bool {
        let sql = self.files == MigrationFiles::None || self.down.is_some();
        sql && self.code.as_ref().is_none_or(|code| code.down.is_some())
    }
}

impl MigrationFiles {
    fn name(self, stem: &str, database: DatabaseKind) -> Option<String> {
        match self {
            Self::None => None,
            Self::One => Some(format!("{stem}.sql")),
            Self::PerDatabase => Some(format!("{stem}.{}.sql", database.word())),
        }
    }
}

/// All migrations of these files and this code, sorted by name.
///
/// # Errors
///
/// All errors in them.
pub fn migrations_with_code(
    files: &Files,
    codes: Vec<MigrationCode>,
) -> Result<Vec<Migration>, Vec<MigrationError>> {
    let (mut migrations, mut errors) = match migrations_of(files) {
        Ok(migrations) => (migrations, Vec::new()),
        Err(errors) => (Vec::new(), errors),
    };
    for mut code in codes {
        if !is_migration_name(&code.name) {
            errors.push(MigrationError::Name(code.name));
            continue;
        }
        let place = migrations.binary_search_by(|migration| migration.name.cmp(&code.name));
        let index = place.unwrap_or_else(|index| {
            migrations.insert(index, Migration::without_files(&code.name));
            index
        });
        let migration = &mut migrations[index];
        if migration.code.is_some() {
            errors.push(MigrationError::CodeTwice(code.name));
            continue;
        }
        migration.depends.append(&mut code.depends);
        migration.before.append(&mut code.before);
        migration.code = Some(code);
    }
    if errors.is_empty() { Ok(migrations) } else { Err(errors) }
}

impl Migration {
    fn without_files(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            sqlite: String::new(),
            postgres: String::new(),
            files: MigrationFiles::None,
            down: None,
            code: None,
            depends: Vec::new(),
            before: Vec::new(),
            renames: Vec::new(),
        }
    }
}

/// Returns `true` if the name is four digits, `_` and a name.
fn is_migration_name(name: &str) -> bool {
    name.split_once('_').is_some_and(|(number, rest)| {
        number.len() == 4
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && !rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Module;
    use crate::module::migrations_of_module;

    struct WithCode;

    impl Module for WithCode {
        fn name(&self) -> &'static str {
            "with_code"
        }

        fn migrations(&self) -> Files {
            Files::inline(&[("0001_initial.sql", b"SELECT 1;"), ("0003_last.sql", b"SELECT 3;")])
        }

        fn migration_code(&self) -> Vec<MigrationCode> {
            vec![
                MigrationCode::new("0002_copy", MigrationCode::nothing).depends("a", "0001_b"),
                MigrationCode::new("0001_initial", MigrationCode::nothing),
            ]
        }
    }

    #[test]
    fn code_joins_the_file_of_its_name_or_is_a_migration_by_itself() {
        let migrations = migrations_of_module(&WithCode).unwrap();
        let names: Vec<&str> = migrations.iter().map(|migration| &*migration.name).collect();
        assert_eq!(names, ["0001_initial", "0002_copy", "0003_last"]);
        assert!(migrations[0].code.is_some());
        assert_eq!(migrations[0].sqlite, "SELECT 1;");
        assert_eq!(migrations[1].file_name(DatabaseKind::Sqlite), None);
        assert_eq!(migrations[1].depends, [MigrationId::new("a", "0001_b")]);
        assert!(migrations[2].code.is_none());
    }

    struct Wrong;

    impl Module for Wrong {
        fn name(&self) -> &'static str {
            "wrong"
        }

        fn migration_code(&self) -> Vec<MigrationCode> {
            let code = |name: &str| MigrationCode::new(name, MigrationCode::nothing);
            vec![code("0001_a"), code("0001_a"), code("1_a")]
        }
    }

    #[test]
    fn code_without_a_name_of_its_own_is_an_error() {
        let twice = MigrationError::CodeTwice("0001_a".to_owned());
        let name = MigrationError::Name("1_a".to_owned());
        assert_eq!(migrations_of_module(&Wrong).unwrap_err(), [twice, name]);
    }

    #[test]
    fn all_that_a_migration_does_has_to_be_undone() {
        let nothing = MigrationCode::nothing;
        let mut migration = Migration::without_files("0001_a");
        migration.code = Some(MigrationCode::new("0001_a", nothing));
        assert!(!migration.is_reversible());
        migration.code = Some(MigrationCode::new("0001_a", nothing).down(nothing));
        assert!(migration.is_reversible());
        migration.files = MigrationFiles::PerDatabase;
        assert!(!migration.is_reversible());
        let (sqlite, postgres) = (String::new(), String::new());
        migration.down = Some(MigrationDown { sqlite, postgres, files: MigrationFiles::One });
        assert!(migration.is_reversible());
        let database = DatabaseKind::Postgres;
        assert_eq!(migration.file_name(database).as_deref(), Some("0001_a.postgres.sql"));
        assert_eq!(migration.down_file_name(database).as_deref(), Some("0001_a.down.sql"));
    }
}
