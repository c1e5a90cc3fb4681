//! A database for one test: a file, or a schema on the server.

use std::path::{Path, PathBuf};
use std::process::Command;

use module_api::db::{DatabaseKind, Executor, execute_script};
use rocket::tokio::task::spawn_blocking;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

enum Connected {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// The database.
pub(super) struct Place {
    connected: Connected,
    name: String,
    folder: TempDir,
}

impl Place {
    /// An empty one. No other test has one of the same name.
    pub(super) async fn new(kind: DatabaseKind, name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connected = match kind {
            DatabaseKind::Sqlite => {
                let options = SqliteConnectOptions::new().filename(file_in(&folder));
                Connected::Sqlite(options.create_if_missing(true).connect().await.unwrap())
            }
            DatabaseKind::Postgres => {
                Connected::Postgres(PgConnection::connect(&server()).await.unwrap())
            }
        };
        let mut place = Self { connected, name: name.to_owned(), folder };
        if kind == DatabaseKind::Postgres {
            // One may be left of a test that failed.
            let sql = format!(
                "DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}; SET search_path TO {name}"
            );
            place.run(&sql).await;
        }
        place
    }

    /// One that Django's site in `tests/django` has made, with the apps of a layout.
    pub(super) async fn of_django(kind: DatabaseKind, layout: &'static str) -> Self {
        let place = Self::new(kind, &format!("inspect_{layout}")).await;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let environments = std::env::var_os("TEST_DJANGO")
            .expect("run scripts/test; or scripts/django-envs, and set TEST_DJANGO");
        let project = root.join("tests/django");
        let mut command = Command::new(root.join(environments).join("5.2/bin/python"));
        command
            .arg(project.join("manage.py"))
            .args(["migrate", "--run-syncdb", "--verbosity=0"])
            .current_dir(project)
            .env("DATABASE_URL", place.url())
            .env("LAYOUT", layout)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env_remove("DJANGO_SETTINGS_MODULE");
        let output = spawn_blocking(move || command.output()).await.unwrap();
        let output = output.expect("scripts/django-envs makes Django's environments");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        place
    }

    /// Its address.
    pub(super) fn url(&self) -> String {
        match &self.connected {
            Connected::Sqlite(_) => format!("sqlite:{}", file_in(&self.folder).display()),
            Connected::Postgres(_) => {
                let server = server();
                let separator = if server.contains('?') { '&' } else { '?' };
                format!("{server}{separator}options=-c%20search_path%3D{}", self.name)
            }
        }
    }

    pub(super) fn kind(&self) -> DatabaseKind {
        match &self.connected {
            Connected::Sqlite(_) => DatabaseKind::Sqlite,
            Connected::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    pub(super) fn executor(&mut self) -> Executor<'_> {
        match &mut self.connected {
            Connected::Sqlite(connection) => connection.into(),
            Connected::Postgres(connection) => connection.into(),
        }
    }

    pub(super) async fn run(&mut self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match &mut self.connected {
            Connected::Sqlite(connection) => execute_script(sql, connection).await.unwrap(),
            Connected::Postgres(connection) => execute_script(sql, connection).await.unwrap(),
        }
    }

    /// Drops it.
    pub(super) async fn drop(mut self) {
        if self.kind() == DatabaseKind::Postgres {
            self.run(&format!("DROP SCHEMA {} CASCADE", self.name)).await;
        }
    }
}

fn file_in(folder: &TempDir) -> PathBuf {
    folder.path().join("site.sqlite3")
}

fn server() -> String {
    std::env::var("TEST_POSTGRES_URL").expect("run scripts/test, or set TEST_POSTGRES_URL")
}
