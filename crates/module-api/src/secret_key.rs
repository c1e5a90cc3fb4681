//! The site's secret key, and values signed with it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The length of a signature, in bytes.
const SIGNATURE: usize = 32;

/// The key with which the site signs values that visitors return. The host manages it: it is the
/// setting `secret_key`; if that is not set, in the profile `local`, a random key at each start.
///
/// ```
/// use module_api::SecretKey;
///
/// let key = SecretKey::new("a kettle, a stone, and nine blue herons at noon");
/// let signed = key.sign("guests.invitation", "ann");
/// assert_eq!(key.verify("guests.invitation", &signed), Some("ann"));
/// assert_eq!(key.verify("guests.farewell", &signed), None);
/// assert_eq!(key.verify("guests.invitation", &signed.replace("ann", "bob")), None);
/// ```
#[derive(Clone)]
pub struct SecretKey(Hmac<Sha256>);

impl SecretKey {
    /// Creates a key from a secret text.
    pub fn new(secret: &str) -> Self {
        Self(Hmac::new_from_slice(secret.as_bytes()).expect("a key may have any length"))
    }

    /// Creates a random key, which is not stored.
    pub fn random() -> Self {
        let mut bytes = [0; SIGNATURE];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        Self(Hmac::new_from_slice(&bytes).expect("a key may have any length"))
    }

    /// Returns the value, preceded by its signature. A value signed for one purpose is not valid for
    /// another. Signed values are neither encrypted nor protected from being sent again.
    pub fn sign(&self, purpose: &str, value: &str) -> String {
        let signature = self.mac(purpose, value).finalize().into_bytes();
        format!("{}:{value}", hex::encode(signature))
    }

    /// Returns the value if its signature is valid for this purpose, otherwise `None`.
    pub fn verify<'a>(&self, purpose: &str, signed: &'a str) -> Option<&'a str> {
        let (signature, value) = signed.split_once(':')?;
        let mut given = [0; SIGNATURE];
        hex::decode_to_slice(signature, &mut given).ok()?;
        self.mac(purpose, value).verify_slice(&given).is_ok().then_some(value)
    }

    fn mac(&self, purpose: &str, value: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // The length separates purpose and value unambiguously.
        mac.update(&purpose.len().to_be_bytes());
        mac.update(purpose.as_bytes());
        mac.update(value.as_bytes());
        mac
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}
