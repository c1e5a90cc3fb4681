//! Settings for passwords.

use module_api::serde::{Deserialize, Serialize};

use super::{Algorithm, pbkdf2};

/// The settings for passwords in `[default.modules.accounts]`.
///
/// ```toml
/// [default.modules.accounts]
/// password_hasher = "pbkdf2_sha256"
/// pbkdf2_rounds = 260000
/// ```
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(crate = "module_api::serde", default)]
pub struct PasswordSettings {
    /// The algorithm for new hashes, and for rehashing others at the next login: `"argon2"`, or
    /// `"pbkdf2_sha256"` while a Django runs on the same database that lacks `argon2-cffi` or does
    /// not list its hasher.
    pub password_hasher: Algorithm,
    /// The rounds of a Django that still runs on the same database, with `"pbkdf2_sha256"`: 260000
    /// for Django 3.2, 600000 for 4.2, 1000000 for 5.2. New hashes get as many rounds, so that
    /// Django keeps them, and existing ones of this algorithm are kept, regardless of their rounds:
    /// if both sides replaced each other's hashes, sessions on the other side would end.
    pub pbkdf2_rounds: Option<u32>,
}

impl PasswordSettings {
    /// The number of rounds of new PBKDF2 hashes.
    pub(super) fn rounds(self) -> u32 {
        self.pbkdf2_rounds.unwrap_or(pbkdf2::ROUNDS)
    }

    /// Validates the rounds; returns the error message if they are not valid.
    pub(crate) fn rounds_error(self) -> Option<String> {
        let (least, most) = (pbkdf2::LEAST_ROUNDS, pbkdf2::MAX_ROUNDS);
        match (self.password_hasher, self.pbkdf2_rounds?) {
            (Algorithm::Argon2, _) => Some(
                "it is of no use with Argon2: set `password_hasher = \"pbkdf2_sha256\"`, or \
                 remove it"
                    .to_owned(),
            ),
            (Algorithm::Pbkdf2Sha256, rounds) if !(least..=most).contains(&rounds) => {
                Some(format!("it is from {least} to {most}; Django 5.2 has 1000000"))
            }
            _ => None,
        }
    }
}

impl From<Algorithm> for PasswordSettings {
    fn from(password_hasher: Algorithm) -> Self {
        Self { password_hasher, ..Self::default() }
    }
}
