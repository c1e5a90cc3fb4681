//! Checks of the database's settings, without opening it.

use module_api::Problem;
use module_api::db::{DatabaseOptions, DatabaseUrlError};
use rocket::figment::value::Value;

use crate::settings::{Settings, origin_of, unknown_keys, unreadable};

/// The section of these settings.
const TABLE: &str = "databases.site";

/// Checks the section `databases.site`.
pub(super) fn check(settings: &Settings, problems: &mut Vec<Problem>) {
    let figment = &settings.figment;
    for (table, known) in [("databases", &["site"][..]), (TABLE, DatabaseOptions::KEYS)] {
        match figment.find_value(table) {
            Ok(Value::Dict(_, given)) => {
                problems.extend(unknown_keys(figment, table, given.keys(), known));
            }
            Ok(_) => {
                let message = format!("`{table}` in {} is not a table", origin_of(figment, table));
                let hint = "write [default.databases.site]";
                problems.push(Problem::error("settings.E003", message).hint(hint));
                return;
            }
            Err(_) => {}
        }
    }
    match settings.database().extract::<DatabaseOptions>() {
        Err(errors) => problems.extend(errors.into_iter().map(|mut error| {
            error.path.splice(0..0, TABLE.split('.').map(str::to_owned));
            unreadable(figment, &error)
        })),
        Ok(options) => {
            if let Err(error) = options.location() {
                let place = origin_of(figment, "databases.site.url");
                let message =
                    format!("`databases.site.url` in {place}: {}", module_api::with_causes(&error));
                let hint = match error {
                    DatabaseUrlError::Empty => {
                        "set DATABASE_URL to the database's address, \
                         postgres://USER:PASSWORD@HOST/NAME"
                    }
                    _ => "write sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME",
                };
                problems.push(Problem::error("settings.E007", message).hint(hint));
            }
        }
    }
}
