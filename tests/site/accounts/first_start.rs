//! The administrator that the first start in the profile `local` creates.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};

use accounts::passwords::{Algorithm, Verification, verify};
use site_tests::{DatabaseKind, on_both_databases};

use crate::workshop::{Workshop, lines};

on_both_databases!(
    the_first_start_prints_an_administrator_once,
    a_database_that_was_migrated_before_gets_one_too,
    who_has_a_user_gets_no_other,
    commands_and_other_profiles_make_none,
    of_processes_that_start_at_once_one_makes_one,
    a_start_that_fails_prints_it_all_the_same,
);

/// A process that serves the site, killed when dropped.
struct Serving {
    process: Child,
    output: BufReader<ChildStdout>,
    /// The output up to and including the line with the site's address.
    first_line: String,
}

impl Serving {
    fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut first_line = String::new();
        output.read_line(&mut first_line).unwrap();
        Self { process, output, first_line }
    }

    /// The port where it listens.
    fn port(&self) -> u16 {
        let (_, port) = self.first_line.trim_end().rsplit_once(':').unwrap();
        port.parse().unwrap_or_else(|_| panic!("{}", self.first_line))
    }

    /// All that it printed until it answers requests.
    fn printed(mut self) -> String {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port())).unwrap();
        connection.write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        assert!(answer.starts_with(b"HTTP/1.0 200"), "it serves pages");
        self.process.kill().unwrap();
        let mut printed = std::mem::take(&mut self.first_line);
        self.output.read_to_string(&mut printed).unwrap();
        printed
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the output of a start, until the site answers.
fn start(workshop: &Workshop) -> String {
    Serving::start(workshop.command(&["serve"])).printed()
}

/// The password in what a start printed, if it is there.
fn password(printed: &str) -> Option<&str> {
    let mut lines = printed.lines();
    let password = lines.find_map(|line| line.trim().strip_prefix("password: "));
    assert!(lines.all(|line| !line.contains("password: ")), "one at most: {printed}");
    password
}

async fn users(workshop: &Workshop) -> Vec<String> {
    workshop.values("SELECT username AS value FROM auth_user ORDER BY id").await
}

/// Returns `true` if it is the password of the only administrator, who has all permissions.
async fn is_of_admin(workshop: &Workshop, password: &str) -> bool {
    let sql = "SELECT password AS value FROM auth_user WHERE username = 'admin' AND is_staff \
               AND is_superuser AND is_active";
    let hashes = workshop.values::<String>(sql).await;
    let [hash] = &hashes[..] else { panic!("one administrator: {hashes:?}") };
    verify(password, hash, Algorithm::Argon2).unwrap() == Verification::Right
}

async fn the_first_start_prints_an_administrator_once(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    let serving = Serving::start(workshop.command(&["serve"]));
    let site = format!("http://localhost:{}", serving.port());
    let printed = serving.printed();
    let found = password(&printed).unwrap();
    assert_eq!(found.chars().count(), 20);
    let expected = [
        &*format!("Holiday Homes is at {site}"),
        &*format!("Its admin is at {site}/admin/"),
        "    username: admin",
        &*format!("    password: {found}"),
        "The password is shown only now; `small-host changepassword admin` sets another.",
    ];
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
    assert!(is_of_admin(&workshop, found).await);
    // Beside the members of the demo data, with a key of its own.
    let users = users(&workshop).await;
    assert!(users.len() > 3 && users.last().unwrap() == "admin", "{users:?}");

    let again = start(&workshop);
    assert_eq!(again.lines().count(), 1, "{again}");
    assert!(is_of_admin(&workshop, found).await, "it is still the same");
}

async fn a_database_that_was_migrated_before_gets_one_too(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    let printed = start(&workshop);
    assert!(is_of_admin(&workshop, password(&printed).unwrap()).await);
    assert_eq!(users(&workshop).await, ["admin"]);
}

async fn who_has_a_user_gets_no_other(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    let user = "INSERT INTO auth_user (username, password, first_name, last_name, email, is_staff, \
                is_superuser, is_active, date_joined) \
                VALUES ('ann', '!', '', '', '', FALSE, FALSE, FALSE, CURRENT_TIMESTAMP)";
    workshop.execute(&[user]).await;
    assert_eq!(password(&start(&workshop)), None);
    assert_eq!(users(&workshop).await, ["ann"]);
}

async fn commands_and_other_profiles_make_none(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    for command in [&["migrate"][..], &["showmigrations"], &["dumpdata", "auth.user"]] {
        workshop.run(command);
    }
    assert!(users(&workshop).await.is_empty());
    let mut command = workshop.command(&["serve"]);
    command.env("ROCKET_PROFILE", "heroku").env("ROCKET_ADDRESS", "127.0.0.1");
    let printed = Serving::start(command).printed();
    assert_eq!(printed.lines().count(), 1, "{printed}");
    assert!(users(&workshop).await.is_empty());
}

async fn of_processes_that_start_at_once_one_makes_one(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    let start = |_| {
        let mut command = workshop.command(&["serve"]);
        std::thread::spawn(move || {
            command.stderr(Stdio::null());
            Serving::start(command).printed()
        })
    };
    let starting: Vec<_> = (0..3).map(start).collect();
    let printed: Vec<String> = starting.into_iter().map(|one| one.join().unwrap()).collect();
    let passwords: Vec<&str> = printed.iter().filter_map(|one| password(one)).collect();
    let [found] = passwords[..] else { panic!("one prints it: {printed:?}") };
    assert!(is_of_admin(&workshop, found).await);
}

async fn a_start_that_fails_prints_it_all_the_same(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = workshop.command(&["serve"]).env("ROCKET_PORT", port).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot listen"), "{output:?}");
    let printed = lines(&output).join("\n");
    assert!(is_of_admin(&workshop, password(&printed).unwrap()).await);
}
