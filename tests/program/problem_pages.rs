//! The commands on the pages of problems, and `explain`, which prints these pages.

use std::fs;
use std::path::Path;

use crate::support::{program, run, text};

/// The pages of the engine, by id, with the commands of their examples and the settings they need.
fn examples() -> Vec<(String, Vec<String>, Option<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("host/problems");
    let mut examples: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let page = fs::read_to_string(&path).unwrap();
            let block = |language: &str| {
                let (_, rest) = page.split_once(&format!("```{language}\n"))?;
                rest.split_once("\n```").map(|(code, _)| code.to_owned())
            };
            let words = block("sh")?.split(' ').map(str::to_owned).collect();
            let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
            Some((id, words, block("toml")))
        })
        .collect();
    examples.sort();
    examples
}

#[test]
fn the_command_on_the_page_of_a_problem_provokes_it() {
    let examples = examples();
    assert!(examples.len() > 10, "{} examples", examples.len());
    for (id, words, settings) in examples {
        let folder = tempfile::tempdir().unwrap();
        if let Some(settings) = settings {
            fs::write(folder.path().join("Rocket.toml"), settings).unwrap();
        }
        let at = words.iter().position(|word| word == "PROGRAM").expect("it calls the program");
        let arguments: Vec<&str> = words[at + 1..].iter().map(String::as_str).collect();
        let mut command = program(folder.path(), &arguments);
        command
            .envs(words[..at].iter().map(|word| word.split_once('=').expect("it sets a variable")));
        let output = command.output().unwrap();
        let printed = [text(&output.stdout), text(&output.stderr)].concat();
        assert!(printed.contains(&format!("({id})")), "{id}: {printed}");
    }
}

#[test]
fn a_postgresql_database_without_trigrams_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let server = std::env::var("TEST_POSTGRES_URL").expect("run scripts/test, or set it");
    let output = program(folder.path(), &["check"]).env("DATABASE_URL", server).output().unwrap();
    assert!(text(&output.stderr).contains("(databases.W003)"), "{output:?}");
}

#[test]
fn a_problem_is_explained_though_the_settings_are_wrong() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("Rocket.toml"), "[default]\nworkers = 0\n").unwrap();
    let check = run(folder.path(), &["check"]);
    let hint = "explain settings.E009` prints its cause and remedy";
    assert!(text(&check.stderr).contains(hint), "{check:?}");
    let explained = run(folder.path(), &["explain", "settings.E009"]);
    assert!(explained.status.success(), "{explained:?}");
    assert!(text(&explained.stdout).starts_with("# settings.E009\n"), "{explained:?}");
    let unknown = run(folder.path(), &["explain", "settings.E090"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("there is no page for `settings.E090`"), "{unknown:?}");
}
