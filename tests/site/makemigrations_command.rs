//! `makemigrations`: its files, output and exit status.

use std::fs;

use site_tests::{DatabaseKind, on_both_databases};

use crate::program::Program;
use crate::workshop::{Workshop, lines};

on_both_databases!(files_are_written_and_then_applied);

/// A module with a model, whose folder the program knows.
async fn papers(kind: DatabaseKind, models: &str) -> Workshop {
    let workshop = Workshop::on(kind).await;
    workshop.module("papers", &[("models", models)]);
    workshop
}

fn files(workshop: &Workshop) -> Vec<String> {
    let folder = fs::read_dir(workshop.folder().join("modules/papers")).unwrap();
    let mut names: Vec<String> =
        folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != "models");
    names.sort();
    names
}

const INITIAL: [&str; 3] =
    ["0001_initial.down.sql", "0001_initial.postgres.sql", "0001_initial.sqlite.sql"];

async fn files_are_written_and_then_applied(kind: DatabaseKind) {
    let workshop = papers(kind, "first folder").await;
    let done = workshop.run(&["makemigrations"]);
    assert_eq!(done[..2], ["papers 0001_initial", "    Create model paper"]);
    assert_eq!(done.len(), 2 + INITIAL.len());
    assert!(done[2..].iter().all(|line| line.starts_with("written: ")), "{done:?}");
    assert_eq!(files(&workshop), INITIAL);
    assert_eq!(workshop.run(&["makemigrations", "--check"]), ["no changes"]);
    assert_eq!(workshop.run(&["makemigrations"]), ["no changes"]);
    workshop.run(&["migrate"]);
    workshop.execute(&["INSERT INTO papers_paper (title) VALUES ('a')"]).await;

    workshop.module("papers", &[("models", "second folder")]);
    let error = workshop.fails(1, &["makemigrations"]);
    assert!(error.contains("say --default papers.paper.color=VALUE"), "{error}");
    assert_eq!(files(&workshop), INITIAL);
    let arguments = ["makemigrations", "papers", "--default", "papers.paper.color=l'ocre", "-n"];
    workshop.run(&[&arguments[..], &["colors"]].concat());
    let added = files(&workshop);
    assert!(added.iter().any(|file| file.starts_with("0002_colors.")), "{added:?}");
    workshop.run(&["migrate"]);
    let colors = "SELECT color AS value FROM papers_paper";
    assert_eq!(workshop.values::<String>(colors).await, ["l'ocre"]);

    workshop.module("papers", &[("models", "first folder")]);
    let error = workshop.fails(1, &["makemigrations"]);
    assert!(error.contains("the column `color` of `papers_paper` is dropped"), "{error}");
    let done = workshop.run(&["makemigrations", "--allow-data-loss"]);
    let why = "    no way down: nobody knows the values that `papers_paper.color` had";
    assert!(done.contains(&why.to_owned()), "{done:?}");
    workshop.run(&["migrate"]);
    assert_eq!(workshop.run(&["makemigrations", "--check"]), ["no changes"]);
}

#[rocket::async_test]
async fn what_is_missing_is_told_and_not_written() {
    let workshop = papers(DatabaseKind::Sqlite, "first folder").await;
    let output = workshop.command(&["makemigrations", "--check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = lines(&output);
    assert_eq!(said[..2], ["papers 0001_initial", "    Create model paper"]);
    assert_eq!(said.len(), 3);
    let printed = workshop.run(&["makemigrations", "--dry-run"]).join("\n");
    for file in INITIAL {
        assert!(printed.contains(&format!("\n{file}\n")), "{printed}");
    }
    assert!(printed.contains("CREATE TABLE \"papers_paper\""), "{printed}");
    assert_eq!(files(&workshop), [""; 0]);

    workshop.run(&["makemigrations"]);
    workshop.module("papers", &[("models", "second folder")]);
    let output = workshop.command(&["makemigrations", "--check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(lines(&output)[0].contains("`papers.paper.color` is new"), "{output:?}");
    // Whoever checks wants to know, and not to be asked about a loss.
    workshop.run(&["makemigrations", "--default", "papers.paper.color=x"]);
    workshop.module("papers", &[("models", "first folder")]);
    let output = workshop.command(&["makemigrations", "--check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(lines(&output)[1], "    Remove field color from paper");
}

#[rocket::async_test]
async fn a_file_that_is_there_already_is_kept_and_no_other_written() {
    let workshop = papers(DatabaseKind::Sqlite, "first folder").await;
    let there = workshop.folder().join("modules/papers/0001_initial.sqlite.sql");
    // A folder is no migration that the program reads, but stands where a file is to be.
    fs::create_dir(&there).unwrap();
    let mut command = workshop.command(&["makemigrations"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("0001_initial.sqlite.sql") && error.contains("nothing was written"));
    assert_eq!(files(&workshop), ["0001_initial.sqlite.sql"]);
    assert!(there.is_dir());
}

#[rocket::async_test]
async fn a_program_outside_of_its_checkout_says_that_it_needs_one() {
    let workshop = papers(DatabaseKind::Sqlite, "first").await;
    let error = workshop.fails(1, &["makemigrations"]);
    assert!(error.contains("run a debug build in the checkout"), "{error}");
    assert_eq!(files(&workshop), [""; 0]);
    // What is missing can be told all the same.
    workshop.fails(1, &["makemigrations", "--check"]);
}

#[rocket::async_test]
async fn wrong_arguments_are_refused() {
    let workshop = papers(DatabaseKind::Sqlite, "first folder").await;
    let error = workshop.fails(1, &["makemigrations", "paper"]);
    assert!(error.contains("did you mean `papers`?"), "{error}");
    let error = workshop.fails(1, &["makemigrations", "--name", "No-Name"]);
    assert!(error.contains("`No-Name` is no name of a migration"), "{error}");
    workshop.fails(2, &["makemigrations", "--default", "color"]);
    workshop.fails(2, &["makemigrations", "--default", "paper.color=x"]);
    workshop.fails(2, &["makemigrations", "--check", "--dry-run"]);
    assert_eq!(files(&workshop), [""; 0]);
}

#[rocket::async_test]
async fn the_linked_modules_miss_no_migration() {
    let workshop = Workshop::with_linked_modules(DatabaseKind::Sqlite).await;
    assert_eq!(workshop.run(&["makemigrations", "--check"]), ["no changes"]);
}

#[rocket::async_test]
async fn models_and_migrations_that_differ_are_named_by_check_and_at_the_start() {
    let workshop = papers(DatabaseKind::Sqlite, "first folder").await;
    let output = workshop.command(&["check"]).output().unwrap();
    // The site works as far as it does not need the table.
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("models.W001"), "{said}");
    assert!(said.contains("`papers` differ: Create model paper"), "{said}");
    assert!(said.contains("run `small-host makemigrations`"), "{said}");
    let program = Program::start(workshop.command(&[]));
    assert!(program.log().contains("models.W001"), "{}", program.log());
    drop(program);

    workshop.run(&["makemigrations"]);
    let output = workshop.command(&["check"]).output().unwrap();
    assert!(!String::from_utf8(output.stderr).unwrap().contains("models.W001"));
    workshop.module("papers", &[("models", "second folder")]);
    let output = workshop.command(&["check"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`papers.paper.color` has no column"), "{said}");
}
