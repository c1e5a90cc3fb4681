//! The commands, as Cargo calls them, in folders of their own.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod dev;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A run of the program: its exit status, and what it printed.
struct Run {
    status: i32,
    output: String,
    error: String,
}

fn run(folder: &Path, line: &str) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-installed-apps"))
        .arg("installed-apps")
        .args(line.split_whitespace())
        .current_dir(folder)
        .output()
        .unwrap();
    Run {
        status: output.status.code().unwrap(),
        output: String::from_utf8(output.stdout).unwrap(),
        error: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs a command that has to succeed, and returns what it printed.
fn run_well(folder: &Path, line: &str) -> String {
    let run = run(folder, line);
    assert_eq!((run.status, run.error.as_str()), (0, ""), "{line}");
    run.output
}

/// Runs a command that has to be refused without touching a file, and returns the reason.
fn run_refused(folder: &Path, line: &str) -> String {
    let before = files(folder);
    let run = run(folder, line);
    assert_eq!((run.status, run.output.as_str()), (1, ""), "{line}");
    assert_eq!(files(folder), before, "{line} has changed files");
    run.error
}

/// All files below a folder, with their texts.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            all.insert(format!("{name}/"), String::new());
            let below = files(&path).into_iter();
            all.extend(below.map(|(below, text)| (format!("{name}/{below}"), text)));
        } else {
            all.insert(name, fs::read_to_string(path).unwrap());
        }
    }
    all
}

/// An empty folder with a site, `my-site`.
fn folder_with_site() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    run_well(folder.path(), "new my-site");
    folder
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap()
}

/// A module's package in a folder, which depends on these packages beside the contract.
fn write_module(folder: &Path, package: &str, dependencies: &str) {
    fs::create_dir_all(folder).unwrap();
    let manifest = format!(
        "[package]\nname = \"{package}\"\n\n[dependencies]\n\
         module-api = {{ package = \"installed-apps-module-api\", version = \"0.2.0\" }}\n\
         {dependencies}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
}

#[test]
fn a_new_site_says_each_file_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let output = run_well(folder.path(), "new my-site --module notes");
    let made: Vec<&str> =
        output.lines().filter_map(|line| line.strip_prefix("made my-site/")).collect();
    let site = files(&folder.path().join("my-site"));
    let there: Vec<&str> = site.keys().map(String::as_str).filter(|f| !f.ends_with('/')).collect();
    assert_eq!(made, there);
    assert!(made.contains(&"modules/notes/src/lib.rs"));
    assert!(output.ends_with("next: cd my-site && cargo run, and open http://localhost:8000/\n"));
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let planned = run_well(folder.path(), "new my-site --dry-run");
    assert!(files(folder.path()).is_empty());
    let made = run_well(folder.path(), "new my-site");
    let lines = |output: &str| output.lines().count();
    assert_eq!(lines(&planned), lines(&made));
    assert!(planned.ends_with("nothing was written: --dry-run\n"), "{planned}");

    let site = folder.path().join("my-site");
    let before = files(&site);
    let planned = run_well(&site, "startmodule guest_book --dry-run");
    assert!(planned.contains("would make modules/guest_book/src/routes.rs\n"), "{planned}");
    assert!(planned.contains("would change src/lib.rs: `use guest_book as _;`\n"), "{planned}");
    assert_eq!(files(&site), before);
}

#[test]
fn a_site_is_not_made_over_another() {
    let folder = folder_with_site();
    let reason = run_refused(folder.path(), "new my-site");
    assert!(
        reason.contains("my-site exists already; remove it or choose another name"),
        "{reason}"
    );
    fs::write(folder.path().join("a-file"), "").unwrap();
    assert!(run_refused(folder.path(), "new a-file").contains("exists already"));
}

#[test]
fn a_site_of_a_checkout_depends_on_folders_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    run_well(folder.path(), &format!("new my-site --engine {}", engine.display()));
    let manifest = read(folder.path(), "my-site/Cargo.toml");
    let of_engine = manifest.lines().filter(|line| line.contains("package = \"installed-apps"));
    let path = |line: &str| line.split("path = \"").nth(1)?.split('"').next().map(str::to_owned);
    let paths: Vec<Option<String>> = of_engine.map(path).collect();
    assert_eq!(paths.len(), 5, "{manifest}");
    for path in paths {
        assert!(Path::new(&path.unwrap()).join("Cargo.toml").is_file(), "{manifest}");
    }
    let reason = run_refused(folder.path(), "new another --engine my-site/modules/news");
    assert!(reason.contains("is no checkout of the engine"), "{reason}");
}

#[test]
fn a_module_is_made_and_linked_from_any_folder_of_the_site() {
    let folder = folder_with_site();
    let site = folder.path().join("my-site");
    let output = run_well(&site.join("modules/news/src"), "startmodule guest_book");
    assert!(output.ends_with("open the site at /guest_book/\n"), "{output}");
    assert!(read(&site, "modules/guest_book/src/lib.rs").contains("register!(GuestBook);"));
    assert!(read(&site, "src/lib.rs").contains(
        "#[cfg(feature = \"guest_book\")]\nuse guest_book as _;\n#[cfg(feature = \"news\")]\n"
    ));
    let manifest = read(&site, "Cargo.toml");
    for line in [
        "default = [\"accounts\", \"admin\", \"news\", \"guest_book\"]",
        "guest_book = [\"dep:guest_book\"]",
        "guest_book = { workspace = true, optional = true }",
        "guest_book = { path = \"modules/guest_book\" }",
        "members = [\"modules/*\"]",
    ] {
        assert!(manifest.lines().any(|other| other == line), "{line} is not in\n{manifest}");
    }
}

#[test]
fn a_module_s_name_is_free_and_fit() {
    let folder = folder_with_site();
    let site = folder.path().join("my-site");
    for (name, reason) in [
        ("news", "`news` is linked to this site already"),
        ("rocket", "`rocket` is a dependency or feature of this site already"),
        ("default", "`default` is a dependency or feature of this site already"),
        ("my_site", "`my_site` is the site itself already"),
        ("guest-book", "cannot be the name of a module"),
        ("match", "it is a keyword of Rust"),
        ("site", "it is the engine's own namespace"),
    ] {
        let said = run_refused(&site, &format!("startmodule {name}"));
        assert!(said.contains(reason), "{name}: {said}");
    }
    fs::create_dir_all(site.join("modules/blog")).unwrap();
    let said = run_refused(&site, "startmodule blog");
    assert!(said.contains("modules/blog exists already"), "{said}");
}

#[test]
fn outside_of_a_site_the_advice_is_to_make_one() {
    let folder = tempfile::tempdir().unwrap();
    for line in ["startmodule guest_book", "add blog@1.0", "dev"] {
        let said = run_refused(folder.path(), line);
        assert!(said.contains("make one with `cargo installed-apps new NAME`"), "{said}");
    }
}

#[test]
fn dev_has_no_dry_run() {
    let folder = folder_with_site();
    let run = run(&folder.path().join("my-site"), "dev --dry-run");
    assert_eq!(run.status, 2);
    assert!(run.error.contains("`dev` writes no files that --dry-run could leave out"));
}

#[test]
fn a_site_without_shared_dependencies_is_told_the_line_to_add() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = "[package]\nname = \"s\"\n\n[dependencies]\ninstalled-apps = \"0.2.0\"\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/main.rs"), "fn main() {}\n").unwrap();
    let said = run_refused(folder.path(), "startmodule guest_book");
    let line = "\nmodule-api = { package = \"installed-apps-module-api\", version = \"";
    assert!(said.contains(line), "{said}");
    // One that exists says itself what it depends on.
    run_well(folder.path(), "add some-blog@1.0");
    let linked = "#[cfg(feature = \"some_blog\")]\nuse some_blog as _;\n\nfn main() {}\n";
    assert_eq!(read(folder.path(), "src/main.rs"), linked);
}

#[test]
fn a_module_in_a_folder_is_linked_with_what_it_requires() {
    let folder = folder_with_site();
    let site = folder.path().join("my-site");
    let accounts = "accounts = { package = \"installed-apps-accounts\", version = \"0.2.0\" }";
    write_module(&folder.path().join("acme-blog"), "acme-blog", accounts);
    run_well(&site, "add --path ../acme-blog --as blog");
    let manifest = read(&site, "Cargo.toml");
    for line in [
        "blog = [\"dep:blog\", \"accounts\"]",
        "blog = { workspace = true, optional = true }",
        "blog = { package = \"acme-blog\", path = \"../acme-blog\" }",
    ] {
        assert!(manifest.lines().any(|other| other == line), "{line} is not in\n{manifest}");
    }
    assert!(read(&site, "src/lib.rs").contains("use blog as _;\n"));
    let said = run_refused(&site, "add --path ../acme-blog");
    assert!(said.contains("`acme-blog` is linked to this site already"), "{said}");
}

#[test]
fn a_module_on_the_registry_is_linked_by_its_version() {
    let folder = folder_with_site();
    let site = folder.path().join("my-site");
    let said = run_refused(&site, "add acme-blog");
    assert!(said.contains("write `acme-blog@VERSION`"), "{said}");
    run_well(&site, "add acme-blog@1.2");
    let manifest = read(&site, "Cargo.toml");
    assert!(manifest.contains("\nacme_blog = { package = \"acme-blog\", version = \"1.2\" }\n"));
}

#[test]
fn what_is_no_module_is_not_linked() {
    let folder = folder_with_site();
    let site = folder.path().join("my-site");
    for path in [".", "../nowhere"] {
        run_refused(&site, &format!("add --path {path}"));
    }
    let said = run_refused(&site, "add --path .");
    assert!(said.contains("is no module"), "{said}");
}
