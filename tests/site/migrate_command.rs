//! `migrate`, forward and backward, with and without `--fake`.

use std::fs;

use site_tests::{DatabaseKind, on_both_databases};

use crate::workshop::Workshop;

on_both_databases!(
    all_is_applied_once_and_in_order,
    a_module_goes_back_to_a_name_and_to_zero_and_forward_again,
    what_is_planned_or_checked_is_not_done,
    faked_migrations_are_recorded_and_not_run,
    initial_migrations_are_faked_if_all_their_tables_exist,
    entries_without_a_file_are_pruned_and_others_are_not,
    a_module_that_is_not_linked_keeps_its_entries,
    code_runs_after_the_sql_of_its_name_and_before_it_on_the_way_down,
    a_migration_without_a_way_down_keeps_everything_as_it_is,
    other_profiles_than_local_start_only_when_all_is_applied,
);

async fn all_is_applied_once_and_in_order(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    let files = [(
        "0001_initial.sql",
        "-- before: notes 0002_pages\nCREATE TABLE letter (id integer PRIMARY KEY);",
    )];
    workshop.module("letters", &files);
    let order =
        ["host 0001_initial", "notes 0001_initial", "letters 0001_initial", "notes 0002_pages"];
    let mut done = workshop.run(&["migrate"]);
    // Nothing says which of these two comes first, but that is always the same.
    assert_eq!(done[1], "applied letters 0001_initial");
    done.swap(1, 2);
    assert_eq!(done, order.map(|id| format!("applied {id}")));
    assert_eq!(workshop.run(&["migrate"]), ["nothing to migrate"]);
    assert_eq!(workshop.applied("notes").await, ["0001_initial", "0002_pages"]);
}

async fn a_module_goes_back_to_a_name_and_to_zero_and_forward_again(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    workshop.run(&["migrate"]);
    assert_eq!(workshop.run(&["migrate", "notes", "0001"]), ["unapplied notes 0002_pages"]);
    assert_eq!(workshop.applied("notes").await, ["0001_initial"]);
    workshop.execute(&["INSERT INTO note (id, title) VALUES (1, 'kept')"]).await;
    assert_eq!(workshop.run(&["migrate", "notes"]), ["applied notes 0002_pages"]);
    assert_eq!(workshop.values::<String>("SELECT title AS value FROM note").await, ["kept"]);
    assert_eq!(
        workshop.run(&["migrate", "notes", "zero"]),
        ["unapplied notes 0002_pages", "unapplied notes 0001_initial"]
    );
    assert!(workshop.applied("notes").await.is_empty());
    // The tables are gone, or they could not be made again.
    assert_eq!(workshop.run(&["migrate"]).len(), 2);
}

async fn what_is_planned_or_checked_is_not_done(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    let all = ["host 0001_initial", "notes 0001_initial", "notes 0002_pages"];
    assert_eq!(workshop.run(&["migrate", "--plan"]), all.map(|id| format!("apply {id}")));
    let output = workshop.command(&["migrate", "--check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(crate::workshop::lines(&output), all);
    let none = "SELECT title AS value FROM note";
    workshop.execute(&["CREATE TABLE note (title text)"]).await;
    assert!(workshop.values::<String>(none).await.is_empty(), "nobody made the table before");
    workshop.execute(&["DROP TABLE note"]).await;

    workshop.run(&["migrate", "notes", "0001"]);
    workshop.fails(1, &["migrate", "notes", "--check"]);
    assert_eq!(workshop.run(&["migrate", "notes", "0001", "--check"]), ["nothing to migrate"]);
    workshop.run(&["migrate"]);
    assert_eq!(workshop.run(&["migrate", "--check"]), ["nothing to migrate"]);
    assert_eq!(
        workshop.run(&["migrate", "notes", "zero", "--plan"]),
        ["unapply notes 0002_pages", "unapply notes 0001_initial"]
    );
    assert_eq!(
        workshop.run(&["migrate", "notes", "zero", "--plan", "--fake"]),
        ["unfake notes 0002_pages", "unfake notes 0001_initial"]
    );
    assert_eq!(workshop.applied("notes").await.len(), 2);
}

async fn faked_migrations_are_recorded_and_not_run(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    assert_eq!(
        workshop.run(&["migrate", "notes", "0001", "--fake"]),
        ["applied host 0001_initial", "faked notes 0001_initial"]
    );
    // The table is not there: it was not run.
    workshop.execute(&["CREATE TABLE note (id integer PRIMARY KEY)"]).await;
    assert_eq!(workshop.run(&["migrate"]), ["applied notes 0002_pages"]);
    assert_eq!(
        workshop.run(&["migrate", "notes", "zero", "--fake"]),
        ["unfaked notes 0002_pages", "unfaked notes 0001_initial"]
    );
    assert!(workshop.values::<i64>("SELECT id AS value FROM page").await.is_empty(), "it is there");
    assert!(workshop.applied("notes").await.is_empty());
}

async fn initial_migrations_are_faked_if_all_their_tables_exist(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    let files = [("0001_initial.sql", "CREATE TABLE half (id int); CREATE TABLE other (id int);")];
    workshop.module("parts", &files);
    workshop.execute(&["CREATE TABLE note (id integer PRIMARY KEY)"]).await;
    let steps =
        ["host 0001_initial", "notes 0001_initial", "notes 0002_pages", "parts 0001_initial"];
    let plan = workshop.run(&["migrate", "--fake-initial", "--plan"]);
    assert_eq!(plan[1], "adopt notes 0001_initial: its tables are there already");
    assert_eq!(plan.len(), steps.len());
    let done = workshop.run(&["migrate", "--fake-initial"]);
    assert_eq!(done[1], "adopted notes 0001_initial: its tables are there already");
    assert_eq!(done[3], "applied parts 0001_initial");

    workshop.run(&["migrate", "parts", "0001"]);
    workshop
        .execute(&["DELETE FROM host_migration WHERE module = 'parts'", "DROP TABLE half"])
        .await;
    let error = workshop.fails(1, &["migrate", "--fake-initial"]);
    assert!(error.contains("other"), "one table of two is no reason to fake it: {error}");
}

async fn entries_without_a_file_are_pruned_and_others_are_not(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    workshop.run(&["migrate"]);
    let insert = "INSERT INTO host_migration VALUES ('gone', '0001_initial', 'x', 'long ago')";
    workshop.execute(&[insert]).await;
    workshop.remove("notes/0002_pages.sql");
    workshop.remove("notes/0002_pages.down.sql");
    let shown = workshop.run(&["showmigrations", "notes"]);
    assert_eq!(shown[2], " [X] 0002_pages  (its module has no such file)");
    assert_eq!(
        workshop.run(&["migrate", "notes", "--prune", "--plan"]),
        ["prune notes 0002_pages"]
    );
    assert_eq!(workshop.applied("notes").await.len(), 2);
    assert_eq!(workshop.run(&["migrate", "notes", "--prune"]), ["pruned notes 0002_pages"]);
    assert_eq!(workshop.applied("notes").await, ["0001_initial"]);
    assert_eq!(workshop.run(&["migrate", "notes", "--prune"]), ["nothing to prune"]);
    let error = workshop.fails(1, &["migrate", "gone", "--prune"]);
    assert!(error.contains("no module `gone` is linked"), "{error}");
    assert_eq!(workshop.applied("gone").await, ["0001_initial"]);
}

async fn a_module_that_is_not_linked_keeps_its_entries(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    workshop.module("letters", &[("0001_initial.sql", "CREATE TABLE letter (id int);")]);
    workshop.run(&["migrate"]);
    fs::remove_dir_all(workshop.folder().join("modules/letters")).unwrap();
    assert_eq!(workshop.run(&["migrate"]), ["nothing to migrate"]);
    let shown = workshop.run(&["showmigrations", "letters"]);
    assert_eq!(shown, ["letters", " [X] 0001_initial  (its module is not linked)"]);
    let error = workshop.fails(1, &["migrate", "letters", "zero"]);
    assert!(error.contains("no module `letters` is linked"), "{error}");
    assert_eq!(workshop.applied("letters").await, ["0001_initial"]);
}

async fn code_runs_after_the_sql_of_its_name_and_before_it_on_the_way_down(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    let code = "0001_initial insert delete\n0003_none nothing\n0004_check insert\n";
    workshop.module("notes", &[("code", code)]);
    let error = workshop.fails(1, &["migrate"]);
    assert!(error.contains("`0004_check` of `notes` failed in its code"), "{error}");
    let title = "SELECT title AS value FROM note";
    assert_eq!(workshop.values::<String>(title).await, ["by code"]);
    assert_eq!(workshop.applied("notes").await, ["0001_initial", "0002_pages", "0003_none"]);
    let checksum = "SELECT checksum AS value FROM host_migration WHERE name = '0003_none'";
    assert_eq!(workshop.values::<String>(checksum).await, ["code"]);
    let error = workshop.fails(1, &["migrate", "notes", "zero"]);
    assert!(error.contains("`0003_none` of `notes` would have to be unapplied"), "{error}");
    workshop.module("notes", &[("code", "0001_initial insert delete\n0003_none nothing nothing")]);
    assert_eq!(workshop.run(&["migrate", "notes", "zero"]).len(), 3);
}

async fn a_migration_without_a_way_down_keeps_everything_as_it_is(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    workshop.remove("notes/0001_initial.down.sql");
    workshop.run(&["migrate"]);
    for arguments in [&["migrate", "notes", "zero"][..], &["migrate", "notes", "zero", "--plan"]] {
        let error = workshop.fails(1, arguments);
        assert!(error.contains("`0001_initial` of `notes`"), "{error}");
        assert!(error.contains("0001_initial.down.sql"), "{error}");
    }
    assert_eq!(workshop.applied("notes").await, ["0001_initial", "0002_pages"]);
}

async fn other_profiles_than_local_start_only_when_all_is_applied(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    for number in 3..15 {
        let file = format!("{number:04}_more.sql");
        workshop.module("notes", &[(&file, "SELECT 1;")]);
    }
    let toml = "[default]\nsite_name = 'Small'\n[heroku]\nsite_name = 'Large'";
    fs::write(workshop.folder().join("Rocket.toml"), toml).unwrap();
    for arguments in [&["serve"][..], &["greet-notes"]] {
        let output = workshop.command(arguments).env("ROCKET_PROFILE", "heroku").output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains("the database lacks 15 migrations: host 0001_initial,"), "{error}");
        assert!(error.contains("notes 0009_more and 5 more"), "{error}");
        assert!(error.contains("hint: run `small-host migrate`"), "{error}");
        assert!(!error.contains("0010_more"), "{error}");
    }
    let mut migrate = workshop.command(&["migrate"]);
    assert!(migrate.env("ROCKET_PROFILE", "heroku").status().unwrap().success());
    let mut greet = workshop.command(&["greet-notes"]);
    let output = greet.env("ROCKET_PROFILE", "heroku").output().unwrap();
    assert_eq!(crate::workshop::lines(&output), ["hello"], "{output:?}");
}

#[rocket::async_test]
async fn a_database_in_memory_is_migrated_for_the_process_that_has_it() {
    let workshop = Workshop::with_notes(DatabaseKind::Sqlite).await;
    workshop.module("notes", &[("code", "0003_insert insert")]);
    for _ in 0..2 {
        let mut greet = workshop.command(&["greet-notes"]);
        let output = greet.env("DATABASE_URL", "sqlite::memory:").output().unwrap();
        assert_eq!(crate::workshop::lines(&output), ["hello"], "{output:?}");
        let log = String::from_utf8(output.stderr).unwrap();
        assert!(log.contains("0003_insert"), "it was empty each time: {log}");
    }
}
