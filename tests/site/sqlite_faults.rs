//! SQLite files that cannot be used: each is reported with a remedy, and left unchanged.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use site_tests::DatabaseKind;
use sqlx::{Connection, Executor, SqliteConnection};

use crate::refusal::Refusal;
use crate::workshop::{Workshop, lines};

/// Commands that write, and some that only read.
const COMMANDS: [&[&str]; 4] =
    [&["migrate"], &["serve"], &["migrate", "--plan"], &["showmigrations"]];

/// A folder for a database's file, alone.
struct Place {
    workshop: Workshop,
    folder: PathBuf,
    file: PathBuf,
}

impl Place {
    async fn new() -> Self {
        let workshop = Workshop::with_notes(DatabaseKind::Sqlite).await;
        let folder = workshop.folder().join("data");
        fs::create_dir(&folder).unwrap();
        Self { file: folder.join("site.db"), workshop, folder }
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.file.display())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.workshop.command(arguments);
        command.env("DATABASE_URL", self.url());
        command.env("ROCKET_DATABASES", "{site={connect_timeout=1}}");
        command
    }

    fn run(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        lines(&output)
    }

    /// The same command as somebody whom the system may refuse a file: root, too, without the
    /// privilege to overlook what is forbidden.
    fn without_privileges(&self, arguments: &[&str]) -> Command {
        let command = self.command(arguments);
        let user = Command::new("id").arg("-u").output().unwrap().stdout;
        if user.trim_ascii() != b"0" {
            return command;
        }
        let setpriv = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--"];
        through(&setpriv, &command)
    }

    /// The names in the folder.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    /// A connection that is not the program's.
    async fn connect(&self) -> SqliteConnection {
        SqliteConnection::connect(&format!("{}?mode=rwc", self.url())).await.unwrap()
    }
}

/// A command run by another program, which is given these arguments and then the command's.
pub(crate) fn through(program: &[&str], command: &Command) -> Command {
    let mut through = Command::new(program[0]);
    through.args(&program[1..]).arg(command.get_program()).args(command.get_args());
    through.current_dir(command.get_current_dir().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => through.env(name, value),
            None => through.env_remove(name),
        };
    }
    through
}

/// The mode of a file or folder, restored on drop so that it can be deleted.
struct Mode(PathBuf, Permissions);

impl Mode {
    fn set(path: impl Into<PathBuf>, mode: u32) -> Self {
        let path = path.into();
        let before = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        Self(path, before)
    }
}

impl Drop for Mode {
    fn drop(&mut self) {
        let _ = fs::set_permissions(&self.0, self.1.clone());
    }
}

#[rocket::async_test]
async fn a_file_of_another_kind_is_called_so_and_left_as_it_is() {
    let mut like_a_database = b"SQLite format 3\0".to_vec();
    like_a_database.extend((0..8000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8));
    for content in [b"hello\n".to_vec(), b"a line of text\n".repeat(500), like_a_database] {
        let place = Place::new().await;
        fs::write(&place.file, &content).unwrap();
        for arguments in COMMANDS {
            let refusal = Refusal::of(&mut place.command(arguments));
            refusal.says("file is not a database", "is a file of another kind, or encrypted");
            refusal.says(place.file.to_str().unwrap(), place.file.to_str().unwrap());
            assert!(fs::read(&place.file).unwrap() == content, "{arguments:?} changed it");
            assert_eq!(place.names(), ["site.db"], "{arguments:?}");
        }
    }
}

#[rocket::async_test]
async fn a_file_that_is_cut_off_is_called_damaged_and_left_as_it_is() {
    let place = Place::new().await;
    place.run(&["migrate"]);
    let whole = fs::read(&place.file).unwrap();
    let half = &whole[..whole.len() / 2];
    fs::write(&place.file, half).unwrap();
    for arguments in COMMANDS {
        let refusal = Refusal::of(&mut place.command(arguments));
        refusal.says("malformed", "is damaged, and was left as it is");
        assert!(fs::read(&place.file).unwrap() == half, "{arguments:?} changed it");
    }
}

#[rocket::async_test]
async fn a_folder_is_called_a_folder() {
    let place = Place::new().await;
    fs::create_dir(&place.file).unwrap();
    for arguments in COMMANDS {
        let refusal = Refusal::of(&mut place.command(arguments));
        refusal.says("unable to open", "is a folder: name a file in DATABASE_URL");
    }
}

#[rocket::async_test]
async fn a_file_below_a_file_is_refused() {
    let mut place = Place::new().await;
    fs::write(&place.file, "").unwrap();
    place.file = place.file.join("below.db");
    let refusal = Refusal::of(&mut place.command(&["migrate"]));
    refusal.says("cannot open SQLite file", "is a file where a folder is needed");
}

#[rocket::async_test]
async fn an_empty_file_is_an_empty_database() {
    let place = Place::new().await;
    fs::write(&place.file, "").unwrap();
    assert_eq!(place.run(&["migrate", "--plan"]).len(), 3);
    assert_eq!(fs::metadata(&place.file).unwrap().len(), 0);
    assert_eq!(place.run(&["migrate"]).len(), 3);
}

#[rocket::async_test]
async fn commands_that_only_read_make_no_file() {
    let mut place = Place::new().await;
    place.file = place.folder.join("var/site.db");
    let plan = ["apply host 0001_initial", "apply notes 0001_initial", "apply notes 0002_pages"];
    assert_eq!(place.run(&["migrate", "--plan"]), plan);
    let check = place.command(&["migrate", "--check"]).output().unwrap();
    assert_eq!((check.status.code(), lines(&check).len()), (Some(1), 3));
    assert_eq!(place.run(&["showmigrations", "notes"])[1], " [ ] 0001_initial");
    assert_eq!(place.run(&["migrate", "notes", "--prune", "--plan"]), ["nothing to prune"]);
    place.run(&["sqlmigrate", "notes", "0001"]);
    place.run(&["makemigrations", "--check"]);
    assert!(place.names().is_empty(), "{:?}", place.names());
    // Nor does a server that does not migrate.
    let serve = place.command(&["serve"]).env("ROCKET_PROFILE", "heroku").output().unwrap();
    let error = String::from_utf8(serve.stderr).unwrap();
    assert_eq!(serve.status.code(), Some(1), "{error}");
    let lacks = "var/site.db is not there: the database lacks 3 migrations: host 0001_initial,";
    assert!(error.contains(lacks), "{error}");
    assert!(error.contains("run `small-host migrate` to make it"), "{error}");
    assert!(place.names().is_empty(), "{:?}", place.names());
}

#[rocket::async_test]
async fn commands_that_only_read_leave_a_file_as_it_is() {
    let place = Place::new().await;
    // As Django leaves it, not in WAL mode.
    let mut other = place.connect().await;
    other.execute("CREATE TABLE other (id integer PRIMARY KEY)").await.unwrap();
    other.close().await.unwrap();
    let before = fs::read(&place.file).unwrap();
    assert_eq!(place.run(&["migrate", "--plan"]).len(), 3);
    assert_eq!(place.run(&["showmigrations", "notes"])[1], " [ ] 0001_initial");
    assert!(fs::read(&place.file).unwrap() == before);
    assert_eq!(place.names(), ["site.db"]);
}

#[rocket::async_test]
async fn an_address_that_is_only_for_reading_is_named_as_the_reason() {
    let place = Place::new().await;
    let url = format!("{}?mode=ro", place.url());
    let migrate = || Refusal::of(place.command(&["migrate"]).env("DATABASE_URL", &url));
    migrate().says("unable to open", "`mode=ro` or `immutable` in DATABASE_URL makes no file");
    place.run(&["migrate", "notes", "0001"]);
    migrate().says("`0002_pages` of `notes` failed", "in DATABASE_URL lets nothing be written");
    assert_eq!(place.run(&["migrate"]), ["applied notes 0002_pages"]);
}

#[rocket::async_test]
async fn a_file_or_folder_that_may_not_be_written_is_named() {
    let place = Place::new().await;
    let may_write = format!("write {} and make files in", place.file.display());
    let migrate = || Refusal::of(&mut place.without_privileges(&["migrate"]));
    {
        let _mode = Mode::set(&place.folder, 0o555);
        migrate().says("unable to open", &may_write);
        assert!(place.names().is_empty());
    }
    place.run(&["migrate", "notes", "0001"]);
    let before = fs::read(&place.file).unwrap();
    {
        let _mode = Mode::set(&place.folder, 0o555);
        migrate().says("readonly", &may_write);
    }
    {
        let _mode = Mode::set(&place.file, 0o000);
        migrate().says("unable to open", &may_write);
    }
    {
        let _mode = Mode::set(&place.file, 0o444);
        migrate().says("`0002_pages` of `notes` failed", &may_write);
    }
    {
        let _mode = Mode::set(place.folder.join("site.db-migrate.lock"), 0o444);
        migrate().says("cannot get the lock on migrations", "site.db-migrate.lock and make files");
    }
    assert!(fs::read(&place.file).unwrap() == before, "nothing was written");
}

#[rocket::async_test]
async fn a_folder_that_cannot_be_made_is_named() {
    let mut place = Place::new().await;
    place.file = place.folder.join("var/site.db");
    let _mode = Mode::set(&place.folder, 0o555);
    let refusal = Refusal::of(&mut place.without_privileges(&["migrate"]));
    refusal.says("Permission denied", "let the user that runs this program write");
}

#[rocket::async_test]
async fn a_file_that_another_program_has_locked_is_called_locked() {
    let place = Place::new().await;
    let mut other = place.connect().await;
    other.execute("CREATE TABLE other (id integer PRIMARY KEY)").await.unwrap();
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    for arguments in COMMANDS {
        let refusal = Refusal::of(&mut place.command(arguments));
        refusal.says("database is locked", "another program has");
    }
    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(place.run(&["migrate", "notes", "0001"]).len(), 2);

    // In WAL mode, as it is now, who reads does not mind.
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    Refusal::of(&mut place.command(&["migrate"])).says("database is locked", "another program has");
    assert_eq!(place.run(&["migrate", "--plan"]), ["apply notes 0002_pages"]);
    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(place.run(&["migrate"]), ["applied notes 0002_pages"]);
}

#[rocket::async_test]
async fn where_there_is_no_room_nothing_is_half_written_and_with_room_it_goes_on() {
    let place = Place::new().await;
    let big = "INSERT INTO note (id, title) VALUES (1, 'small');\n\
               INSERT INTO note (id, title) VALUES (2, hex(zeroblob(1000000)));";
    place.workshop.module("notes", &[("0003_big.sql", big)]);
    // No file may grow beyond 200 KiB; without the trap the system would end the program for it.
    let limit = ["bash", "-c", "trap '' XFSZ; ulimit -f 200; exec \"$0\" \"$@\""];
    let mut limited = through(&limit, &place.command(&["migrate"]));
    let output = limited.output().unwrap();
    let done =
        ["applied host 0001_initial", "applied notes 0001_initial", "applied notes 0002_pages"];
    assert_eq!(lines(&output), done);
    Refusal::from(output).says(
        "migration `0003_big` of `notes` failed",
        "is full, beyond a quota or a limit, or broken; then run this again",
    );
    assert_eq!(place.run(&["showmigrations", "notes"])[3], " [ ] 0003_big");
    let mut other = place.connect().await;
    let rows = "SELECT COUNT(*) FROM note";
    let count: i64 = sqlx::query_scalar(rows).fetch_one(&mut other).await.unwrap();
    assert_eq!(count, 0);
    assert_eq!(place.run(&["migrate"]), ["applied notes 0003_big"]);
    let count: i64 = sqlx::query_scalar(rows).fetch_one(&mut other).await.unwrap();
    assert_eq!(count, 2);
}
