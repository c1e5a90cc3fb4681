//! bcrypt: `bcrypt_sha256$$2b$<cost>$<salt><hash>`, or `bcrypt$…` where the password itself is
//! hashed and not its SHA-256. It is read, but not written.

use bcrypt::bcrypt;
use sha2::{Digest, Sha256};

use super::base64;
use super::stored_hash::{UnreadableHash, equal};

/// The maximum cost. Django's is 12, and each more doubles the time: this is four times Django's,
/// some seconds of one core.
const MAX_COST: u32 = 14;

/// The number of bytes that bcrypt reads. Python's `bcrypt` truncated longer passwords silently
/// before its version 5.0, so there may be hashes of longer ones.
const MAX_PASSWORD: usize = 72;

/// bcrypt computes 24 bytes, of which 23 are stored by convention.
const HASH_LENGTH: usize = 23;

pub(super) struct BcryptHash {
    /// `true` if the password is hashed with SHA-256 first, which all Django versions since 1.6
    /// prefer: then all of a long password counts.
    sha256: bool,
    cost: u32,
    salt: [u8; 16],
    hash: Vec<u8>,
}

impl BcryptHash {
    /// Parses the text after `bcrypt_sha256$` or `bcrypt$`.
    pub(super) fn parse(text: &str, sha256: bool) -> Result<Self, UnreadableHash> {
        let malformed = UnreadableHash::Malformed;
        let parts: Vec<_> = text.split('$').collect();
        // The three are the same algorithm; `2x` has a bug.
        let ["", "2a" | "2b" | "2y", cost, salt_and_hash] = parts[..] else {
            return Err(malformed("it does not have version, cost, salt and hash"));
        };
        if cost.len() != 2 || !cost.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed("the cost is no number"));
        }
        let cost = cost.parse().ok().filter(|cost| *cost >= 4).ok_or(malformed("the cost"))?;
        if cost > MAX_COST {
            return Err(UnreadableHash::TooCostly("cost"));
        }
        let (salt, hash) =
            salt_and_hash.split_at_checked(22).ok_or(malformed("the salt is too short"))?;
        let salt = base64::from_bcrypt(salt)
            .and_then(|salt| salt.try_into().ok())
            .ok_or(malformed("the salt is not bcrypt's Base64"))?;
        let hash = base64::from_bcrypt(hash)
            .filter(|hash| hash.len() == HASH_LENGTH)
            .ok_or(malformed("the hash has another length or is not bcrypt's Base64"))?;
        Ok(Self { sha256, cost, salt, hash })
    }

    pub(super) fn matches(&self, password: &str) -> bool {
        let mut key = if self.sha256 {
            hex::encode(Sha256::digest(password)).into_bytes()
        } else {
            password.as_bytes().to_vec()
        };
        // The null that terminates a string in C is part of the key, if there is room for it.
        key.push(0);
        key.truncate(MAX_PASSWORD);
        equal(&bcrypt(self.cost, self.salt, &key)[..HASH_LENGTH], &self.hash)
    }
}
