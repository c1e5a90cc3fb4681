//! Remedies for errors of SQLite.

use std::io;
use std::path::Path;

use super::migrate_first;

/// Returns the remedy for an error of SQLite on a file, opened by this address.
pub(super) fn hint(error: &sqlx::Error, file: Option<&Path>, url: &str) -> Option<String> {
    let file = file?;
    match error {
        sqlx::Error::Database(error) if lacks_table(error.message()) => Some(migrate_first()),
        sqlx::Error::Database(error) => {
            // The low byte is the error, the others give details.
            hint_on_code(error.code()?.parse::<u32>().ok()? & 0xff, file, url)
        }
        sqlx::Error::Io(error) => hint_on_file(file, error),
        sqlx::Error::PoolTimedOut => Some(locked(file)),
        _ => None,
    }
}

/// Returns `true` for a missing table, for which SQLite has no code of its own.
fn lacks_table(message: &str) -> bool {
    ["no such table", "no such column", "has no column"].iter().any(|part| message.contains(part))
}

fn hint_on_code(code: u32, file: &Path, url: &str) -> Option<String> {
    let shown = file.display();
    let is_missing = matches!(file.try_exists(), Ok(false));
    Some(match code {
        5 | 6 => locked(file),
        8 | 14 if url.contains("mode=ro") || url.contains("immutable=") => {
            let what = if is_missing { "makes no file" } else { "lets nothing be written" };
            format!(
                "`mode=ro` or `immutable` in DATABASE_URL {what}: take it out, and run this again"
            )
        }
        10 => format!(
            "reading or writing failed below the database: look whether the disk with {shown} is \
             full, beyond a quota or a limit, or broken; then run this again"
        ),
        11 => format!(
            "{shown} is damaged, and was left as it is: stop all programs that use it, and put a \
             backup in its place, or save what can be read with `sqlite3 FILE .recover`"
        ),
        13 => format!(
            "the disk with {shown} is full: make room, and run this again; what was done before \
             is kept, and it goes on from there"
        ),
        14 if file.is_dir() => {
            format!("{shown} is a folder: name a file in DATABASE_URL, as sqlite:PATH")
        }
        8 | 14 => may_write(file),
        26 => format!(
            "{shown} is a file of another kind, or encrypted, or damaged, and was left as it is: \
             name another in DATABASE_URL, as sqlite:PATH, or put a backup in its place"
        ),
        _ => return None,
    })
}

/// Returns the remedy for a file that the system cannot create or open.
pub(super) fn hint_on_file(file: &Path, error: &io::Error) -> Option<String> {
    Some(match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => may_write(file),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!("the disk with {} is full: make room, and run this again", file.display())
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => format!(
            "a part of the path {} is a file where a folder is needed: name another in \
             DATABASE_URL, as sqlite:PATH",
            file.display(),
        ),
        _ => return None,
    })
}

fn locked(file: &Path) -> String {
    let file = file.display();
    format!(
        "another program has {file} locked, such as a backup, a shell or another server: wait \
         until it is done or end it (`fuser {file}` names it), and run this again"
    )
}

/// SQLite creates further files beside the database.
fn may_write(file: &Path) -> String {
    let folder = file.parent().unwrap_or(Path::new(".")).display();
    format!(
        "let the user that runs this program write {} and make files in {folder}, which also must \
         not be on a read-only disk; or name another file in DATABASE_URL, as sqlite:PATH",
        file.display(),
    )
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Executor, SqliteConnection};

    use super::*;

    /// A full disk, simulated by a file that may have no further page.
    #[rocket::async_test]
    async fn a_full_disk_is_called_full() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        connection.execute("CREATE TABLE note (title text)").await.unwrap();
        connection.execute("PRAGMA max_page_count = 3").await.unwrap();
        let insert = "INSERT INTO note VALUES (hex(zeroblob(10000)))";
        let error = connection.execute(insert).await.unwrap_err();
        let hint = hint(&error, Some(Path::new("/srv/site.db")), "sqlite:/srv/site.db").unwrap();
        assert!(hint.starts_with("the disk with /srv/site.db is full: make room"), "{hint}");
    }

    #[rocket::async_test]
    async fn nothing_is_advised_about_a_statement_that_is_wrong() {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let error = connection.execute("SELECT * FROM").await.unwrap_err();
        assert_eq!(hint(&error, Some(Path::new("/srv/site.db")), "sqlite:/srv/site.db"), None);
    }
}
