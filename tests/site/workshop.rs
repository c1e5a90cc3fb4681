//! A folder in which a test writes modules, and runs the host's commands with them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use module_api::db::{DbPool, FromRow, query};
use module_api::rocket_db_pools::Pool;
use rocket::figment::Figment;
use site_tests::{Database, DatabaseKind, SECRET_KEY};
use sqlx::AssertSqlSafe;
use tempfile::TempDir;

/// The folder, and a fresh database.
pub(crate) struct Workshop {
    folder: TempDir,
    database: Database,
    modules: Modules,
}

/// Which modules its program has.
enum Modules {
    /// Those in the folder.
    InFolder,
    /// Those that are linked.
    Linked,
}

impl Workshop {
    /// One without modules yet.
    pub(crate) async fn on(kind: DatabaseKind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("modules")).unwrap();
        fs::write(folder.path().join("Rocket.toml"), "[default]\nport = 0\n").unwrap();
        Self { folder, database: Database::fresh(kind).await, modules: Modules::InFolder }
    }

    /// One with the modules that are linked, in place of those in the folder.
    pub(crate) async fn with_linked_modules(kind: DatabaseKind) -> Self {
        Self { modules: Modules::Linked, ..Self::on(kind).await }
    }

    /// A module with `note` and `page`, of which the second refers to the first, and ways down.
    pub(crate) async fn with_notes(kind: DatabaseKind) -> Self {
        let workshop = Self::on(kind).await;
        workshop.module(
            "notes",
            &[
                ("0001_initial.sql", "CREATE TABLE note (id integer PRIMARY KEY, title text);"),
                ("0001_initial.down.sql", "DROP TABLE note;"),
                (
                    "0002_pages.sql",
                    "CREATE TABLE page (id integer PRIMARY KEY, note_id integer NOT NULL \
                     REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED);",
                ),
                ("0002_pages.down.sql", "DROP TABLE page;"),
            ],
        );
        workshop
    }

    /// Writes files of a module.
    pub(crate) fn module(&self, name: &str, files: &[(&str, &str)]) {
        let module = self.folder().join("modules").join(name);
        fs::create_dir_all(&module).unwrap();
        for (file, content) in files {
            fs::write(module.join(file), content).unwrap();
        }
    }

    /// Removes a file of a module.
    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.folder().join("modules").join(file)).unwrap();
    }

    /// Returns the working folder of the commands.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command of the program, to be run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_small-host"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("ROCKET_")) {
            command.env_remove(name);
        }
        if let Modules::InFolder = self.modules {
            command.env("SMALL_MODULES", self.folder().join("modules"));
        }
        command
            .args(arguments)
            .current_dir(self.folder())
            .env("DATABASE_URL", &self.database.url)
            .env_remove("RUST_LOG")
            .env_remove("PORT")
            .env_remove("SENTRY_DSN")
            .env("SECRET_KEY", SECRET_KEY)
            .stdin(Stdio::null());
        command
    }

    /// The database.
    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// Has its commands reach the database at another address.
    pub(crate) fn reach_at(&mut self, url: String) {
        self.database.url = url;
    }

    /// The address of a PostgreSQL database with a longer name, and with another parameter.
    pub(crate) fn url_with(&self, name: &str, parameter: &str) -> String {
        let (address, query) =
            self.database.url.split_once('?').unwrap_or((&self.database.url, ""));
        format!("{address}{name}?{parameter}&{query}").replace("?&", "?")
    }

    /// The address of the PostgreSQL database for another role.
    pub(crate) fn url_of(&self, role: &str, password: &str) -> String {
        let (scheme, rest) = self.database.url.split_once("://").unwrap();
        let place = rest.split_once('@').map_or(rest, |(_, place)| place);
        format!("{scheme}://{}:{password}@{place}", role.replace(' ', "%20"))
    }

    /// Returns the output lines of a successful command.
    pub(crate) fn run(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        lines(&output)
    }

    /// Returns the standard error of a command that ends with this status.
    pub(crate) fn fails(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    /// The database, open.
    pub(crate) async fn pool(&self) -> DbPool {
        DbPool::init(&Figment::from(("url", &self.database.url))).await.unwrap()
    }

    /// Changes the database behind the host's back.
    pub(crate) async fn execute(&self, statements: &[&str]) {
        let pool = self.pool().await;
        let mut transaction = pool.begin().await.unwrap();
        for statement in statements {
            let statement = query(AssertSqlSafe((*statement).to_owned()));
            statement.execute(&mut transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
        pool.close().await;
    }

    /// The values of a query with one column, `value`.
    pub(crate) async fn values<T>(&self, sql: &str) -> Vec<T>
    where
        (T,): FromRow,
    {
        values_at(&self.database.url, sql).await
    }

    /// The names of the applied migrations of a module.
    pub(crate) async fn applied(&self, module: &str) -> Vec<String> {
        let sql = "SELECT name AS value FROM host_migration WHERE module =";
        self.values(&format!("{sql} '{module}' ORDER BY name")).await
    }
}

/// The values of a query with one column, `value`, of any database.
pub(crate) async fn values_at<T>(url: &str, sql: &str) -> Vec<T>
where
    (T,): FromRow,
{
    let pool = DbPool::init(&Figment::from(("url", url))).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    let rows = query(AssertSqlSafe(sql.to_owned())).fetch_all::<(T,)>(&mut connection).await;
    drop(connection);
    pool.close().await;
    rows.unwrap().into_iter().map(|(value,)| value).collect()
}

/// The lines of standard output.
pub(crate) fn lines(output: &Output) -> Vec<String> {
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect()
}
