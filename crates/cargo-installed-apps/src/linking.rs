//! The lines of Rust that link modules: `use guest_book as _;`.

/// The module that a line links, if it does.
fn linked_by(line: &str) -> Option<&str> {
    line.trim().strip_prefix("use ")?.strip_suffix(" as _;").map(str::trim)
}

/// Returns `true` if the source links the module.
pub(crate) fn is_linked(source: &str, name: &str) -> bool {
    source.lines().any(|line| linked_by(line) == Some(name))
}

/// Adds the line that links a module, sorted into the last block of such lines; without one, after
/// the other imports.
pub(crate) fn link(source: &str, name: &str) -> String {
    let mut lines: Vec<&str> = source.lines().collect();
    let (feature, import) = (format!("#[cfg(feature = \"{name}\")]"), format!("use {name} as _;"));
    match place_in_block(&lines, name) {
        Some(place) => drop(lines.splice(place..place, [feature.as_str(), import.as_str()])),
        None => {
            let place = after_imports(&lines);
            let is_free = lines.get(place).is_none_or(|line| line.trim().is_empty());
            let mut block = vec![feature.as_str(), import.as_str()];
            if place > 0 {
                block.insert(0, "");
            }
            if !is_free {
                block.push("");
            }
            lines.splice(place..place, block);
        }
    }
    let ending = if source.contains("\r\n") { "\r\n" } else { "\n" };
    lines.join(ending) + ending
}

/// The line of the last block before which a name is sorted.
fn place_in_block(lines: &[&str], name: &str) -> Option<usize> {
    let last = lines.iter().rposition(|line| linked_by(line).is_some())?;
    let mut place = last + 1;
    let mut line = last;
    loop {
        if linked_by(lines[line]).is_some_and(|other| other > name) {
            place = line;
        }
        // The attributes above a line belong to it.
        match line.checked_sub(1) {
            Some(above) if lines[above].trim().starts_with("#[") => {
                if place == line {
                    place = above;
                }
                line = above;
            }
            Some(above) if linked_by(lines[above]).is_some() => line = above,
            _ => return Some(place),
        }
    }
}

/// The line after the last import at the top level; without one, after the documentation and
/// attributes of the file.
fn after_imports(lines: &[&str]) -> usize {
    let import = lines.iter().rposition(|line| line.starts_with("use "));
    if let Some(import) = import {
        let length = lines[import..].iter().position(|line| line.trim_end().ends_with(';'));
        return import + length.unwrap_or(0) + 1;
    }
    let is_head = |line: &&str| line.starts_with("//!") || line.starts_with("#![");
    lines.iter().rposition(is_head).map_or(0, |head| head + 1)
}

#[cfg(test)]
mod tests {
    use super::{is_linked, link};

    const SITE: &str = "\
//! The site.

use host::Site;

#[cfg(feature = \"accounts\")]
use accounts as _;
#[cfg(feature = \"admin\")]
use admin as _;

// This site's own.
#[cfg(feature = \"lettings\")]
use lettings as _;
use pages as _;

pub fn site() -> Site {
    host::site!()
}
";

    fn links(source: &str) -> Vec<&str> {
        source.lines().filter_map(super::linked_by).collect()
    }

    #[test]
    fn a_module_is_linked_in_the_last_block_by_the_order_of_names() {
        for (name, expected) in [
            ("guest_book", ["accounts", "admin", "guest_book", "lettings", "pages"]),
            ("news", ["accounts", "admin", "lettings", "news", "pages"]),
            ("zebras", ["accounts", "admin", "lettings", "pages", "zebras"]),
        ] {
            let source = link(SITE, name);
            assert_eq!(links(&source), expected);
            let added = format!("#[cfg(feature = \"{name}\")]\nuse {name} as _;\n");
            assert_eq!(source.replacen(&added, "", 1), SITE, "nothing else has changed");
            assert!(is_linked(&source, name) && !is_linked(SITE, name));
        }
        assert!(link(SITE, "guest_book").contains("own.\n#[cfg(feature = \"guest_book\")]"));
    }

    #[test]
    fn the_first_module_is_linked_after_the_imports() {
        let source = "//! A site.\n\nuse host::{\n    Site,\n};\n\nfn main() {}\n";
        let linked = "//! A site.\n\nuse host::{\n    Site,\n};\n\n#[cfg(feature = \"news\")]\n\
                      use news as _;\n\nfn main() {}\n";
        assert_eq!(link(source, "news"), linked);
    }

    #[test]
    fn the_first_module_is_linked_below_the_head_of_a_file_without_imports() {
        let linked = "//! A site.\n\n#[cfg(feature = \"news\")]\nuse news as _;\n\nfn main() {}\n";
        assert_eq!(link("//! A site.\n\nfn main() {}\n", "news"), linked);
        let linked = "#[cfg(feature = \"news\")]\nuse news as _;\n\nfn main() {}\n";
        assert_eq!(link("fn main() {}\n", "news"), linked);
    }
}
