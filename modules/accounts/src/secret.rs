//! Random keys that browsers keep, and of which the database has only hashes.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Bytes of a key: 256 bits.
const LENGTH: usize = 32;

/// A random key. It is never printed: who has it, is taken for who was given it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret([u8; LENGTH]);

impl Secret {
    /// A new one, of the operating system's random numbers.
    pub(crate) fn random() -> Self {
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        Self(bytes)
    }

    /// Reads what a cookie holds; nothing if that is not of our making.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let is_digit = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        if digits.len() != 2 * LENGTH || !digits.iter().all(is_digit) {
            return None;
        }
        let mut bytes = [0; LENGTH];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// What a cookie holds.
    pub(crate) fn text(&self) -> String {
        hex(&self.0)
    }

    /// What the database holds.
    pub(crate) fn hash(&self) -> String {
        hex(&Sha256::digest(self.0))
    }
}

/// A fingerprint of several texts, as 64 hexadecimal digits. The first says what they are; only the
/// last may be of anybody's choice.
pub(crate) fn fingerprint(texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text);
        digest.update([0]);
    }
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_and_in_no_other_form() {
        let secret = Secret::random();
        let text = secret.text();
        assert!(Secret::parse(&text) == Some(secret));
        let capitals = "A".repeat(64);
        for other in ["", &text[1..], &format!("{text}0"), &capitals, &"é".repeat(32)] {
            assert!(Secret::parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn the_hash_says_nothing_of_the_key() {
        let (one, other) = (Secret::random(), Secret::random());
        assert_ne!(one.hash(), other.hash());
        assert_ne!(one.hash(), one.text());
        assert_eq!(one.hash().len(), 64);
    }

    #[test]
    fn texts_that_are_cut_elsewhere_have_another_fingerprint() {
        assert_ne!(fingerprint(&["pair", "1", "2"]), fingerprint(&["pair", "12", ""]));
        assert_ne!(fingerprint(&["account", "1"]), fingerprint(&["network", "1"]));
    }
}
