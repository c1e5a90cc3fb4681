//! Recursive listing of a folder.

use std::path::{Path, PathBuf};

/// Returns the files below a folder, with their paths relative to it, `/` between the parts,
/// sorted. A missing folder is empty; links that form a cycle are not followed.
pub(crate) fn files_below(folder: &Path) -> Vec<(String, PathBuf)> {
    let mut files = Vec::new();
    collect(folder, "", &mut Vec::new(), &mut files);
    files.sort();
    files
}

fn collect(
    folder: &Path,
    prefix: &str,
    way: &mut Vec<PathBuf>,
    files: &mut Vec<(String, PathBuf)>,
) {
    let (Ok(entries), Ok(real)) = (folder.read_dir(), folder.canonicalize()) else { return };
    if way.contains(&real) {
        return;
    }
    way.push(real);
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), way, files);
        } else {
            files.push((format!("{prefix}{name}"), path));
        }
    }
    way.pop();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_at_any_depth_and_links_in_a_circle_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        std::fs::write(folder.path().join("a/b/c.txt"), "").unwrap();
        std::fs::write(folder.path().join("d.txt"), "").unwrap();
        #[cfg(unix)]
        for link in ["one", "two"] {
            std::os::unix::fs::symlink(".", folder.path().join(link)).unwrap();
        }
        let names: Vec<String> = files_below(folder.path()).into_iter().map(|f| f.0).collect();
        assert_eq!(names, ["a/b/c.txt", "d.txt"]);
        assert!(files_below(&folder.path().join("missing")).is_empty());
    }
}
