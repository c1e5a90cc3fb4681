//! Processes that migrate at the same moment, and one that is killed while it does.

use std::io::Read;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use site_tests::{DatabaseKind, Pooler, Pooling, on_both_databases};

use crate::workshop::{Workshop, lines};

on_both_databases!(
    after_a_kill_in_the_middle_of_a_migration_the_next_process_goes_on,
    who_waits_for_the_lock_says_so_and_gives_up_in_the_end,
    commands_that_only_read_do_not_wait,
);

/// A process in the middle of a migration, killed when dropped.
struct Lingering(Child);

impl Lingering {
    async fn start(workshop: &Workshop) -> Self {
        workshop.module("notes", &[("code", "0003_linger linger")]);
        let mut command = workshop.command(&["migrate"]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lingering = Self(child);
        let begun = workshop.folder().join("begun");
        let patience = Instant::now() + Duration::from_mins(1);
        while !begun.exists() {
            if let Some(status) = lingering.0.try_wait().unwrap() {
                let mut error = String::new();
                lingering.0.stderr.take().unwrap().read_to_string(&mut error).unwrap();
                panic!("it ended with {status}: {error}");
            }
            assert!(Instant::now() < patience, "it never came to the migration that lingers");
            rocket::tokio::time::sleep(Duration::from_millis(10)).await;
        }
        lingering
    }

    /// Kills it, as `kill -9` does.
    fn kill(mut self) {
        self.0.kill().unwrap();
        let status = self.0.wait().unwrap();
        assert_eq!(status.code(), None, "it was killed and did not end by itself");
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn after_a_kill_in_the_middle_of_a_migration_the_next_process_goes_on(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    Lingering::start(&workshop).await.kill();
    assert_eq!(workshop.applied("notes").await, ["0001_initial", "0002_pages"]);
    assert_eq!(workshop.run(&["migrate"]), ["applied notes 0003_linger"]);
    let title = "SELECT title AS value FROM note";
    assert_eq!(workshop.values::<String>(title).await, ["after a while"], "once");
}

async fn who_waits_for_the_lock_says_so_and_gives_up_in_the_end(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    let lingering = Lingering::start(&workshop).await;
    let migrate = |limit: &str| {
        let mut command = workshop.command(&["migrate"]);
        let setting = format!("{{site={{migrate_lock_timeout={limit}}}}}");
        command.env("ROCKET_DATABASES", setting).output().unwrap()
    };
    for limit in ["0", "2"] {
        let output = migrate(limit);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        let gave_up = format!("another process has been migrating for {limit} s and longer");
        assert!(error.contains(&gave_up), "{error}");
        assert!(error.contains("databases.site.migrate_lock_timeout"), "{error}");
        let waited = "another process migrates the database: waiting until it is done, up to 2 s";
        assert_eq!(error.contains(waited), limit == "2", "{error}");
    }
    lingering.kill();
    assert_eq!(lines(&migrate("60")), ["applied notes 0003_linger"]);
}

async fn commands_that_only_read_do_not_wait(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    let _lingering = Lingering::start(&workshop).await;
    let missing = "notes 0003_linger";
    assert_eq!(workshop.run(&["migrate", "--plan"]), [format!("apply {missing}")]);
    workshop.fails(1, &["migrate", "--check"]);
    assert_eq!(workshop.run(&["showmigrations", "notes"])[3], " [ ] 0003_linger");
    assert_eq!(workshop.run(&["sqlmigrate", "notes", "0003"])[1], "-- Rust code runs here.");
}

#[rocket::async_test]
async fn after_a_kill_behind_a_pooler_the_next_process_goes_on() {
    for pooling in [Pooling::Session, Pooling::Transaction] {
        let mut workshop = Workshop::with_notes(DatabaseKind::Postgres).await;
        let direct = workshop.database().url.clone();
        let Some(pooler) = Pooler::start(workshop.database(), pooling, 20) else { return };
        workshop.reach_at(pooler.url());
        let lingering = Lingering::start(&workshop).await;
        let mut directly = workshop.command(&["migrate"]);
        let setting = "{site={migrate_lock_timeout=0}}";
        directly.env("DATABASE_URL", &direct).env("ROCKET_DATABASES", setting);
        let refused = directly.output().unwrap();
        assert_eq!(refused.status.code(), Some(1), "{pooling:?}: {refused:?}");
        lingering.kill();
        let mut directly = workshop.command(&["migrate"]);
        let next = directly.env("DATABASE_URL", &direct).output().unwrap();
        assert_eq!(lines(&next), ["applied notes 0003_linger"], "{pooling:?}: {next:?}");
    }
}

/// The server goes on with a statement whose client is gone, until it looks.
#[rocket::async_test]
async fn after_a_kill_in_the_middle_of_a_statement_on_postgresql_the_next_process_goes_on() {
    let workshop = Workshop::with_notes(DatabaseKind::Postgres).await;
    workshop.module("notes", &[("0003_long.sql", "DELETE FROM note; SELECT pg_sleep(3600);")]);
    let mut command = workshop.command(&["migrate"]);
    let lingering = Lingering(command.stdout(Stdio::null()).spawn().unwrap());
    let sleeping = "SELECT CAST(pid AS bigint) AS value FROM pg_stat_activity \
                    WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'";
    let patience = Instant::now() + Duration::from_mins(1);
    while workshop.values::<i64>(sleeping).await.is_empty() {
        assert!(Instant::now() < patience, "it never came to the statement that lingers");
        rocket::tokio::time::sleep(Duration::from_millis(10)).await;
    }
    lingering.kill();
    workshop.module("notes", &[("0003_long.sql", "DELETE FROM note;")]);
    assert_eq!(workshop.run(&["migrate"]), ["applied notes 0003_long"]);
}
