//! The host from outside: plans of small modules.

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
