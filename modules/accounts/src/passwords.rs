//! Password hashing in Django's encodings: hashes of a Django on the same database are read here,
//! and vice versa.
//!
//! [`encode`] and [`verify`] compute hashes, which takes long by intent. Handlers use a
//! [`Hasher`], which computes them outside of the server's threads.

mod argon2;
mod base64;
mod bcrypt;
mod common_passwords;
mod hash_memory;
mod hasher;
mod pbkdf2;
mod salt;
mod scrypt;
mod settings;
mod similarity;
mod stored_hash;
#[cfg(test)]
mod tests;
mod validation;

use module_api::serde::{Deserialize, Serialize};

pub use self::hasher::{Hasher, HasherError};
pub use self::settings::PasswordSettings;
pub use self::validation::{UserAttributes, password_help_texts, validate_password};

use self::argon2::Argon2Hash;
use self::pbkdf2::Pbkdf2Hash;
use self::stored_hash::StoredHash;

/// The algorithm for new password hashes.
///
/// See [`encode`] for an example.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(crate = "module_api::serde")]
pub enum Algorithm {
    /// Argon2id with 19 MiB, two passes and one lane: `argon2$argon2id$v=19$m=19456,t=2,p=1$…`.
    ///
    /// These are OWASP's parameters and not Django's, which are 100 MiB, two passes and eight
    /// lanes. The lanes would gain nothing here, where as many passwords are hashed at once as
    /// there are cores, and the memory is that of all of them together. A Django with
    /// `argon2-cffi` verifies these hashes too: the parameters are part of the hash.
    #[default]
    #[serde(rename = "argon2")]
    Argon2,
    /// PBKDF2 with HMAC-SHA256 and Django 5.2's 1,000,000 rounds, unless the settings say
    /// otherwise: `pbkdf2_sha256$1000000$…`.
    ///
    /// Every Django verifies it, without additional packages.
    #[serde(rename = "pbkdf2_sha256")]
    Pbkdf2Sha256,
}

/// The result of comparing a password with a stored hash.
///
/// ```
/// use accounts::passwords::{Algorithm, PasswordSettings, Verification, encode, verify};
///
/// let (password_hasher, pbkdf2_rounds) = (Algorithm::Pbkdf2Sha256, Some(1000));
/// let old = encode("correct horse", PasswordSettings { password_hasher, pbkdf2_rounds }).unwrap();
///
/// let verification = verify("correct horse", &old, Algorithm::Argon2).unwrap();
/// assert_eq!(verification, Verification::RightButOld);
/// let verification = verify("battery staple", &old, Algorithm::Argon2).unwrap();
/// assert_eq!(verification, Verification::Wrong);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// The password is wrong, or no password can be right: the hash is unusable or cannot be
    /// parsed.
    Wrong,
    /// The password is right.
    Right,
    /// The password is right, and its hash should be replaced: it is of another algorithm than
    /// the preferred one, or weaker than new ones. A stronger one is kept.
    RightButOld,
}

/// There is not enough memory to compute a hash: the result is unknown.
///
/// Returned by [`encode`] and [`verify`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no memory to compute a password's hash in")]
pub struct OutOfMemory;

/// Hashes a password with a new salt, in Django's encoding.
///
/// # Errors
///
/// 19 MiB of memory for Argon2 cannot be allocated.
///
/// # Panics
///
/// The operating system has no random numbers.
///
/// ```
/// use accounts::passwords::{Algorithm, OutOfMemory, Verification, encode, verify};
///
/// # fn main() -> Result<(), OutOfMemory> {
/// let encoded = encode("correct horse", Algorithm::Argon2)?;
/// assert!(encoded.starts_with("argon2$argon2id$v=19$m=19456,t=2,p=1$"));
/// assert_eq!(verify("correct horse", &encoded, Algorithm::Argon2)?, Verification::Right);
/// assert_eq!(verify("battery staple", &encoded, Algorithm::Argon2)?, Verification::Wrong);
/// # Ok(())
/// # }
/// ```
pub fn encode(
    password: &str,
    settings: impl Into<PasswordSettings>,
) -> Result<String, OutOfMemory> {
    let settings = settings.into();
    match settings.password_hasher {
        Algorithm::Argon2 => Argon2Hash::encode(password),
        Algorithm::Pbkdf2Sha256 => Ok(Pbkdf2Hash::encode(password, settings.rounds())),
    }
}

/// Returns the stored value for a user without a password, which no password matches. It is
/// Django's `!` and 40 random characters, so that all are different.
///
/// ```
/// use accounts::passwords::{Algorithm, Verification, unusable, verify};
///
/// let encoded = unusable();
/// assert!(encoded.starts_with('!') && encoded.len() == 41);
/// assert_eq!(verify(&encoded, &encoded, Algorithm::Argon2), Ok(Verification::Wrong));
/// ```
#[must_use]
pub fn unusable() -> String {
    format!("!{}", salt::characters(40))
}

/// Compares a password with the stored value of a user, which can be any text.
///
/// The supported encodings are Django's `argon2`, `pbkdf2_sha256`, `pbkdf2_sha1`, `scrypt`,
/// `bcrypt_sha256` and `bcrypt`. Any other value is [`Verification::Wrong`], as is a hash whose
/// parameters are far beyond those of Django: a row must not be able to stall the server or to
/// exhaust its memory.
///
/// `settings` determine whether the hash is an old one.
///
/// # Errors
///
/// There is not enough memory to compute the hash.
pub fn verify(
    password: &str,
    encoded: &str,
    settings: impl Into<PasswordSettings>,
) -> Result<Verification, OutOfMemory> {
    match StoredHash::parse(encoded) {
        Ok(hash) => hash.verify(password, settings.into()),
        Err(_) => Ok(Verification::Wrong),
    }
}
