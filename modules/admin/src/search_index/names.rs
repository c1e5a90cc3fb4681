//! The names of tables and triggers: unique, and not truncated by PostgreSQL.

use sha2::{Digest, Sha256};

/// The prefix of all names.
const PREFIX: &str = "admin_search_";

/// The suffix of a trigram index, after the name of its table.
const TRIGRAMS: &str = "_trgm";

/// The maximum length of a name on PostgreSQL, less the suffix.
const MAX_LENGTH: usize = 63 - TRIGRAMS.len();

/// The table of a model's index.
pub(super) fn table(label: &str) -> String {
    let name = format!("{PREFIX}{}", label.replace('.', "_"));
    // `a.b_c` and `a_b.c` are two models.
    if name.len() > MAX_LENGTH || label.contains('_') { hashed(&name, label) } else { name }
}

/// The trigram index of such a table.
pub(super) fn trigrams(table: &str) -> String {
    format!("{table}{TRIGRAMS}")
}

/// The trigger on a table, with a hash of its definition: another definition has another name.
pub(super) fn trigger(table: &str, event: &str, definition: &str) -> String {
    hashed(&format!("{PREFIX}{table}_{event}"), &format!("{table} {event} {definition}"))
}

/// A truncated name, with a hash of the whole.
fn hashed(name: &str, whole: &str) -> String {
    let hash = hex::encode(&Sha256::digest(whole)[..6]);
    let end = name.floor_char_boundary(MAX_LENGTH - 1 - hash.len());
    format!("{}_{hash}", &name[..end])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_fit_and_differ_however_alike_and_long_tables_and_models_are() {
        let long = "é".repeat(40);
        let labels = ["a.b", "a.b_c", "a_b.c", "a.b_trgm", "a.b_data"].map(str::to_owned);
        let long_labels = ["x", "y"].map(|end| format!("{long}.{long}{end}"));
        let mut names: Vec<String> =
            labels.iter().chain(&long_labels).map(|it| table(it)).collect();
        names.extend(names.clone().iter().map(|table| trigrams(table)));
        let tables = ["a", "a_insert", &format!("{long}x"), &format!("{long}y")];
        for (table, definition) in tables.iter().flat_map(|table| [(table, "a"), (table, "b")]) {
            names.extend(["insert", "update"].map(|event| trigger(table, event, definition)));
        }
        assert!(names.iter().all(|name| name.len() <= 63), "{names:?}");
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
        assert_eq!(table("lettings.letting"), "admin_search_lettings_letting");
    }
}
