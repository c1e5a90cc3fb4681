//! Holiday Homes (Orange County Lettings): its modules, settings and files.
//!
//! A crate that is only a dependency is dropped by the linker, registration and all, without a
//! warning: naming it here links it. `unused_crate_dependencies` makes a forgotten line an error.

#![cfg_attr(not(test), deny(unused_crate_dependencies))]

#[path = "../migrations/unsplit_tables.rs"]
mod unsplit_tables;

use host::Site;
use module_api::embed;

#[cfg(feature = "accounts")]
use accounts as _;
#[cfg(feature = "admin")]
use admin as _;
#[cfg(feature = "bookings")]
use bookings as _;
#[cfg(feature = "home")]
use home as _;
#[cfg(feature = "lettings")]
use lettings as _;
#[cfg(feature = "profiles")]
use profiles as _;

/// A page takes some hundred allocations. With glibc's allocator, the processor time of a request was a
/// third more, for kept pages and rendered ones; this one takes 6 MiB more memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The site: its appearance and setup, without its modules.
pub fn site() -> Site {
    host::site!()
        .settings(include_str!("../Rocket.toml"))
        .templates(embed!("templates"))
        .assets(embed!("assets"))
        .migration_code(unsplit_tables::migrations())
}
