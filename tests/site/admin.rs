//! The admin, as staff meet it.

mod actions;
mod archive;
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
mod modules;
mod password;
mod search;
mod superusers;
