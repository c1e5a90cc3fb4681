//! What a site can set about this module.

use module_api::serde::{Deserialize, Serialize};

use crate::passwords::PasswordSettings;

/// `[default.modules.accounts]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(crate = "module_api::serde", default)]
pub struct AccountsSettings {
    /// Those about passwords.
    #[serde(flatten)]
    pub passwords: PasswordSettings,
}
