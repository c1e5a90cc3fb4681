//! Names of packages and modules.

/// The rule that a name breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidName {
    #[error("it is not a lower-case letter, then lower-case letters, digits or `_`")]
    Form,
    #[error("it is not a lower-case letter, then lower-case letters, digits, `-` or `_`")]
    PackageForm,
    #[error("it has more than 40 characters")]
    Length,
    #[error("it is the engine's own namespace")]
    Reserved,
    #[error("it is a keyword of Rust")]
    Keyword,
    #[error("a crate of Rust's own has it")]
    Standard,
    #[error("Cargo has a folder of that name")]
    Folder,
}

/// The reserved names of the host, those of `module_api::check_name`; a test compares them. This
/// program does not depend on the contract, so that it can be installed in seconds.
const RESERVED: &[&str] = &["errors", "host", "module", "path", "site"];

/// Rust's strict and reserved keywords that are otherwise valid names.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

const STANDARD: &[&str] = &["alloc", "core", "proc_macro", "std", "test"];

/// The folders in `target/debug` that a program's name would clash with.
const FOLDERS: &[&str] = &["build", "deps", "examples", "incremental"];

/// Checks that `name` can be the name of a module, its package and its feature.
pub(crate) fn check_module(name: &str) -> Result<(), InvalidName> {
    if !has_form(name, &['_']) {
        return Err(InvalidName::Form);
    }
    if name.len() > 40 {
        return Err(InvalidName::Length);
    }
    if RESERVED.contains(&name) {
        return Err(InvalidName::Reserved);
    }
    check_crate(name)
}

/// Checks that `name` can be the name of a site's package and program.
pub(crate) fn check_site(name: &str) -> Result<(), InvalidName> {
    if !has_form(name, &['-', '_']) {
        return Err(InvalidName::PackageForm);
    }
    if name.len() > 40 {
        return Err(InvalidName::Length);
    }
    if FOLDERS.contains(&name) {
        return Err(InvalidName::Folder);
    }
    check_crate(&crate_name(name))
}

/// Checks that `name` can be the name of a dependency and of its feature.
pub(crate) fn check_dependency(name: &str) -> Result<(), InvalidName> {
    if !has_form(name, &['_']) {
        return Err(InvalidName::Form);
    }
    check_crate(name)
}

fn has_form(name: &str, others: &[char]) -> bool {
    let is_fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || others.contains(&c);
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_fine)
}

fn check_crate(name: &str) -> Result<(), InvalidName> {
    if KEYWORDS.contains(&name) {
        return Err(InvalidName::Keyword);
    }
    if STANDARD.contains(&name) { Err(InvalidName::Standard) } else { Ok(()) }
}

/// The name of a package's crate in Rust code: `my_site` for `my-site`.
pub(crate) fn crate_name(package: &str) -> String {
    package.replace('-', "_")
}

/// The name of a type: `GuestBook` for `guest_book`.
pub(crate) fn pascal_case(name: &str) -> String {
    words(name).collect()
}

/// A title: `Guest Book` for `guest_book`.
pub(crate) fn title_case(name: &str) -> String {
    words(name).collect::<Vec<_>>().join(" ")
}

fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(['-', '_']).filter(|word| !word.is_empty()).map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::{InvalidName, check_module, check_site, pascal_case, title_case};

    #[test]
    fn a_module_has_a_name_that_the_contract_takes() {
        for name in ["guest_book", "news2", "a", "Guest", "guest-book", "2nd", "", "_news"] {
            assert_eq!(check_module(name).is_ok(), module_api::check_name(name).is_ok(), "{name}");
        }
        for length in [40, 41] {
            let name = "a".repeat(length);
            assert_eq!(check_module(&name).is_ok(), module_api::check_name(&name).is_ok());
        }
    }

    #[test]
    fn the_namespaces_of_the_host_are_those_of_the_contract() {
        for name in super::RESERVED {
            let contract = module_api::check_name(name).expect_err("the contract refuses it");
            assert!(matches!(contract, module_api::InvalidName::Reserved(_)), "{name}");
        }
        for name in ["page", "static", "admin", "healthz", "metrics", "request", "user", "messages"]
        {
            let reserved = check_module(name) == Err(InvalidName::Reserved);
            assert_eq!(reserved, module_api::check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_name_that_rust_or_cargo_keeps_is_refused() {
        assert_eq!(check_module("match"), Err(InvalidName::Keyword));
        assert_eq!(check_module("std"), Err(InvalidName::Standard));
        assert_eq!(check_site("proc-macro"), Err(InvalidName::Standard));
        assert_eq!(check_site("build"), Err(InvalidName::Folder));
        assert_eq!(check_site("my-site"), Ok(()));
    }

    #[test]
    fn a_name_is_written_as_a_type_and_as_a_title() {
        assert_eq!(pascal_case("guest_book2"), "GuestBook2");
        assert_eq!(title_case("my-own_site"), "My Own Site");
        assert_eq!(title_case("double__score_"), "Double Score");
    }
}
