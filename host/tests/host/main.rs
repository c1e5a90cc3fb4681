//! What the host promises, seen from outside: the plan of small modules.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod assets;
mod catchers_and_state;
mod literal_names;
mod migrations;
mod models;
mod routes;
mod selection;
mod settings;
mod support;
mod templates;
