//! Settings that the program finds in files and the environment.

use serde_json::Value;

use crate::support::{program, run, text};

#[test]
fn a_profile_that_has_no_settings_is_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let mut check = program(folder.path(), &["check"]);
    let output = check.env("ROCKET_PROFILE", "herku").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("settings.W002"), "{output:?}");
    assert!(text(&output.stderr).contains("did you mean `heroku`?"), "{output:?}");
}

#[test]
fn a_file_that_is_no_toml_is_named_and_the_rest_is_examined_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Rocket.toml"), "[default").unwrap();
    let mut check = program(folder.path(), &["check", "--format", "json"]);
    let output = check.env("RUST_LOG", "a=b=c").output().unwrap();
    let problems: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<&str> = problems.iter().map(|problem| problem["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["settings.E010", "settings.E006"]);
    assert!(problems[0]["message"].as_str().unwrap().contains("Rocket.toml"), "{problems:?}");
}

#[test]
fn a_setting_outside_of_a_profile_is_told_where_it_belongs() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Rocket.toml"), "site_name = 'My Site'").unwrap();
    let output = run(folder.path(), &["check"]);
    assert_eq!(output.status.code(), Some(1));
    let problems = text(&output.stderr);
    assert!(problems.contains("settings.E010"), "{problems}");
    assert!(problems.contains("settings stand below a profile, as `[default]`"), "{problems}");
}

#[test]
fn the_program_names_the_file_and_the_variable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("Rocket.toml");
    std::fs::write(&file, "[default]\nport = 'x'").unwrap();
    let output = run(folder.path(), &["modules"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("`port` in "), "{output:?}");
    assert!(text(&output.stderr).contains("Rocket.toml, profile `default`"), "{output:?}");

    std::fs::remove_file(file).unwrap();
    let output = program(folder.path(), &["modules"])
        .env("ROCKET_MODULES", "{lettings={page_sze=3}}")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("`ROCKET_` environment variable"), "{output:?}");
}

#[test]
fn an_empty_address_of_the_database_makes_no_file_where_that_would_be_lost() {
    let folder = tempfile::tempdir().unwrap();
    for (profile, url) in [
        ("heroku", None),
        ("heroku", Some("")),
        ("heroku", Some(" ")),
        ("production", Some("")),
        ("production", Some(" ")),
    ] {
        let mut migrate = program(folder.path(), &["migrate"]);
        migrate.env("ROCKET_PROFILE", profile).envs(url.map(|url| ("DATABASE_URL", url)));
        let output = migrate.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{profile} {url:?}: {output:?}");
        let said = text(&output.stderr);
        assert!(said.contains("settings.E007"), "{profile} {url:?}: {said}");
        assert!(said.contains("set DATABASE_URL to"), "{profile} {url:?}: {said}");
        assert!(!folder.path().join("var").exists(), "{profile} {url:?}");
    }
    // On one's own machine it counts as not set.
    let migrated = program(folder.path(), &["migrate"]).env("DATABASE_URL", "").status().unwrap();
    assert!(migrated.success());
    assert!(folder.path().join("var/db.sqlite3").exists());
}
