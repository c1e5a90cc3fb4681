//! The variants of Base64 in Django's hashes.

use base64::Engine;
use base64::alphabet::BCRYPT;
use base64::engine::general_purpose::{NO_PAD, STANDARD, STANDARD_NO_PAD};
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

/// bcrypt's own alphabet. A salt of 16 bytes leaves four bits of its last character unused, which
/// bcrypt ignores.
const BCRYPT_ENGINE: GeneralPurpose = GeneralPurpose::new(&BCRYPT, BCRYPT_CONFIG);
const BCRYPT_CONFIG: GeneralPurposeConfig = NO_PAD.with_decode_allow_trailing_bits(true);

/// With `=` padding: PBKDF2 and scrypt.
pub(super) fn padded(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Without padding: Argon2.
pub(super) fn unpadded(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

pub(super) fn from_padded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(super) fn from_unpadded(text: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(text).ok()
}

pub(super) fn from_bcrypt(text: &str) -> Option<Vec<u8>> {
    BCRYPT_ENGINE.decode(text).ok()
}
