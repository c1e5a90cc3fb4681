//! The table of settings, compared with the types that read them.

use std::collections::{BTreeMap, BTreeSet};

use host::SiteSettings;
use module_api::db::DatabaseOptions;
use rocket::figment::value::{Dict, Num, Value};

use crate::pages::read;

/// Settings that Rocket or the host reads of other types, with one row each.
const OTHERS: [&str; 6] = [
    "address",
    "port",
    "ip_header",
    "shutdown.grace",
    "modules.NAME.mount",
    "modules.NAME.enabled",
];

/// The table's rows by their settings: variable and default.
fn rows() -> BTreeMap<String, (String, String)> {
    let chapter = read("guide/src/settings.md");
    let rows = chapter.lines().filter(|line| line.starts_with("| `"));
    let rows = rows.map(|row| {
        let cells: Vec<&str> = row.split(" | ").collect();
        let name = cells[0].trim_start_matches("| ").trim_matches('`');
        (name.to_owned(), (cells[1].to_owned(), cells[2].to_owned()))
    });
    rows.collect()
}

fn defaults() -> Dict {
    let defaults = Value::serialize(SiteSettings::default()).unwrap();
    defaults.into_dict().expect("settings are a table")
}

/// The settings of the modules that any site can use.
fn of_modules() -> Vec<String> {
    let registry = host::Registry::linked();
    let of_module = |module: &'static dyn module_api::Module| {
        let defaults = module.settings().defaults().unwrap();
        defaults.into_keys().map(|key| format!("modules.{}.{key}", module.name()))
    };
    registry.iter().flat_map(|registration| of_module(registration.module)).collect()
}

#[test]
fn every_setting_has_a_row_and_every_row_is_a_setting() {
    let of_database = DatabaseOptions::KEYS.iter().filter(|key| **key != "root");
    let known: BTreeSet<String> = defaults()
        .into_keys()
        .chain(of_database.map(|key| format!("databases.site.{key}")))
        .chain(OTHERS.map(str::to_owned))
        .chain(of_modules())
        .collect();
    let listed: BTreeSet<String> = rows().into_keys().collect();
    assert_eq!(listed, known);
}

#[test]
fn numbers_and_switches_have_the_defaults_of_the_program() {
    let rows = rows();
    let mut compared = 0;
    for (name, value) in defaults() {
        let default = match value {
            Value::Bool(_, value) => value.to_string(),
            Value::Num(_, Num::F32(value)) => format!("{value:?}"),
            Value::Num(_, number) => {
                number.to_u128().expect("settings are not negative").to_string()
            }
            _ => continue,
        };
        let (_, listed) = &rows[&name];
        assert!(listed.starts_with(&format!("`{default}`")), "{name} is {default}, not {listed}");
        compared += 1;
    }
    assert!(compared > 10, "{compared} defaults");
}

#[test]
fn a_variable_is_named_as_its_setting() {
    for (name, (variables, _)) in rows() {
        let of_rocket: Vec<&str> =
            variables.split('`').filter(|it| it.starts_with("ROCKET_")).collect();
        for variable in of_rocket {
            let section = name.split('.').next().expect("a name has a first part");
            let own = format!("ROCKET_{}", section.to_uppercase());
            assert_eq!(variable, own, "{name}");
        }
    }
}
