//! A page for each problem id: the cause, an example that provokes it, and the remedy.

use module_api::{Files, embed};

/// The extension of a page's file.
const ENDING: &str = ".md";

/// The pages, which are part of the guide, too.
fn pages() -> Files {
    embed!("problems")
}

/// Returns the page of an id, formatted for a terminal; `None` if there is none.
pub(crate) fn page(id: &str) -> Option<String> {
    let page = pages().read(&format!("{id}{ENDING}"))?;
    Some(without_hidden_lines(&String::from_utf8_lossy(&page)))
}

/// Returns the ids that have a page, sorted.
pub(crate) fn ids() -> Vec<String> {
    let names = pages().names();
    names.iter().filter_map(|name| name.strip_suffix(ENDING)).map(str::to_owned).collect()
}

/// Removes lines that rustdoc hides: Rust code that belongs to the example's test.
fn without_hidden_lines(page: &str) -> String {
    let mut is_rust = false;
    let mut shown = String::new();
    for line in page.lines() {
        if let Some(language) = line.strip_prefix("```") {
            is_rust = language == "rust";
        }
        if !(is_rust && (line == "#" || line.starts_with("# "))) {
            shown.push_str(line);
            shown.push('\n');
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_an_example_s_test_are_left_out() {
        let page =
            "# a.E001\n\n```rust\n# use x;\nlet y = 1;\n#\n```\n\n```toml\n# a comment\n```\n";
        let shown = "# a.E001\n\n```rust\nlet y = 1;\n```\n\n```toml\n# a comment\n```\n";
        assert_eq!(without_hidden_lines(page), shown);
    }

    #[test]
    fn a_page_is_found_by_its_id() {
        assert!(ids().iter().any(|id| id == "modules.E003"), "{:?}", ids());
        assert!(page("modules.E003").is_some_and(|page| page.starts_with("# modules.E003\n")));
        assert_eq!(page("modules.E999"), None);
    }
}
