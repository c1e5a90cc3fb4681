//! What a site can set about passwords.

use module_api::serde::{Deserialize, Serialize};

use super::Algorithm;

/// The part of `[default.modules.accounts]` that is about passwords.
///
/// ```toml
/// [default.modules.accounts]
/// password_hasher = "pbkdf2_sha256"
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(crate = "module_api::serde", default)]
pub struct PasswordSettings {
    /// What new passwords are hashed with, and those that are stored otherwise at the next good
    /// login: `"argon2"`, or `"pbkdf2_sha256"` for as long as a Django runs on the same database
    /// that has no `argon2-cffi` or does not list its hasher.
    pub password_hasher: Algorithm,
}
