//! The remedy for a module that is not linked.

/// The instructions for linking a module.
pub fn how_to_link(module: &str) -> String {
    format!(
        "link it: turn on the site's feature for it, or add its crate to the site's Cargo.toml and \
         `use {module} as _;` to its src/lib.rs"
    )
}
