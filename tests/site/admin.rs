//! The admin, as staff meet it.

mod actions;
pub(crate) mod archive;
mod autocomplete;
mod delete;
mod desk;
mod export;
mod filters;
mod form;
mod history;
mod hotel;
mod import;
mod index;
mod list;
mod log;
mod modules;
mod password;
mod search;
mod superusers;
