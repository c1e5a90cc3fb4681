//! PostgreSQL servers that cannot be used: what is wrong is said with what to do, and no password.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use site_tests::DatabaseKind;

use crate::refusal::{PASSWORD, Refusal};
use crate::workshop::Workshop;

/// Commands that write, and some that only read.
const COMMANDS: [&[&str]; 4] =
    [&["migrate"], &["serve"], &["migrate", "--plan"], &["showmigrations"]];

/// The behavior of a server towards clients.
#[derive(Clone, Copy)]
enum Manners {
    /// Asks for the password, then reports this code and message.
    Refuse(&'static str, &'static str),
    /// Asks for the password, then closes the connection.
    HangUp,
    /// Answers with HTTP.
    Http,
}

/// Starts a server of these manners, without TLS, that lasts as long as the test; its port.
fn server(manners: Manners) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // Who hangs up early is no concern of this server.
            let _ = answer(connection, manners);
        }
    });
    port
}

fn answer(mut connection: TcpStream, manners: Manners) -> std::io::Result<()> {
    const ASK_FOR_TLS: &[u8] = &80_877_103_u32.to_be_bytes();
    if let Manners::Http = manners {
        read_message(&mut connection)?;
        return connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    }
    while read_message(&mut connection)? == ASK_FOR_TLS {
        connection.write_all(b"N")?;
    }
    // AuthenticationCleartextPassword.
    connection.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 3])?;
    connection.read_exact(&mut [0])?;
    let password = read_message(&mut connection)?;
    assert_eq!(password, [PASSWORD.as_bytes(), b"\0"].concat());
    let Manners::Refuse(code, message) = manners else { return Ok(()) };
    let fields = format!("SFATAL\0VFATAL\0C{code}\0M{message}\0Fauth.c\0L334\0Rauth_failed\0\0");
    let length = u32::try_from(fields.len() + 4).unwrap();
    connection.write_all(&[b"E", &length.to_be_bytes()[..], fields.as_bytes()].concat())
}

/// Reads a message after its length.
fn read_message(connection: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    connection.read_exact(&mut length)?;
    let mut message = vec![0; (u32::from_be_bytes(length) - 4) as usize];
    connection.read_exact(&mut message)?;
    Ok(message)
}

/// A command on a server at this place.
fn command(workshop: &Workshop, place: &str, arguments: &[&str]) -> Command {
    let mut command = workshop.command(arguments);
    command.env("DATABASE_URL", format!("postgres://ann:{PASSWORD}@{place}"));
    command
}

/// Asserts the error and hint of the commands for a server at this place.
async fn refused(place: &str, error: &str, hint: &str) {
    let workshop = Workshop::with_notes(DatabaseKind::Sqlite).await;
    for arguments in COMMANDS {
        Refusal::of(&mut command(&workshop, place, arguments)).says(error, hint);
    }
}

#[rocket::async_test]
async fn where_nothing_listens_a_server_is_to_be_started() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    refused(
        &format!("127.0.0.1:{port}/site"),
        &format!("cannot open PostgreSQL database site at 127.0.0.1:{port}: the database is out"),
        &format!("nothing listens at 127.0.0.1:{port}: start the PostgreSQL server"),
    )
    .await;
}

#[rocket::async_test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = format!("127.0.0.1:{}/site", silent.local_addr().unwrap().port());
    let workshop = Workshop::with_notes(DatabaseKind::Sqlite).await;
    for arguments in COMMANDS {
        let mut command = command(&workshop, &place, arguments);
        command.env("ROCKET_DATABASES", "{site={connect_timeout=1}}");
        let refusal = Refusal::of(&mut command);
        refusal.says("no answer within 1 s", "databases.site.connect_timeout");
    }
}

#[rocket::async_test]
async fn a_host_that_nobody_knows_is_named() {
    refused("no-such-host.invalid/site", "no-such-host.invalid", "no-such-host.invalid").await;
}

#[rocket::async_test]
async fn another_program_is_not_taken_for_a_server() {
    let port = server(Manners::Http);
    let hint = "is a PostgreSQL server, and not another program";
    refused(&format!("127.0.0.1:{port}/site"), "cannot open PostgreSQL database site", hint).await;
}

#[rocket::async_test]
async fn a_server_that_hangs_up_is_said_to() {
    let port = server(Manners::HangUp);
    let hint = "ended the connection: see its log for why";
    refused(&format!("127.0.0.1:{port}/site"), "the database is out of reach", hint).await;
}

#[rocket::async_test]
async fn tls_that_the_server_does_not_speak_is_named() {
    let port = server(Manners::HangUp);
    let place = format!("127.0.0.1:{port}/site?sslmode=require");
    refused(&place, "server does not support TLS", "turn on `ssl` in the server").await;
}

#[rocket::async_test]
async fn what_a_server_refuses_with_is_said_with_what_to_do() {
    let cases = [
        (
            "28P01",
            "password authentication failed",
            "let an administrator set one with `ALTER ROLE",
        ),
        ("28000", "no pg_hba.conf entry", "see that the role `ann` exists and may log in"),
        ("3D000", "database \"site\" does not exist", "`CREATE DATABASE \"site\" OWNER \"ann\"`"),
        (
            "42501",
            "permission denied for database \"site\"",
            "`GRANT CONNECT ON DATABASE \"site\" TO",
        ),
        ("53300", "sorry, too many clients already", "raise its `max_connections`"),
        ("57P03", "the database system is starting up", "run this again when it is up"),
        ("57P01", "terminating connection", "ended the connection: see its log"),
        ("53100", "could not extend file", "the disk of the server 127.0.0.1:"),
    ];
    for (code, message, hint) in cases {
        let port = server(Manners::Refuse(code, message));
        let message = format!("{message} (SQLSTATE {code})");
        refused(&format!("127.0.0.1:{port}/site"), &message, hint).await;
    }
}

#[rocket::async_test]
async fn a_database_that_is_not_there_is_to_be_made() {
    let workshop = Workshop::with_notes(DatabaseKind::Postgres).await;
    let url = workshop.url_with("_gone", "");
    for arguments in COMMANDS {
        let refusal = Refusal::of(workshop.command(arguments).env("DATABASE_URL", &url));
        refusal
            .says("does not exist (SQLSTATE 3D000)", "make it with `CREATE DATABASE \"site_test_");
    }
}

#[rocket::async_test]
async fn a_database_that_takes_no_changes_is_called_so() {
    let workshop = Workshop::with_notes(DatabaseKind::Postgres).await;
    let url = workshop.url_with("", "options[default_transaction_read_only]=on");
    let refusal = Refusal::of(workshop.command(&["migrate"]).env("DATABASE_URL", url));
    refusal.says(
        "migration `0001_initial` of `host` failed in host/0001_initial.sql, statement 1",
        "the server takes no changes",
    );
    assert_eq!(workshop.run(&["migrate"]).len(), 3);
}

#[rocket::async_test]
async fn a_right_that_is_missing_is_named_with_what_grants_it() {
    let workshop = Workshop::with_notes(DatabaseKind::Postgres).await;
    let role = format!("Weak role {}", std::process::id());
    let create = format!("CREATE ROLE \"{role}\" LOGIN PASSWORD '{PASSWORD}'");
    workshop.execute(&[&create, "REVOKE CREATE ON SCHEMA public FROM PUBLIC"]).await;
    let url = workshop.url_of(&role, PASSWORD);
    let migrate = || workshop.command(&["migrate"]).env("DATABASE_URL", &url).output().unwrap();
    // A role outlives its database, so all is tried out and cleared up before it is looked at.
    let refused = migrate();
    let hint = String::from_utf8_lossy(&refused.stderr).into_owned();
    let grant = hint.split('`').find(|part| part.starts_with("GRANT")).unwrap_or("SELECT 1");
    workshop.execute(&[grant]).await;
    let after = migrate();
    workshop.execute(&["DROP TABLE IF EXISTS page, note, host_migration"]).await;
    workshop
        .execute(&[&format!("DROP OWNED BY \"{role}\""), &format!("DROP ROLE \"{role}\"")])
        .await;

    Refusal::from(refused).says(
        "permission denied for schema public",
        &format!("`GRANT USAGE, CREATE ON SCHEMA \"public\" TO \"{role}\"`"),
    );
    assert_eq!(after.status.code(), Some(0), "{after:?}");
}

#[rocket::async_test]
async fn trigrams_are_missed_until_the_user_may_use_their_schema_whichever_it_is() {
    let workshop = Workshop::with_linked_modules(DatabaseKind::Postgres).await;
    let role = format!("Searching role {}", std::process::id());
    let create = format!("CREATE ROLE \"{role}\" LOGIN PASSWORD '{PASSWORD}'");
    let extension = "CREATE EXTENSION pg_trgm SCHEMA extensions";
    workshop.execute(&[&create, "CREATE SCHEMA extensions", extension]).await;
    let url = workshop.url_of(&role, PASSWORD);
    let check = || {
        let output = workshop.command(&["check"]).env("DATABASE_URL", &url).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    // A role outlives its database, so all is tried out and cleared up before it is looked at.
    let before = check();
    workshop.execute(&[&format!("GRANT USAGE ON SCHEMA extensions TO \"{role}\"")]).await;
    let after = check();
    workshop
        .execute(&[&format!("DROP OWNED BY \"{role}\""), &format!("DROP ROLE \"{role}\"")])
        .await;

    assert!(before.contains("(databases.W003)"), "{before}");
    assert!(!after.contains("(databases.W003)"), "{after}");
}

#[rocket::async_test]
async fn a_server_that_goes_away_in_the_middle_of_a_migration_takes_it_along() {
    let workshop = Workshop::with_notes(DatabaseKind::Postgres).await;
    let long = "INSERT INTO note VALUES (1, 'first'); SELECT pg_sleep(3600);";
    workshop.module("notes", &[("0003_long.sql", long)]);
    let mut command = workshop.command(&["migrate"]);
    let migrating = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let end = "SELECT COUNT(pg_terminate_backend(pid)) AS value FROM pg_stat_activity \
               WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'";
    let patience = Instant::now() + Duration::from_mins(1);
    while workshop.values::<i64>(end).await == [0] {
        assert!(Instant::now() < patience, "it never came to the statement that lasts");
        rocket::tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Refusal::from(migrating.wait_with_output().unwrap()).says(
        "migration `0003_long` of `notes` failed in notes/0003_long.sql, statement 2",
        "ended the connection: see its log for why, and run this again",
    );
    assert_eq!(workshop.applied("notes").await, ["0001_initial", "0002_pages"]);
    assert!(workshop.values::<i64>("SELECT id AS value FROM note").await.is_empty());
    workshop.module("notes", &[("0003_long.sql", "INSERT INTO note VALUES (1, 'first');")]);
    assert_eq!(workshop.run(&["migrate"]), ["applied notes 0003_long"]);
}
