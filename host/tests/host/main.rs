//! What the host promises, seen from outside: the plan against small modules of the test's own,
//! and the program with its commands.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

mod assets;
mod catchers_and_state;
mod command_line;
mod migrations;
mod models;
mod processes;
mod routes;
mod selection;
mod settings;
mod support;
mod templates;
