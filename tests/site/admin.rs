//! The admin, as staff meet it.

mod archive;
mod autocomplete;
mod delete;
mod desk;
mod modules;
mod search;
