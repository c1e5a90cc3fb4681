//! Relative paths between folders.

use std::path::{Component, Path, PathBuf};

/// The path from a folder to another, both absolute: `../engine`.
pub(crate) fn path_between(from: &Path, to: &Path) -> PathBuf {
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(from, to)| from == to).count();
    let up = from[shared..].iter().map(|_| Component::ParentDir);
    up.chain(to[shared..].iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::path_between;

    #[test]
    fn a_path_goes_up_to_what_both_have_in_common_and_down() {
        for (from, to, path) in [
            ("/work/site", "/work/site/modules/news", "modules/news"),
            ("/work/site", "/work/engine", "../engine"),
            ("/work/site", "/engine/host", "../../engine/host"),
        ] {
            assert_eq!(path_between(Path::new(from), Path::new(to)), Path::new(path));
        }
    }
}
