//! The site's secret, and what is signed with it.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes of a signature.
const SIGNATURE: usize = 32;

/// The key with which the site signs what it gives away and wants back unchanged. The host manages
/// it: it is the setting `secret_key`, and in the profile `local`, if that is not set, another one at
/// each start.
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
    /// Of a secret text.
    pub fn new(secret: &str) -> Self {
        Self(Hmac::new_from_slice(secret.as_bytes()).expect("a key may have any length"))
    }

    /// One that nobody knows and that is not kept.
    pub fn random() -> Self {
        let mut bytes = [0; SIGNATURE];
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        Self(Hmac::new_from_slice(&bytes).expect("a key may have any length"))
    }

    /// The value with its signature before it. What is signed for one purpose is not taken for
    /// another. The value itself can be read by whoever has it, and be sent again.
    pub fn sign(&self, purpose: &str, value: &str) -> String {
        let signature = self.mac(purpose, value).finalize().into_bytes();
        format!("{}:{value}", hex::encode(signature))
    }

    /// The value that was signed for this purpose; nothing if it was not.
    pub fn verify<'a>(&self, purpose: &str, signed: &'a str) -> Option<&'a str> {
        let (signature, value) = signed.split_once(':')?;
        let mut given = [0; SIGNATURE];
        hex::decode_to_slice(signature, &mut given).ok()?;
        self.mac(purpose, value).verify_slice(&given).is_ok().then_some(value)
    }

    fn mac(&self, purpose: &str, value: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // The length keeps a purpose and a value from being cut elsewhere.
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
