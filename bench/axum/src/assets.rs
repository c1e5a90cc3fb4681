//! Addresses of the assets.

use std::collections::HashMap;
use std::error::Error;
use std::fs;

use serde::Deserialize;

/// The addresses of the assets in the pages, with hashed names.
pub(crate) struct Assets {
    pub(crate) favicon: String,
    pub(crate) plain_style: String,
    pub(crate) site_style: String,
    pub(crate) home_style: String,
    pub(crate) hero: String,
    pub(crate) lettings_style: String,
    pub(crate) profiles_style: String,
}

/// The manifest from `collectstatic`: the hashed name of each asset.
#[derive(Deserialize)]
struct Manifest {
    paths: HashMap<String, String>,
}

impl Assets {
    /// Reads the manifest from a file.
    pub(crate) fn read(file: &str) -> Result<Self, Box<dyn Error>> {
        let manifest: Manifest = serde_json::from_slice(&fs::read(file)?)?;
        let address = |name: &str| match manifest.paths.get(name) {
            Some(hashed) => Ok(format!("/static/{hashed}")),
            None => Err(format!("there is no asset `{name}`")),
        };
        Ok(Self {
            favicon: address("host/favicon.svg")?,
            plain_style: address("host/site.css")?,
            site_style: address("site/style.css")?,
            home_style: address("home/home.css")?,
            hero: address("home/hero.svg")?,
            lettings_style: address("lettings/lettings.css")?,
            profiles_style: address("profiles/profiles.css")?,
        })
    }
}
