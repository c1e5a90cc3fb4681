//! The file of captured pages.

use std::error::Error;
use std::fs;

use serde::Deserialize;

/// A captured page, which lives as long as the program.
#[derive(Deserialize)]
pub(crate) struct Page {
    /// The path it is served at.
    pub(crate) path: String,
    /// Header names and values, except those that each server writes itself.
    pub(crate) headers: Vec<(String, String)>,
    /// The HTML.
    pub(crate) body: String,
}

/// Reads the pages of a JSON file.
pub(crate) fn read(file: &str) -> Result<&'static [Page], Box<dyn Error>> {
    let pages: Vec<Page> = serde_json::from_slice(&fs::read(file)?)?;
    Ok(pages.leak())
}
