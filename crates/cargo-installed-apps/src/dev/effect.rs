//! The effect of an edited file on the running program.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The effect of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// The running program reloads the file by itself.
    Shown,
    /// The program is built, and restarted if the build changes it.
    Build,
    /// The program is built and restarted: it reads the file when it starts.
    Restart,
}

/// Folders whose files are not part of a program, or are generated.
const SKIPPED: [&str; 6] = ["benches", "examples", "node_modules", "target", "tests", "var"];
/// Folders whose edits a debug build notices itself.
const LIVE: [&str; 2] = ["assets", "templates"];
/// Folders that a debug build reads when it starts.
const READ_AT_START: [&str; 2] = ["fixtures", "migrations"];
/// Files that Cargo reads besides sources.
const OF_CARGO: [&str; 3] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];

/// Returns `true` if the files in a folder with this name have no effect.
pub(super) fn is_skipped(name: &OsStr) -> bool {
    name.to_str().is_none_or(|name| SKIPPED.contains(&name) || is_hidden(name))
}

/// Returns `true` for hidden names except `.cargo`, which has the flags of the build.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') && name != ".cargo"
}

/// The effect of editing a file at a path below its package's folder, if there is one.
///
/// `sources` are the source files of the latest build, by their absolute paths.
pub(super) fn effect_of(
    package: &Path,
    file: &Path,
    sources: &BTreeSet<PathBuf>,
) -> Option<Effect> {
    let name = file.file_name()?.to_str()?;
    let folders: Option<Vec<&str>> =
        file.parent()?.components().map(|part| part.as_os_str().to_str()).collect();
    let folders = folders?;
    let is_in = |names: &[&str]| folders.iter().any(|folder| names.contains(folder));
    if name.starts_with('.') || name.ends_with('~') || is_in(&SKIPPED) {
        return None;
    }
    if is_in(&LIVE) {
        return Some(Effect::Shown);
    }
    if name == "Rocket.toml" || is_in(&READ_AT_START) {
        return Some(Effect::Restart);
    }
    let is_of_build = name.ends_with(".rs")
        || OF_CARGO.contains(&name)
        || (folders == [".cargo"] && name == "config.toml")
        || sources.contains(&package.join(file));
    is_of_build.then_some(Effect::Build)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ffi::OsStr;
    use std::path::Path;

    use super::{Effect, effect_of, is_skipped};

    fn effect(file: &str) -> Option<Effect> {
        let package = Path::new("/site");
        let sources = BTreeSet::from([package.join("data/words.txt")]);
        effect_of(package, Path::new(file), &sources)
    }

    #[test]
    fn the_program_is_built_of_sources_manifests_and_what_they_include() {
        for file in [
            "src/lib.rs",
            "src/routes/new.rs",
            "build.rs",
            "Cargo.toml",
            "Cargo.lock",
            ".cargo/config.toml",
            "data/words.txt",
        ] {
            assert_eq!(effect(file), Some(Effect::Build), "{file}");
        }
    }

    #[test]
    fn what_is_read_at_the_start_restarts_the_program() {
        for file in ["Rocket.toml", "migrations/0002_more.sql", "fixtures/demo.json"] {
            assert_eq!(effect(file), Some(Effect::Restart), "{file}");
        }
    }

    #[test]
    fn the_program_shows_edits_of_templates_and_assets_itself() {
        for file in ["templates/base.html.j2", "templates/news/index.html.j2", "assets/style.css"] {
            assert_eq!(effect(file), Some(Effect::Shown), "{file}");
        }
    }

    #[test]
    fn other_files_have_no_effect() {
        for file in [
            "README.md",
            "tests/pages.rs",
            "data/other.txt",
            "src/.lib.rs.swp",
            "src/lib.rs~",
            "src/.#lib.rs",
            "src/4913",
            "migrations/.0002_more.sql.swp",
        ] {
            assert_eq!(effect(file), None, "{file}");
        }
    }

    #[test]
    fn folders_of_builds_data_and_git_are_not_watched() {
        for (name, skipped) in [
            ("target", true),
            ("var", true),
            (".git", true),
            ("node_modules", true),
            ("tests", true),
            ("src", false),
            (".cargo", false),
            ("migrations", false),
        ] {
            assert_eq!(is_skipped(OsStr::new(name)), skipped, "{name}");
        }
    }
}
