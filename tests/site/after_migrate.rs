//! Hooks of modules after `migrate`.

use site_tests::{DatabaseKind, on_both_databases};

use crate::workshop::Workshop;

on_both_databases!(
    a_module_is_called_after_each_migrate_even_if_nothing_was_to_migrate,
    a_module_with_a_migration_that_is_not_applied_is_not_called,
    what_only_looks_or_fakes_calls_nobody,
    a_command_in_the_profile_local_calls_too_and_in_others_does_not,
    a_failure_is_named_with_its_module_and_keeps_the_migrations,
);

const NOTES: &str = "SELECT title AS value FROM note ORDER BY id";

async fn with_hook(kind: DatabaseKind) -> Workshop {
    let workshop = Workshop::with_notes(kind).await;
    workshop.module("notes", &[("after", "write a note")]);
    workshop
}

async fn notes(workshop: &Workshop) -> usize {
    let notes = workshop.values::<String>(NOTES).await;
    assert!(notes.iter().all(|note| note == "after migrating"), "{notes:?}");
    notes.len()
}

async fn a_module_is_called_after_each_migrate_even_if_nothing_was_to_migrate(kind: DatabaseKind) {
    let workshop = with_hook(kind).await;
    assert_eq!(workshop.run(&["migrate"]).len(), 3);
    assert_eq!(notes(&workshop).await, 1);
    assert_eq!(workshop.run(&["migrate"]), ["nothing to migrate"]);
    assert_eq!(notes(&workshop).await, 2);
    // Of another module, too.
    workshop.module("letters", &[("0001_initial.sql", "CREATE TABLE letter (id integer);")]);
    assert_eq!(workshop.run(&["migrate", "letters"]), ["applied letters 0001_initial"]);
    assert_eq!(notes(&workshop).await, 3);
}

async fn a_module_with_a_migration_that_is_not_applied_is_not_called(kind: DatabaseKind) {
    let workshop = with_hook(kind).await;
    workshop.run(&["migrate", "notes", "0001"]);
    assert_eq!(notes(&workshop).await, 0);
    workshop.run(&["migrate"]);
    assert_eq!(notes(&workshop).await, 1);
    // The table is gone: that nobody writes into it shows in the status.
    assert_eq!(workshop.run(&["migrate", "notes", "zero"]).len(), 2);
}

async fn what_only_looks_or_fakes_calls_nobody(kind: DatabaseKind) {
    let workshop = with_hook(kind).await;
    workshop.run(&["migrate", "notes", "0001"]);
    workshop.run(&["migrate", "--plan"]);
    workshop.fails(1, &["migrate", "--check"]);
    workshop.run(&["showmigrations"]);
    workshop.run(&["migrate", "--fake"]);
    assert_eq!(workshop.run(&["migrate", "--check"]), ["nothing to migrate"]);
    assert_eq!(notes(&workshop).await, 0);
}

async fn a_command_in_the_profile_local_calls_too_and_in_others_does_not(kind: DatabaseKind) {
    let workshop = with_hook(kind).await;
    assert_eq!(workshop.run(&["greet-notes"]), ["hello"]);
    assert_eq!(notes(&workshop).await, 1);
    let mut command = workshop.command(&["greet-notes"]);
    let output = command.env("ROCKET_PROFILE", "heroku").output().unwrap();
    assert_eq!(crate::workshop::lines(&output), ["hello"], "{output:?}");
    assert_eq!(notes(&workshop).await, 1);
}

async fn a_failure_is_named_with_its_module_and_keeps_the_migrations(kind: DatabaseKind) {
    let workshop = with_hook(kind).await;
    workshop.module("notes", &[("0003_gone.sql", "ALTER TABLE note RENAME TO note_of_old;")]);
    let error = workshop.fails(1, &["migrate"]);
    let expected =
        "what `notes` does after migrating failed; the migrations themselves are applied";
    assert!(error.contains(expected), "{error}");
    // What the database says of it.
    assert!(error.contains("note"), "{error}");
    assert_eq!(workshop.applied("notes").await.len(), 3);
}
