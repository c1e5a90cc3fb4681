//! Settings of this module.

use std::num::NonZeroU32;

use module_api::serde::{Deserialize, Serialize};

/// `[default.modules.profiles]`
#[derive(Serialize, Deserialize)]
#[serde(crate = "module_api::serde", default)]
pub(crate) struct ProfilesSettings {
    /// The number of members on a page of the list.
    pub(crate) page_size: NonZeroU32,
}

impl Default for ProfilesSettings {
    fn default() -> Self {
        Self { page_size: NonZeroU32::new(12).expect("12 is not zero") }
    }
}
