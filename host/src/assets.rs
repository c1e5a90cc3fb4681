//! The files under `/static/`: collected from the modules, named after their content, compressed on
//! demand, and served with cache headers.

mod catalog;
mod css;
pub(crate) mod encoding;
mod range;
mod serve;
mod store;

pub(crate) use catalog::{Asset, Catalog};
pub(crate) use serve::{matches_tag, routes};
pub(crate) use store::AssetStore;

#[cfg(fuzzing)]
pub(crate) use {
    encoding::{Available, negotiate},
    range::parse as parse_range,
};

/// The prefix of the assets' paths, before the module's name.
pub(crate) const PREFIX: &str = "/static/";
