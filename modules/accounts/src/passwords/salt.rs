//! Salts like Django's.

use crate::random_text::random_text;

/// Letters and digits, which need no escaping in any encoding.
const CHARACTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Django's length: the fewest characters with 128 bits of entropy. A hash with a shorter salt is
/// old.
pub(super) const LENGTH: usize = 22;

/// Returns a new salt.
pub(super) fn random() -> String {
    characters(LENGTH)
}

/// Returns this many random characters.
pub(super) fn characters(length: usize) -> String {
    random_text(CHARACTERS, length)
}
