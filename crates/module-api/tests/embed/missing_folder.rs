//! The folder was never made, or its name is misspelled.

use module_api::{Files, embed};

fn templates() -> Files {
    embed!("templats")
}

fn main() {
    templates();
}
