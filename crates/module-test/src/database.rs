//! A database for each test, dropped after it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, process, thread};

use rocket::tokio::runtime;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;

/// The variable with the address of the server: `postgres://postgres@127.0.0.1:5432/postgres`.
const SERVER: &str = "TEST_POSTGRES_URL";

/// The kind of a database.
///
/// See [`on_both_databases!`](crate::on_both_databases) for an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseKind {
    /// SQLite, in a file.
    Sqlite,
    /// PostgreSQL, on the server of `TEST_POSTGRES_URL`.
    Postgres,
}

/// A database, created empty; dropped with the last of its clones.
///
/// ```
/// use module_test::{Database, DatabaseKind, LocalModule, TestSite};
///
/// static NEWS: LocalModule = LocalModule {
///     migrations: &[("0001_initial.sql", b"CREATE TABLE news_item (title varchar(64) NOT NULL);")],
///     ..LocalModule::named("news")
/// };
///
/// module_test::block_on(async {
///     let database = Database::fresh(DatabaseKind::Sqlite).await;
///     let setup = || TestSite::on(DatabaseKind::Sqlite).modules(&[&NEWS]).database(&database);
///     setup().migrate().await.unwrap();
///     database.execute("INSERT INTO news_item VALUES ('First')").await;
///
///     // A site with rows that another program wrote:
///     let site = setup().start().await;
///     assert_eq!(site.database().url, database.url);
/// });
/// ```
#[derive(Debug, Clone)]
pub struct Database {
    /// The kind.
    pub kind: DatabaseKind,
    /// The address, as in `DATABASE_URL`.
    pub url: String,
    place: Arc<Place>,
}

#[derive(Debug)]
enum Place {
    /// The folder of the file, deleted when dropped.
    Folder { _folder: TempDir },
    /// The name on the server.
    Server { name: String },
}

impl Database {
    /// Creates a database.
    pub async fn fresh(kind: DatabaseKind) -> Self {
        match kind {
            DatabaseKind::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite:{}", folder.path().join("db.sqlite3").display());
                Self { kind, url, place: Arc::new(Place::Folder { _folder: folder }) }
            }
            DatabaseKind::Postgres => {
                let name = unique_name();
                // `template0` has no other users and allows any encoding.
                administrate(format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
                    .await;
                let url = address_of(&name);
                Self { kind, url, place: Arc::new(Place::Server { name }) }
            }
        }
    }

    /// Runs statements as the database's own shell would.
    pub async fn execute(&self, sql: &'static str) {
        let url = &self.url;
        match self.kind {
            DatabaseKind::Sqlite => {
                let mut connection = SqliteConnection::connect(url).await.unwrap();
                connection.execute(sqlx::raw_sql(sql)).await.unwrap();
                connection.close().await.unwrap();
            }
            DatabaseKind::Postgres => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                connection.execute(sqlx::raw_sql(sql)).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    /// Terminates all connections to a PostgreSQL database.
    pub async fn disconnect_everyone(&self) {
        let Place::Server { name } = &*self.place else { panic!("SQLite has no connections") };
        administrate(format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        ))
        .await;
    }

    /// Drops a PostgreSQL database while the site uses it.
    pub async fn drop_now(&self) {
        let Place::Server { name } = &*self.place else { panic!("SQLite has no server") };
        administrate(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Server { name } = self else { return };
        let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        // The test's own runtime is busy with this drop.
        let dropped = thread::spawn(|| {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(administrate(drop));
        });
        if dropped.join().is_err() {
            eprintln!("the database {name} is left behind");
        }
    }
}

async fn administrate(sql: String) {
    let mut server = PgConnection::connect(&server()).await.unwrap_or_else(|error| {
        panic!("the server of {SERVER} cannot be reached: {error}");
    });
    server.execute(AssertSqlSafe(sql)).await.unwrap();
    server.close().await.unwrap();
}

fn server() -> String {
    env::var(SERVER).unwrap_or_else(|_| panic!(
            "tests on PostgreSQL need a server: set {SERVER} to the address of one on which databases can \
             be created, such as postgres://postgres@127.0.0.1:5432/postgres, or leave them out by \
             `cargo test -- --skip on_postgres`"
        ))
}

/// The address of a database on the server.
fn address_of(name: &str) -> String {
    let server = server();
    let (address, query) = server.split_once('?').unwrap_or((&server, ""));
    let authority = address.find("://").expect("an address has a scheme") + 3;
    let end = address[authority..].find('/').map_or(address.len(), |slash| authority + slash);
    let separator = if query.is_empty() { "" } else { "?" };
    format!("{}/{name}{separator}{query}", &address[..end])
}

fn unique_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970");
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("site_test_{}_{}_{number}", process::id(), now.as_nanos())
}
