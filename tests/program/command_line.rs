//! The commands, run as a person or a script would.

use std::fs;

use serde_json::Value;

use crate::support::{program, run, text};

fn json(output: &std::process::Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).expect("one array and nothing else")
}

#[test]
fn check_says_that_all_is_well_or_prints_every_problem() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stdout).starts_with("no problems in 6 active modules"), "{output:?}");

    let settings = "[default]\ninstalled = ['hom', 'profiles']";
    fs::write(folder.path().join("Rocket.toml"), settings).unwrap();
    for arguments in [&["check"][..], &["serve"], &["routes"]] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let first = |start| text(&output.stderr).lines().find(|line| line.starts_with(start));
        let unknown = first("[hom] ").unwrap_or_else(|| panic!("{arguments:?}: {output:?}"));
        assert!(unknown.ends_with(" (modules.E004)"), "{unknown}");
        let missing = first("[profiles, accounts] ").unwrap_or_else(|| panic!("{output:?}"));
        assert!(missing.ends_with(" (modules.E006)"), "{missing}");
    }
    let output = run(folder.path(), &["check", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let problems: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(problems[0]["id"], "modules.E004");
    assert!(!folder.path().join("var").exists(), "nothing was opened");
}

#[test]
fn modules_are_listed_in_the_order_in_which_they_start() {
    let folder = tempfile::tempdir().unwrap();
    let modules = json(&run(folder.path(), &["modules", "--format", "json"]));
    let names: Vec<&str> = modules.iter().map(|module| module["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["accounts", "admin", "home", "lettings", "bookings", "profiles"]);
    assert_eq!(modules[4]["requires"], serde_json::json!(["accounts", "lettings"]));
    assert_eq!(modules[2]["mount"], "/");
    assert_eq!(modules[0]["active"], true);
    let mut keys: Vec<&String> = modules[0].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["active", "mount", "name", "requires", "title", "uses", "version"]);
}

#[test]
fn routes_are_listed_with_their_owners() {
    let folder = tempfile::tempdir().unwrap();
    let routes = json(&run(folder.path(), &["routes", "--format", "json"]));
    let letting = routes.iter().find(|route| route["name"] == "lettings:letting").unwrap();
    assert_eq!(letting["module"], "lettings");
    assert_eq!(letting["method"], "GET");
    assert_eq!(letting["path"], "/lettings/<letting_id>/");
    assert!(letting["rank"].is_i64());
    assert!(routes.iter().any(|route| route["module"] == "host"));
}

#[test]
fn inspectdb_prints_the_models_of_tables_that_no_migration_creates() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["migrate"]).status.success());
    let output = run(folder.path(), &["inspectdb"]);
    assert!(output.status.success(), "{output:?}");
    let printed = text(&output.stdout);
    assert!(printed.starts_with("//! Models of existing tables"), "{printed}");
    assert!(!printed.contains("pub struct"), "all tables are the site's: {printed}");

    let output = run(folder.path(), &["inspectdb", "lettings_letting"]);
    let printed = text(&output.stdout);
    assert!(
        printed.contains("    pub address: ForeignKey<lettings::models::Address>,"),
        "{printed}"
    );
    let output = run(folder.path(), &["inspectdb", "lettings_leting"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let message = "there is no table `lettings_leting`; did you mean `lettings_letting`?";
    assert!(text(&output.stderr).contains(message), "{output:?}");
}

#[test]
fn findtemplate_names_the_winner_and_what_it_hides() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("templates/lettings/index.html.j2");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "{% extends \"lettings/index\" %}").unwrap();
    let output = run(folder.path(), &["findtemplate", "lettings/index"]);
    let lines: Vec<&str> = text(&output.stdout).lines().collect();
    assert!(lines[0].ends_with("/templates/lettings/index.html.j2"), "{lines:?}");
    assert_eq!(lines[1], "  it hides templates/lettings/index.html.j2 of module `lettings`");
    assert_eq!(run(folder.path(), &["findtemplate", "nothing/here"]).status.code(), Some(1));
}

#[test]
fn findstatic_and_collectstatic_agree() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["findstatic", "lettings/lettings.css"]);
    let served = text(&output.stdout).split("served as /static/").nth(1).unwrap();
    let served = served.lines().next().unwrap();

    let output = run(folder.path(), &["collectstatic", "out"]);
    assert!(output.status.success(), "{output:?}");
    let out = folder.path().join("out");
    let content = fs::read(out.join(served)).unwrap();
    assert_eq!(content, fs::read(out.join("lettings/lettings.css")).unwrap());
    assert!(out.join(format!("{served}.br")).exists());
    let manifest = fs::read(out.join("staticfiles.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["paths"]["lettings/lettings.css"], served);
    assert_eq!(run(folder.path(), &["findstatic", "nothing.css"]).status.code(), Some(1));
}

#[test]
fn wrong_usage_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["dance"]).status.code(), Some(2));
    assert_eq!(run(folder.path(), &["modules", "--format", "xml"]).status.code(), Some(2));
    assert_eq!(run(folder.path(), &["--version"]).status.code(), Some(0));
}

#[test]
fn a_bad_filter_of_the_log_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let output = program(folder.path(), &["check"]).env("RUST_LOG", "a=b=c").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("RUST_LOG, `a=b=c`"), "{output:?}");
    assert!(text(&output.stderr).contains(" (settings.E006)\n"), "{output:?}");
}

#[test]
fn a_database_that_cannot_be_used_is_a_clear_error_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("no.db"), "this is text, and long enough to be no database")
        .unwrap();
    for (url, expected) in [
        ("mysql://me:secret@db/site", "(settings.E007)"),
        ("postgres://me:secret@127.0.0.1:1/site", "Connection refused"),
        ("postgres://me:secret@127.0.0.1:1/site", "PostgreSQL database site at 127.0.0.1:1"),
        ("sqlite:no.db", "not a database"),
        ("sqlite:/dev/null/x/db.sqlite3", "cannot open SQLite file"),
    ] {
        let output =
            program(folder.path(), &["migrate"]).env("DATABASE_URL", url).output().unwrap();
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{url}: {error}");
        assert!(error.contains(expected), "{url}: {error}");
        assert!(!error.contains("secret"), "{url}: {error}");
    }
}
