//! Salts as Django makes them.

use crate::random_text::random_text;

/// Letters and digits: they stand in every encoding as they are.
const CHARACTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Django's: the fewest characters that hold 128 bits. A shorter salt makes a hash old.
pub(super) const LENGTH: usize = 22;

/// A new salt.
pub(super) fn random() -> String {
    characters(LENGTH)
}

/// Returns this many random characters.
pub(super) fn characters(length: usize) -> String {
    random_text(CHARACTERS, length)
}
