//! Settings for passwords.

use module_api::serde::{Deserialize, Serialize};

use super::{Algorithm, pbkdf2};

/// The part of `[default.modules.accounts]` that is about passwords.
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
    /// `"pbkdf2_sha256"` for as long as a Django runs on the same database that has no
    /// `argon2-cffi` or does not list its hasher.
    pub password_hasher: Algorithm,
    /// The rounds of a Django that still runs on the same database, with `"pbkdf2_sha256"`: 260000
    /// for Django 3.2, 600000 for 4.2, 1000000 for 5.2. New hashes get as many, which Django keeps,
    /// and those of this algorithm that are there are kept, however many they have: each side's
    /// replacing the other's hash would end sessions on the other side.
    pub pbkdf2_rounds: Option<u32>,
}

impl PasswordSettings {
    /// The rounds of new hashes of PBKDF2.
    pub(super) fn rounds(self) -> u32 {
        self.pbkdf2_rounds.unwrap_or(pbkdf2::ROUNDS)
    }

    /// Validates the rounds: the error message, if they are invalid.
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
