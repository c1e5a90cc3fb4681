//! Parsing of the column `password`, whose parameters are not trusted: they set the cost.

use subtle::ConstantTimeEq;

use super::argon2::{self, Argon2Hash};
use super::bcrypt::BcryptHash;
use super::pbkdf2::{Digest, Pbkdf2Hash};
use super::scrypt::ScryptHash;
use super::{Algorithm, OutOfMemory, PasswordSettings, Verification};

/// The maximum length, in bytes. Django's column has 128 characters, which may have more bytes.
const MAX_LENGTH: usize = 512;

/// The maximum memory of a hash. Django's Argon2 takes 100 MiB.
pub(super) const MAX_MEMORY_KIB: u64 = 128 * 1024;

/// The maximum of the memory that is written in total, which bounds the time to about a second.
pub(super) const MAX_MEMORY_WRITTEN_KIB: u64 = 1024 * 1024;

/// The reason why passwords cannot be compared with a stored value.
///
/// The messages do not contain the hash, so they can be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum UnreadableHash {
    /// Django's `set_unusable_password`, or empty text: the user has no password.
    #[error("the user has no usable password")]
    Unusable,
    #[error("its algorithm is none of those that are read")]
    UnknownAlgorithm,
    #[error("it is no hash of its algorithm: {0}")]
    Malformed(&'static str),
    #[error("it asks for more than is allowed: {0}")]
    TooCostly(&'static str),
}

/// A hash that can be compared with a password in bounded time and memory.
pub(super) enum StoredHash {
    Argon2(Argon2Hash),
    Pbkdf2(Pbkdf2Hash),
    Scrypt(ScryptHash),
    Bcrypt(BcryptHash),
}

impl StoredHash {
    pub(super) fn parse(encoded: &str) -> Result<Self, UnreadableHash> {
        if encoded.is_empty() || encoded.starts_with('!') {
            return Err(UnreadableHash::Unusable);
        }
        if encoded.len() > MAX_LENGTH {
            return Err(UnreadableHash::Malformed("it is too long"));
        }
        let (algorithm, rest) = encoded.split_once('$').ok_or(UnreadableHash::UnknownAlgorithm)?;
        match algorithm {
            "argon2" => Argon2Hash::parse(rest).map(Self::Argon2),
            "pbkdf2_sha256" => Pbkdf2Hash::parse(rest, Digest::Sha256).map(Self::Pbkdf2),
            "pbkdf2_sha1" => Pbkdf2Hash::parse(rest, Digest::Sha1).map(Self::Pbkdf2),
            "scrypt" => ScryptHash::parse(rest).map(Self::Scrypt),
            "bcrypt_sha256" => BcryptHash::parse(rest, true).map(Self::Bcrypt),
            "bcrypt" => BcryptHash::parse(rest, false).map(Self::Bcrypt),
            _ => Err(UnreadableHash::UnknownAlgorithm),
        }
    }

    /// A hash as costly as a new one, of an unknown password, to compare with if there is no
    /// other. The caller must treat any result as wrong.
    pub(super) fn of_nothing(settings: PasswordSettings) -> Self {
        match settings.password_hasher {
            Algorithm::Argon2 => Self::Argon2(Argon2Hash::of_nothing()),
            Algorithm::Pbkdf2Sha256 => Self::Pbkdf2(Pbkdf2Hash::of_nothing(settings.rounds())),
        }
    }

    pub(super) fn verify(
        &self,
        password: &str,
        settings: PasswordSettings,
    ) -> Result<Verification, OutOfMemory> {
        let right = match self {
            Self::Argon2(hash) => hash.matches(password)?,
            Self::Pbkdf2(hash) => hash.matches(password),
            Self::Scrypt(hash) => hash.matches(password)?,
            Self::Bcrypt(hash) => hash.matches(password),
        };
        Ok(match (right, self.is_old(settings)) {
            (false, _) => Verification::Wrong,
            (true, false) => Verification::Right,
            (true, true) => Verification::RightButOld,
        })
    }

    pub(super) fn is_old(&self, settings: PasswordSettings) -> bool {
        match (settings.password_hasher, self) {
            (Algorithm::Argon2, Self::Argon2(hash)) => hash.is_old(),
            (Algorithm::Pbkdf2Sha256, Self::Pbkdf2(hash)) => hash.is_old(settings),
            _ => true,
        }
    }

    /// Returns `true` if the hash needs more memory than a new one.
    pub(super) fn is_large(&self) -> bool {
        let memory_kib = match self {
            Self::Argon2(hash) => hash.memory_kib(),
            Self::Scrypt(hash) => hash.memory_kib(),
            // A few kilobytes.
            Self::Pbkdf2(_) | Self::Bcrypt(_) => 0,
        };
        memory_kib > u64::from(argon2::MEMORY_KIB)
    }
}

/// Compares the bytes in constant time.
pub(super) fn equal(computed: &[u8], stored: &[u8]) -> bool {
    computed.ct_eq(stored).into()
}

/// Parses a number as Django writes it: only digits, without leading zeros.
pub(super) fn number(text: &str) -> Option<u32> {
    let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if canonical { text.parse().ok() } else { None }
}
