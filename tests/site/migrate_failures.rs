//! Migrations that fail leave the database as it was before them, and say where they failed.

use site_tests::{DatabaseKind, on_both_databases};

use crate::workshop::Workshop;

on_both_databases!(
    a_statement_that_fails_is_named_and_nothing_of_its_migration_is_kept,
    a_way_down_that_fails_keeps_what_it_would_undo,
    code_that_fails_takes_its_sql_along,
    a_reference_to_nothing_fails_its_migration,
    a_changed_file_is_named,
    an_applied_migration_whose_dependency_is_not_is_named_with_it,
    names_that_are_none_are_errors_and_wrong_combinations_wrong_usage,
);

async fn a_statement_that_fails_is_named_and_nothing_of_its_migration_is_kept(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    let sql = "-- Why.\nCREATE TABLE a (id int);\n\nINSERT INTO a VALUES (1); -- one; two\n\
               INSERT INTO\n    nowhere VALUES (';');\nCREATE TABLE b (id int);";
    let files =
        [("0003_wrong.sqlite.sql", sql), ("0003_wrong.postgres.sql", sql), ("0004_next.sql", "")];
    workshop.module("notes", &files);
    let error = workshop.fails(1, &["migrate"]);
    let word = if kind == DatabaseKind::Sqlite { "sqlite" } else { "postgres" };
    let place = format!(
        "migration `0003_wrong` of `notes` failed in notes/0003_wrong.{word}.sql, statement 3 \
         `INSERT INTO …`, and nothing of it was kept"
    );
    assert!(error.contains(&place), "{error}");
    assert!(error.contains("nowhere"), "the database's own words: {error}");
    assert_eq!(workshop.applied("notes").await, ["0001_initial", "0002_pages"]);
    workshop.execute(&["CREATE TABLE a (id int)", "DROP TABLE a"]).await;
    // Mended, it goes on.
    let mended = sql.replace("nowhere VALUES (';')", "a VALUES (2)");
    workshop.module(
        "notes",
        &[("0003_wrong.sqlite.sql", &mended), ("0003_wrong.postgres.sql", &mended)],
    );
    assert_eq!(workshop.run(&["migrate"]), ["applied notes 0003_wrong", "applied notes 0004_next"]);
    assert_eq!(workshop.values::<i64>("SELECT id AS value FROM a ORDER BY id").await, [1, 2]);
}

async fn a_way_down_that_fails_keeps_what_it_would_undo(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    workshop.run(&["migrate"]);
    let down = [("0001_initial.down.sql", "DROP TABLE note; DROP TABLE nothing;")];
    workshop.module("notes", &down);
    let output = workshop.command(&["migrate", "notes", "zero"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    // What was done before is said, although the rest failed.
    assert_eq!(crate::workshop::lines(&output), ["unapplied notes 0002_pages"]);
    let error = String::from_utf8(output.stderr).unwrap();
    let place = "failed in notes/0001_initial.down.sql, statement 2 `DROP TABLE nothing`";
    assert!(error.contains(place), "{error}");
    assert_eq!(workshop.applied("notes").await, ["0001_initial"]);
    assert!(workshop.values::<i64>("SELECT id AS value FROM note").await.is_empty(), "it is there");
}

async fn code_that_fails_takes_its_sql_along(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    workshop.module("notes", &[("code", "0002_pages fail")]);
    let error = workshop.fails(1, &["migrate"]);
    assert!(
        error.contains(
            "migration `0002_pages` of `notes` failed in its code, and nothing of it was kept: it \
             does not want to"
        ),
        "{error}"
    );
    workshop.execute(&["CREATE TABLE page (id int)"]).await;
    assert_eq!(workshop.applied("notes").await, ["0001_initial"]);
}

async fn a_reference_to_nothing_fails_its_migration(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    workshop.module("notes", &[("0003_page.sql", "INSERT INTO page VALUES (5, 99);")]);
    let error = workshop.fails(1, &["migrate"]);
    assert!(error.contains("migration `0003_page` of `notes` failed when"), "{error}");
    let row = match kind {
        DatabaseKind::Sqlite => "row 5 of `page` refers to a row of `note` that is not there",
        DatabaseKind::Postgres => "page_note_id_fkey",
    };
    assert!(error.contains(row), "{error}");
    assert!(workshop.values::<i64>("SELECT id AS value FROM page").await.is_empty());
    assert_eq!(workshop.applied("notes").await, ["0001_initial", "0002_pages"]);
}

async fn a_changed_file_is_named(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    workshop.run(&["migrate"]);
    workshop.module("notes", &[("0002_pages.sql", "SELECT 1;")]);
    for arguments in [&["migrate"][..], &["migrate", "--check"], &["migrate", "--plan"], &["serve"]]
    {
        let error = workshop.fails(1, arguments);
        assert!(error.contains("migration `0002_pages` of `notes` was changed"), "{error}");
    }
}

async fn an_applied_migration_whose_dependency_is_not_is_named_with_it(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    workshop.run(&["migrate"]);
    workshop
        .execute(&["DELETE FROM host_migration WHERE name = '0001_initial' AND module = 'notes'"])
        .await;
    for arguments in [&["migrate"][..], &["migrate", "--plan"], &["migrate", "--check"]] {
        let error = workshop.fails(1, arguments);
        assert!(
            error.contains("`0002_pages` of `notes` is applied, but `0001_initial`"),
            "{error}"
        );
    }
    // The way out that it names.
    let faked = workshop.run(&["migrate", "notes", "0001_initial", "--fake"]);
    assert_eq!(faked, ["faked notes 0001_initial"]);
    assert_eq!(workshop.run(&["migrate"]), ["nothing to migrate"]);
}

async fn names_that_are_none_are_errors_and_wrong_combinations_wrong_usage(kind: DatabaseKind) {
    let workshop = Workshop::with_notes(kind).await;
    for (arguments, expected) in [
        (&["migrate", "note"][..], "did you mean `notes`?"),
        (&["migrate", "notes", "00"], "0001_initial, 0002_pages"),
        (&["migrate", "notes", "0002_page_"], "did you mean `0002_pages`?"),
        (&["sqlmigrate", "notes", "0"], "more than one"),
        (&["showmigrations", "nots"], "did you mean `notes`?"),
        (&["migrate", "--prune", "nots"], "did you mean `notes`?"),
    ] {
        let error = workshop.fails(1, arguments);
        assert!(error.contains(expected), "{arguments:?}: {error}");
    }
    for arguments in [
        &["migrate", "--check", "--fake"][..],
        &["migrate", "--fake", "--fake-initial"],
        &["migrate", "--prune"],
        &["migrate", "notes", "0001", "--prune"],
        &["showmigrations", "--list", "--plan"],
        &["sqlmigrate", "notes"],
        &["sqlmigrate", "notes", "0001", "--database", "mysql"],
    ] {
        workshop.fails(2, arguments);
    }
}
