//! The admin, as staff meet it.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod actions;
mod addresses;
mod archive;
mod autocomplete;
mod delete;
mod desk;
mod export;
mod extensions;
mod filters;
mod form;
mod history;
mod hotel;
mod import;
mod index;
mod list;
mod log;
mod modules;
mod names;
mod password;
mod refusals;
mod search;
mod search_index;
mod search_places;
mod search_repair;
mod superusers;
mod through;

use admin as _;
use home as _;
use lettings as _;
use profiles as _;
