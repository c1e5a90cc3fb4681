//! Programs from Debian's packages that some tests run.

use std::path::PathBuf;

/// The path of a program. Without it a test fails, as without a PostgreSQL server; `None` if the
/// variable `SKIP_` and the program's name is set, which skips its tests.
///
/// # Panics
///
/// The program is not installed, and the variable is not set.
pub fn installed_program(name: &str) -> Option<PathBuf> {
    let skip = format!("SKIP_{}", name.to_uppercase());
    if std::env::var_os(&skip).is_some_and(|value| !value.is_empty()) {
        eprintln!("not tested: {skip} is set");
        return None;
    }
    // Who is not root does not have its folder in the path.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = folders.map(|folder| folder.join(name)).find(|program| program.is_file());
    assert!(found.is_some(), "install {name} (Debian: apt-get install {name}), or set {skip}=1");
    found
}
