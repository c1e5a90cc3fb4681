//! The modules that are built into the binary. This is the only place that names them.
//!
//! A crate that is only a dependency is dropped by the linker, registration and all, without a
//! word; naming it here is what links it. `unused_crate_dependencies` makes a
//! forgotten line an error.

#[cfg(feature = "accounts")]
use accounts as _;
#[cfg(feature = "admin")]
use admin as _;
#[cfg(feature = "home")]
use home as _;
#[cfg(feature = "lettings")]
use lettings as _;
#[cfg(feature = "profiles")]
use profiles as _;
