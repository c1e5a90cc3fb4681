//! Random keys that browsers store, of which the database has only hashes.

use sha2::{Digest, Sha256};

/// The length of a key, in bytes: 256 bits.
const LENGTH: usize = 32;

/// A random key. It is never printed: its holder is authenticated by it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret([u8; LENGTH]);

impl Secret {
    /// Creates a key from the operating system's random numbers.
    pub(crate) fn random() -> Self {
        let mut bytes = [0; LENGTH];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        Self(bytes)
    }

    /// Parses the value of a cookie; `None` if it is not valid.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return None;
        }
        let mut bytes = [0; LENGTH];
        hex::decode_to_slice(text, &mut bytes).ok().map(|()| Self(bytes))
    }

    /// Returns the value of the cookie.
    pub(crate) fn text(&self) -> String {
        hex::encode(self.0)
    }

    /// Returns the value in the database.
    pub(crate) fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.0))
    }
}

/// The fingerprint of several texts, as 64 hexadecimal digits. The first names their kind; only the
/// last may be chosen by a client.
pub(crate) fn fingerprint(texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text);
        digest.update([0]);
    }
    hex::encode(digest.finalize())
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
