//! Checks that each setting under `[…modules]` is known, and has the right type.

use module_api::{Problem, SettingError};
use rocket::figment::Figment;
use rocket::figment::value::{Dict, Value};

use crate::planned::PlannedModule;
use crate::settings::Settings;
use crate::settings::{origin_of, unknown_keys, unreadable};
use module_api::suggestion;

/// The host's own keys in the section of each module.
const OF_THE_HOST: [&str; 2] = ["enabled", "mount"];

/// Checks the sections of all modules, active or not.
pub(super) fn validate(
    modules: &[PlannedModule],
    settings: &Settings,
    problems: &mut Vec<Problem>,
) {
    let figment = &settings.figment;
    let sections = match figment.find_value("modules") {
        Err(_) => return,
        Ok(Value::Dict(_, sections)) => sections,
        Ok(_) => {
            let message = format!("`modules` in {} is not a table", origin_of(figment, "modules"));
            let hint = "write [default.modules.NAME]";
            problems.push(Problem::error("settings.E003", message).hint(hint));
            return;
        }
    };
    for (name, section) in &sections {
        let key = format!("modules.{name}");
        let Some(module) = modules.iter().find(|module| module.name() == name) else {
            let place = origin_of_section(figment, &key, section);
            let message = format!("`{key}` in {place} is for a module that is not linked");
            let hint = suggestion(name, modules.iter().map(PlannedModule::name));
            problems.push(Problem::error("settings.E001", message).module(name).hint(hint));
            continue;
        };
        let before = problems.len();
        match section.as_dict() {
            Some(section) => validate_section(figment, module, &key, section, problems),
            None => {
                let message = format!("`{key}` in {} is not a table", origin_of(figment, &key));
                let hint = format!("write [default.{key}]");
                problems.push(Problem::error("settings.E003", message).hint(hint));
            }
        }
        for problem in &mut problems[before..] {
            problem.modules.push(name.clone());
        }
    }
}

fn validate_section(
    figment: &Figment,
    module: &PlannedModule,
    key: &str,
    section: &Dict,
    problems: &mut Vec<Problem>,
) {
    let schema = module.registration.module.settings();
    let defaults = match schema.defaults() {
        Ok(defaults) => defaults,
        Err(error) => {
            let message = format!("the defaults of its settings cannot be written: {error}");
            let hint = "derive Serialize for a plain struct with named fields";
            problems.push(Problem::error("settings.E005", message).hint(hint));
            return;
        }
    };
    let mut known: Vec<&str> = defaults.keys().map(String::as_str).collect();
    known.extend(OF_THE_HOST);
    problems.extend(unknown_keys(figment, key, section.keys(), &known));
    for (name, default) in &defaults {
        unknown_nested(figment, &format!("{key}.{name}"), section.get(name), default, problems);
    }
    match schema.validate(&module.section) {
        Ok(errors) => problems.extend(errors.iter().map(|error| broken_rule(figment, key, error))),
        Err(errors) => problems.extend(errors.into_iter().map(|mut error| {
            error.path.splice(0..0, key.split('.').map(str::to_owned));
            unreadable(figment, &error)
        })),
    }
    let enabled = figment.extract_inner::<bool>(&format!("{key}.enabled"));
    let mount = figment.extract_inner::<String>(&format!("{key}.mount"));
    for error in [enabled.err(), mount.err()].into_iter().flatten().flatten() {
        if !error.missing() {
            problems.push(unreadable(figment, &error));
        }
    }
}

/// The problem of a value that breaks a module's rule.
fn broken_rule(figment: &Figment, section: &str, error: &SettingError) -> Problem {
    let key = format!("{section}.{}", error.field);
    let message = format!("`{key}` in {}: {}", origin_of(figment, &key), error.message);
    Problem::error("settings.E015", message).hint("give it another value, or leave it out")
}

/// Recurses into tables with defaults; an empty default accepts any keys.
fn unknown_nested(
    figment: &Figment,
    key: &str,
    given: Option<&Value>,
    default: &Value,
    problems: &mut Vec<Problem>,
) {
    let (Some(Value::Dict(_, given)), Value::Dict(_, defaults)) = (given, default) else { return };
    if defaults.is_empty() {
        return;
    }
    let known: Vec<&str> = defaults.keys().map(String::as_str).collect();
    problems.extend(unknown_keys(figment, key, given.keys(), &known));
    for (name, default) in defaults {
        unknown_nested(figment, &format!("{key}.{name}"), given.get(name), default, problems);
    }
}

/// Returns the origin of a table: that of its first value, since a table itself has none.
fn origin_of_section(figment: &Figment, key: &str, section: &Value) -> String {
    let first = section.as_dict().and_then(|section| section.keys().next());
    match first {
        Some(first) => origin_of(figment, &format!("{key}.{first}")),
        None => origin_of(figment, key),
    }
}
