//! Style rules that a program can check.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file is about one thing; what is longer is about several.
const MAX_LINES: usize = 600;

/// The files that git knows of these patterns.
fn files(root: &Path, patterns: &[&str]) -> Vec<String> {
    let output = Command::new("git")
        // The folder may belong to another user, as in a container.
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--"])
        .args(patterns)
        .current_dir(root)
        .output()
        .expect("git can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).unwrap();
    names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The Rust files that git knows, with their texts.
fn rust_files() -> Vec<(String, String)> {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // One that is deleted and not yet committed has no text.
    let read =
        |name: String| std::fs::read_to_string(root.join(&name)).ok().map(|text| (name, text));
    let files: Vec<_> = files(&root, &["*.rs"]).into_iter().filter_map(read).collect();
    assert!(files.len() > 50, "{} files", files.len());
    files
}

#[test]
fn every_file_opens_with_why_it_exists() {
    for (name, text) in rust_files() {
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! ") && first.len() > 10, "{name} opens with `{first}`");
    }
}

#[test]
fn no_file_is_too_long() {
    for (name, text) in rust_files() {
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{name} has {lines} lines");
    }
}

#[test]
fn a_module_s_file_has_its_name() {
    for (name, _) in rust_files() {
        assert!(!name.ends_with("/mod.rs"), "{name} is named for nothing");
    }
}

#[test]
fn a_lint_is_silenced_with_a_reason_only() {
    for (name, text) in rust_files() {
        for attribute in [concat!("#[", "allow("), concat!("#![", "allow(")] {
            for (position, _) in text.match_indices(attribute) {
                let rest = &text[position..];
                let whole = &rest[..rest.find(")]").unwrap_or(rest.len())];
                let line = text[..position].lines().count();
                assert!(whole.contains("reason"), "{name}, line {line}: {whole})]");
            }
        }
    }
}

#[test]
fn the_engine_knows_no_site() {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let names = files(&root, &["crates", "host", "modules/accounts", "modules/admin", "template"]);
    assert!(names.len() > 200, "{} files", names.len());
    for name in names.iter().filter(|name| !name.contains("/tests/")) {
        let Ok(text) = std::fs::read_to_string(root.join(name)) else { continue };
        let text = text.to_lowercase();
        for site in ["holiday homes", "holiday-homes", "holiday_homes", "orange county"] {
            assert!(!text.contains(site), "{name} names {site}");
        }
    }
}
