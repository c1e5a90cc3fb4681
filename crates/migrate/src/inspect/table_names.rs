//! The label and the struct of each table.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{snake_case, struct_name, unique};
use crate::schema::Table;

/// The app of a table whose name does not indicate one.
const NO_APP: &str = "app";

/// The sources of a table's app.
pub(super) struct Apps {
    /// The app and the name of each of Django's models, by table.
    pub(super) content_types: BTreeMap<String, (String, String)>,
    /// The requested app.
    pub(super) asked: Option<String>,
}

/// The names of a table in code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// `polls.question`.
    pub(super) label: String,
    /// `Question`.
    pub(super) ident: String,
}

impl Named {
    /// The second part of the label.
    pub(super) fn name(&self) -> &str {
        self.label.split_once('.').map_or("", |(_, name)| name)
    }
}

/// Returns `true` if the text is a valid app of a label.
pub(super) fn is_app(app: &str) -> bool {
    app.starts_with(|c: char| c.is_ascii_lowercase())
        && app.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Names the tables in code, by their names.
pub(super) fn named(tables: &[&Table], apps: &Apps) -> BTreeMap<String, Named> {
    let mut labels = BTreeSet::new();
    let mut idents = BTreeSet::new();
    let mut named = BTreeMap::new();
    for table in tables {
        let (app, rest) = apps.parts(&table.name);
        let words = snake_case(&rest);
        let label = unique(&format!("{app}.{}", words.replace('_', "")), &mut labels);
        let mut ident = struct_name(&words);
        if idents.contains(&ident) {
            ident = struct_name(&format!("{app}_{words}"));
        }
        let ident = unique_struct(&ident, &mut idents);
        named.insert(table.name.clone(), Named { label, ident });
    }
    named
}

/// Returns the name of a struct, with a number if it is taken.
fn unique_struct(ident: &str, taken: &mut BTreeSet<String>) -> String {
    let mut numbered = ident.to_owned();
    let mut number = 1;
    while !taken.insert(numbered.clone()) {
        number += 1;
        numbered = format!("{ident}{number}");
    }
    numbered
}

impl Apps {
    /// The app of a table, and the rest of its name.
    fn parts(&self, table: &str) -> (String, String) {
        if let Some(app) = &self.asked {
            let rest = table.strip_prefix(app.as_str()).and_then(|rest| rest.strip_prefix('_'));
            return (app.clone(), rest.unwrap_or(table).to_owned());
        }
        if let Some((app, model)) = self.content_types.get(table) {
            return (app.clone(), model.clone());
        }
        match table.split_once('_') {
            Some((app, rest)) if is_app(app) && !rest.is_empty() => {
                (app.to_owned(), rest.to_owned())
            }
            _ => (NO_APP.to_owned(), table.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(tables: &[&str], apps: &Apps) -> Vec<(String, String)> {
        let tables: Vec<Table> = tables
            .iter()
            .map(|name| Table { name: (*name).to_owned(), ..Table::default() })
            .collect();
        let tables: Vec<&Table> = tables.iter().collect();
        let mut named = named(&tables, apps);
        let named = tables.iter().map(|table| named.remove(&table.name).unwrap());
        named.map(|it| (it.label, it.ident)).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn django_s_content_types_know_apps_better_than_the_first_word_of_a_table() {
        let model = ("old_site".to_owned(), "letting".to_owned());
        let content_types = BTreeMap::from([("old_site_letting".to_owned(), model)]);
        let apps = Apps { content_types, asked: None };
        let found = labels(&["old_site_letting", "polls_user_profile", "Album"], &apps);
        let expected = [
            ("old_site.letting", "Letting"),
            ("polls.userprofile", "UserProfile"),
            ("app.album", "Album"),
        ];
        assert_eq!(found, pairs(&expected));
    }

    #[test]
    fn no_two_structs_have_one_name() {
        let apps = Apps { content_types: BTreeMap::new(), asked: None };
        let found = labels(&["auth_group", "polls_group", "polls_Group"], &apps);
        let expected = [
            ("auth.group", "Group"),
            ("polls.group", "PollsGroup"),
            ("polls.group_2", "PollsGroup2"),
        ];
        assert_eq!(found, pairs(&expected));
    }

    #[test]
    fn the_app_that_is_asked_for_is_that_of_all() {
        let apps = Apps { content_types: BTreeMap::new(), asked: Some("music".to_owned()) };
        let found = labels(&["music_track", "InvoiceLine"], &apps);
        let expected = [("music.track", "Track"), ("music.invoiceline", "InvoiceLine")];
        assert_eq!(found, pairs(&expected));
    }
}
