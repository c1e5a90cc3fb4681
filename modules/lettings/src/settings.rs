//! Settings of this module.

use std::num::NonZeroU32;

use module_api::serde::{Deserialize, Serialize};

/// `[default.modules.lettings]`
#[derive(Serialize, Deserialize)]
#[serde(crate = "module_api::serde", default)]
pub(crate) struct LettingsSettings {
    /// The number of lettings on a page of the list.
    pub(crate) page_size: NonZeroU32,
}

impl Default for LettingsSettings {
    fn default() -> Self {
        Self { page_size: NonZeroU32::new(12).expect("12 is not zero") }
    }
}
