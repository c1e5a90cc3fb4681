//! The examples: which are compiled, and which are files of this package.

use std::fs;
use std::path::Path;

use crate::pages::{guide, read};

#[test]
fn every_chapter_with_rust_code_is_a_doc_test() {
    let library = read("tests/guide/src/lib.rs");
    for page in guide() {
        let is_tested = |info: &str| info == "rust" || info.starts_with("rust,");
        if !page.blocks().iter().any(|block| is_tested(block.info)) {
            continue;
        }
        let is_embedded = library.contains(&format!("\"../../../{}\"", page.path));
        assert!(is_embedded, "{} is not in tests/guide/src/lib.rs", page.path);
    }
}

/// A block after a line that is a path and a colon is the file that the Rust examples embed.
#[test]
fn templates_in_the_guide_are_the_files_that_its_examples_render() {
    let mut compared = 0;
    for page in guide() {
        for block in page.blocks() {
            let path = block.lead.strip_prefix('`').and_then(|lead| lead.strip_suffix("`:"));
            let Some(path) = path.filter(|path| path.starts_with("templates/")) else { continue };
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{path}: {error}"));
            assert_eq!(text, block.code, "{path} in {}", page.path);
            compared += 1;
        }
    }
    assert!(compared >= 2, "{compared} templates");
}
