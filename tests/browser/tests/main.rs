//! Tests of the site as it shows itself in a browser.

mod checks;
mod pages;
mod visits;
