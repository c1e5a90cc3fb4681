//! Lettings, as visitors meet them.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

mod pages;
mod paging;
mod sections;

use lettings as _;
