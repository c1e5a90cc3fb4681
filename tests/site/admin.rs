//! The admin, as staff meet it.

mod autocomplete;
mod desk;
mod modules;
mod search;
