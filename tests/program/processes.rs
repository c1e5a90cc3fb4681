//! The program as a process: its first start, its second, and two at the same moment.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::{program, run, text};

/// A server that was started, killed when dropped.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts the program, which has to come up.
    fn start(folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut server = Self::spawn(folder, environment);
        server.wait();
        server
    }

    fn spawn(folder: &Path, environment: &[(&str, &str)]) -> Self {
        // The port is free when asked for; that another program takes it in between is unlikely.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = program(folder, &[])
            .env("PORT", port.to_string())
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self { child, port }
    }

    /// Waits for the line that says where the site is.
    fn wait(&mut self) {
        let mut lines = BufReader::new(self.child.stdout.take().unwrap()).lines();
        let line = lines.next().and_then(Result::ok);
        let Some(line) = line else {
            let mut error = String::new();
            self.child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
            panic!("it did not start: {error}");
        };
        assert_eq!(line, format!("Holiday Homes is at http://localhost:{}", self.port));
    }

    fn get(&self, path: &str) -> String {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(connection, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut response = Vec::new();
        connection.read_to_end(&mut response).unwrap();
        String::from_utf8_lossy(&response).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn applied(folder: &Path, environment: &[(&str, &str)]) -> String {
    let output =
        program(folder, &["showmigrations"]).envs(environment.iter().copied()).output().unwrap();
    text(&output.stdout).to_owned()
}

const ALL_APPLIED: &str = "host
 [X] 0001_initial
accounts
 [X] 0001_initial
 [X] 0002_sessions
 [X] 0003_password_resets
 [X] 0004_password_resets_end
 [X] 0005_password_resets_end_safely
 [X] 0006_password_resets_end_on_insert
admin
 [X] 0001_initial
 [X] 0002_search_index
 [X] 0003_record_rows_once
lettings
 [X] 0001_initial
bookings
 [X] 0001_initial
profiles
 [X] 0001_initial
site
 [X] 0001_unsplit_lettings
 [X] 0002_unsplit_profiles
";

#[test]
fn from_an_empty_folder_the_first_start_has_demo_data_and_the_second_keeps_its_data() {
    let folder = tempfile::tempdir().unwrap();
    {
        let server = Server::start(folder.path(), &[]);
        let lettings = server.get("/lettings/");
        assert!(lettings.starts_with("HTTP/1.1 200"), "{lettings}");
        assert_eq!(lettings.matches("<h2>").count(), 12);
        assert!(server.get("/profiles/").matches("<h2>").count() >= 6);
    }
    assert!(folder.path().join("var/db.sqlite3").exists());
    assert_eq!(applied(folder.path(), &[]), ALL_APPLIED);
    let server = Server::start(folder.path(), &[]);
    assert!(server.get("/lettings/19/").starts_with("HTTP/1.1 200"), "no rows were lost");
    assert!(server.get("/lettings/20/").starts_with("HTTP/1.1 404"), "none were added");
}

#[test]
fn the_database_lies_beside_rocket_toml_whatever_the_current_folder_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Rocket.toml"), "").unwrap();
    let below = folder.path().join("some/where");
    fs::create_dir_all(&below).unwrap();
    assert!(run(&below, &["migrate"]).status.success());
    assert!(folder.path().join("var/db.sqlite3").exists());
    assert!(!below.join("var").exists());
}

#[test]
fn nobody_else_may_read_the_files_that_hold_the_database() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let rights = |file: &str| {
        let metadata = fs::metadata(folder.path().join(file)).unwrap();
        metadata.permissions().mode() & 0o777
    };
    // The administrator that a first start makes is in the log that SQLite writes first.
    let _server = Server::start(folder.path(), &[]);
    for file in ["db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", "db.sqlite3-migrate.lock"] {
        assert_eq!(rights(&format!("var/{file}")), 0o600, "{file}");
    }
    assert!(run(folder.path(), &["dumpdata", "accounts", "-o", "users.json"]).status.success());
    assert_eq!(rights("users.json"), 0o600);
}

#[test]
fn outside_the_local_profile_the_database_is_migrated_by_hand_and_has_no_demo_data() {
    let folder = tempfile::tempdir().unwrap();
    let environment = [
        ("ROCKET_PROFILE", "heroku"),
        ("ROCKET_ADDRESS", "127.0.0.1"),
        ("DATABASE_URL", "sqlite:var/db.sqlite3"),
    ];
    assert_is_migrated_by_hand(folder.path(), &environment);
}

#[test]
fn the_local_profile_migrates_nothing_where_the_settings_say_so() {
    let folder = tempfile::tempdir().unwrap();
    assert_is_migrated_by_hand(folder.path(), &[("ROCKET_MIGRATE_ON_START", "false")]);
}

/// Neither a start nor a command migrates; the site has no demo data after `migrate`.
fn assert_is_migrated_by_hand(folder: &Path, environment: &[(&str, &str)]) {
    for command in [&[][..], &["dumpdata", "lettings"]] {
        let environment = environment.iter().copied();
        let output = program(folder, command).envs(environment).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(text(&output.stderr).contains("run `holiday-homes migrate`"), "{output:?}");
    }
    let migrate = program(folder, &["migrate"]).envs(environment.iter().copied()).status();
    assert!(migrate.unwrap().success());
    let server = Server::start(folder, environment);
    assert!(server.get("/lettings/").contains("No lettings are available."));
    assert!(server.get("/profiles/").contains("No profiles are available."));
}

#[test]
fn a_database_with_a_table_gets_no_demo_data() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["migrate"]).status.success());
    let server = Server::start(folder.path(), &[]);
    assert!(server.get("/lettings/").contains("No lettings are available."));
}

#[test]
fn processes_that_start_at_once_on_an_empty_sqlite_database_all_come_up() {
    for _ in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        start_many(folder.path(), &[]);
    }
}

#[test]
fn processes_that_start_at_once_on_an_empty_postgresql_database_all_come_up() {
    let server = std::env::var("TEST_POSTGRES_URL")
        .expect("run scripts/test, or set TEST_POSTGRES_URL to a PostgreSQL server");
    let folder = tempfile::tempdir().unwrap();
    let database = format!("host_processes_{}", std::process::id());
    sql(&server, &format!("CREATE DATABASE {database}"));
    let (start, _) = server.rsplit_once('/').expect("a URL with a database");
    let url = format!("{start}/{database}");
    start_many(folder.path(), &[("DATABASE_URL", &url)]);
    sql(&server, &format!("DROP DATABASE {database} WITH (FORCE)"));
}

fn start_many(folder: &Path, environment: &[(&str, &str)]) {
    let mut servers: Vec<Server> = (0..4).map(|_| Server::spawn(folder, environment)).collect();
    for server in &mut servers {
        server.wait();
    }
    for server in &servers {
        assert!(server.get("/lettings/19/").starts_with("HTTP/1.1 200"));
        assert!(server.get("/lettings/20/").starts_with("HTTP/1.1 404"), "loaded once");
    }
    assert_eq!(applied(folder, environment), ALL_APPLIED);
}

fn sql(server: &str, statement: &str) {
    use module_api::sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
    let run = async {
        let mut connection = PgConnection::connect(server).await.unwrap();
        connection.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    };
    rocket::tokio::runtime::Runtime::new().unwrap().block_on(run);
}

#[test]
fn a_changed_file_of_an_applied_migration_stops_the_start_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["migrate"]).status.success());
    let url = format!("sqlite:{}", folder.path().join("var/db.sqlite3").display());
    let change = async {
        use module_api::sqlx::{Connection, Executor, SqliteConnection};
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let sql = "UPDATE host_migration SET checksum = 'x' WHERE module = 'lettings'";
        connection.execute(sql).await.unwrap();
        let sql = "INSERT INTO host_migration VALUES ('gone', '0001_initial', 'x', 'long ago')";
        connection.execute(sql).await.unwrap();
    };
    rocket::tokio::runtime::Runtime::new().unwrap().block_on(change);
    for arguments in [&["serve"][..], &["migrate"]] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(1));
        let error = text(&output.stderr);
        assert!(error.contains("migration `0001_initial` of `lettings` was changed"), "{error}");
    }
    let shown = applied(folder.path(), &[]);
    assert!(shown.contains("gone\n [X] 0001_initial  (its module is not linked)"), "{shown}");
}

#[test]
fn a_port_that_is_taken_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = program(folder.path(), &[]).env("PORT", port).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("set ROCKET_PORT"), "{output:?}");
}

#[test]
#[cfg(unix)]
fn a_server_that_is_told_to_stop_closes_its_database_and_ends_with_0() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path(), &[]);
    assert!(server.get("/lettings/").starts_with("HTTP/1.1 200"));
    assert!(folder.path().join("var/db.sqlite3-wal").exists());
    let process = server.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    assert!(!folder.path().join("var/db.sqlite3-wal").exists(), "all is in the file itself");
}
