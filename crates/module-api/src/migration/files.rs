//! Reads a module's migrations from its files.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{
    Migration, MigrationDown, MigrationError, MigrationFiles, MigrationId, is_migration_name,
};
use crate::Files;
use crate::db::DatabaseKind;

/// The files of one script.
#[derive(Default)]
struct Variants {
    both: Option<String>,
    sqlite: Option<String>,
    postgres: Option<String>,
}

/// A script for each database.
type Scripts = (String, String, MigrationFiles);

/// The files of one migration, and the dependencies they declare.
#[derive(Default)]
struct Found {
    up: Variants,
    down: Variants,
    depends: Vec<MigrationId>,
    before: Vec<MigrationId>,
    renames: Vec<(String, String)>,
}

/// The migrations in a module's files, sorted by name. Those that have code are made whole by
/// [`migrations_of_module`](crate::host::migrations_of_module).
///
/// # Errors
///
/// All errors in the files.
pub fn migrations_of(files: &Files) -> Result<Vec<Migration>, Vec<MigrationError>> {
    let mut errors = Vec::new();
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for file in files.names() {
        let Some(name) = FileName::read(&file) else {
            errors.push(MigrationError::Name(file));
            continue;
        };
        let content = files.read(&file).unwrap_or(Cow::Borrowed(b""));
        let Ok(sql) = std::str::from_utf8(&content) else {
            errors.push(MigrationError::Text(file));
            continue;
        };
        let sql = sql.replace("\r\n", "\n");
        let found = found.entry(name.name.to_owned()).or_default();
        if !name.is_down {
            found.read_edges(&file, &sql, &mut errors);
        }
        let variants = if name.is_down { &mut found.down } else { &mut found.up };
        match name.database {
            None => variants.both = Some(sql),
            Some(DatabaseKind::Sqlite) => variants.sqlite = Some(sql),
            Some(DatabaseKind::Postgres) => variants.postgres = Some(sql),
        }
    }
    let mut migrations = Vec::new();
    for (name, found) in found {
        let down_name = format!("{name}.down");
        let scripts = found.up.scripts(&name).and_then(|up| {
            let down = found.down.scripts(&down_name)?;
            if up.is_none() { Err(MigrationError::OnlyDown(down_name)) } else { Ok((up, down)) }
        });
        match scripts {
            Err(error) => errors.push(error),
            Ok((up, down)) => migrations.extend(up.map(|(sqlite, postgres, files)| Migration {
                name,
                sqlite,
                postgres,
                files,
                down: down.map(|(sqlite, postgres, files)| MigrationDown {
                    sqlite,
                    postgres,
                    files,
                }),
                code: None,
                depends: found.depends,
                before: found.before,
                renames: found.renames,
            })),
        }
    }
    if errors.is_empty() { Ok(migrations) } else { Err(errors) }
}

impl Variants {
    /// Returns the scripts for SQLite and PostgreSQL.
    fn scripts(self, name: &str) -> Result<Option<Scripts>, MigrationError> {
        let missing = |database| MigrationError::OneDatabase { name: name.to_owned(), database };
        match (self.both, self.sqlite, self.postgres) {
            (None, None, None) => Ok(None),
            (Some(sql), None, None) => Ok(Some((sql.clone(), sql, MigrationFiles::One))),
            (Some(_), ..) => Err(MigrationError::Ambiguous(name.to_owned())),
            (None, Some(sqlite), Some(postgres)) => {
                Ok(Some((sqlite, postgres, MigrationFiles::PerDatabase)))
            }
            (None, None, _) => Err(missing(DatabaseKind::Sqlite)),
            (None, _, None) => Err(missing(DatabaseKind::Postgres)),
        }
    }
}

impl Found {
    /// Reads the dependencies that the comments at the beginning of a file declare. Those of the
    /// files for both databases are combined.
    fn read_edges(&mut self, file: &str, sql: &str, errors: &mut Vec<MigrationError>) {
        let lines = sql.lines().map(str::trim);
        for line in lines.take_while(|line| line.is_empty() || line.starts_with("--")) {
            let said = line.trim_start_matches('-').trim();
            let (edges, id) = if let Some(id) = said.strip_prefix("depends:") {
                (&mut self.depends, id)
            } else if let Some(id) = said.strip_prefix("before:") {
                (&mut self.before, id)
            } else {
                let renamed = renamed_labels(said).filter(|it| !self.renames.contains(it));
                self.renames.extend(renamed);
                continue;
            };
            let words: Vec<&str> = id.split_whitespace().collect();
            match words[..] {
                [module, name] if is_migration_name(name) => {
                    let id = MigrationId::new(module, name);
                    if !edges.contains(&id) {
                        edges.push(id);
                    }
                }
                _ => errors
                    .push(MigrationError::Edge { file: file.to_owned(), line: line.to_owned() }),
            }
        }
    }
}

/// The labels in `renames: hello.greeting hello.welcome`; `None` for any other comment.
fn renamed_labels(said: &str) -> Option<(String, String)> {
    let labels: Vec<&str> = said.strip_prefix("renames:")?.split_whitespace().collect();
    match labels[..] {
        [from, to] if from.contains('.') && to.contains('.') => Some((from.into(), to.into())),
        _ => None,
    }
}

/// The parts of a file's name: `0001_initial.down.sqlite.sql`.
struct FileName<'a> {
    name: &'a str,
    is_down: bool,
    database: Option<DatabaseKind>,
}

impl<'a> FileName<'a> {
    fn read(file: &'a str) -> Option<Self> {
        let stem = file.strip_suffix(".sql")?;
        let (name, parts) = stem.split_once('.').unwrap_or((stem, ""));
        let (is_down, database) = match parts.strip_prefix("down") {
            Some(rest) => (true, rest.strip_prefix('.').unwrap_or(rest)),
            None => (false, parts),
        };
        let database = match database {
            "" => None,
            word => Some(DatabaseKind::ALL.into_iter().find(|kind| kind.word() == word)?),
        };
        let name = Self { name, is_down, database };
        (is_migration_name(name.name) && name.to_string() == file).then_some(name)
    }
}

impl std::fmt::Display for FileName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)?;
        if self.is_down {
            f.write_str(".down")?;
        }
        if let Some(database) = self.database {
            write!(f, ".{}", database.word())?;
        }
        f.write_str(".sql")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        files: &'static [(&'static str, &'static [u8])],
    ) -> Result<Vec<Migration>, Vec<String>> {
        let migrations = migrations_of(&Files::inline(files));
        migrations.map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_way_down_belongs_to_its_migration() {
        let migrations = read(&[
            ("0001_a.sqlite.sql", b"1"),
            ("0001_a.postgres.sql", b"2"),
            ("0001_a.down.sql", b"3\r\n4"),
            ("0002_b.sql", b"5"),
            ("0002_b.down.sqlite.sql", b"6"),
            ("0002_b.down.postgres.sql", b"7"),
            ("0003_c.sql", b"8"),
        ])
        .unwrap();
        let down = |index: usize, database| migrations[index].down_sql(database);
        assert_eq!(down(0, DatabaseKind::Postgres), Some("3\n4"));
        assert_eq!(down(1, DatabaseKind::Sqlite), Some("6"));
        assert_eq!(down(1, DatabaseKind::Postgres), Some("7"));
        assert_eq!(down(2, DatabaseKind::Sqlite), None);
    }

    #[test]
    fn comments_at_the_beginning_name_other_migrations() {
        let migrations = read(&[(
            "0002_b.sql",
            b"-- Why it is.\n-- depends: a 0001_x\n\n--before:  c 0003_y\n-- depends: a 0001_x\n\
              SELECT 1;\n-- depends: too late",
        )])
        .unwrap();
        assert_eq!(migrations[0].depends, [MigrationId::new("a", "0001_x")]);
        assert_eq!(migrations[0].before, [MigrationId::new("c", "0003_y")]);
    }

    #[test]
    fn a_comment_that_names_no_migration_is_an_error() {
        let errors = read(&[("0001_a.sql", b"-- depends: accounts\n-- before: b 3\nSELECT 1;")]);
        assert_eq!(
            errors.unwrap_err(),
            [
                "`-- depends: accounts` in `0001_a.sql` does not name a module and a migration of it",
                "`-- before: b 3` in `0001_a.sql` does not name a module and a migration of it",
            ]
        );
    }

    #[test]
    fn a_way_down_alone_or_for_one_database_is_an_error() {
        let errors = read(&[
            ("0001_a.down.sql", b""),
            ("0002_b.sql", b""),
            ("0002_b.down.sqlite.sql", b""),
            ("0003_c.sqlite.down.sql", b""),
            ("0003_c.downsqlite.sql", b""),
        ]);
        assert_eq!(
            errors.unwrap_err(),
            [
                "`0003_c.downsqlite.sql` is not named as a migration",
                "`0003_c.sqlite.down.sql` is not named as a migration",
                "`0001_a.down` undoes a migration that is not there",
                "`0002_b.down` has no SQL for PostgreSQL",
            ]
        );
    }
}
