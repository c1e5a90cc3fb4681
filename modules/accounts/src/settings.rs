//! Settings of this module.

use module_api::rocket::figment::Figment;
use module_api::serde::{Deserialize, Serialize};
use module_api::{SettingError, SettingsRules};

use crate::passwords::PasswordSettings;

/// `[default.modules.accounts]`
///
/// See [`PasswordSettings`] for an example.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(crate = "module_api::serde", default)]
pub struct AccountsSettings {
    /// The settings for passwords.
    #[serde(flatten)]
    pub passwords: PasswordSettings,
}

impl SettingsRules for AccountsSettings {
    fn broken_rules(&self) -> Vec<SettingError> {
        let rounds = self.passwords.rounds_error();
        rounds.map(|message| SettingError::new("pbkdf2_rounds", message)).into_iter().collect()
    }
}

impl AccountsSettings {
    /// The settings in those of a site. Unreadable ones are problems that stop the start, and each
    /// command.
    pub(crate) fn of(site: &Figment) -> Self {
        site.extract_inner("modules.accounts").unwrap_or_default()
    }
}
