//! PBKDF2: `pbkdf2_sha256$<rounds>$<salt>$<hash>`, and with SHA-1 in old hashes.

use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::Sha256;

use super::stored_hash::{UnreadableHash, equal, number};
use super::{PasswordSettings, base64, salt};

/// Django 5.2's number of rounds.
pub(super) const ROUNDS: u32 = 1_000_000;

/// About ten times Django's rounds in the year 2025, some seconds of one core.
pub(super) const MAX_ROUNDS: u32 = 10_000_000;

/// Django 2.0's: the minimum for new hashes.
pub(super) const LEAST_ROUNDS: u32 = 100_000;

/// The underlying hash function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Digest {
    Sha256,
    Sha1,
}

impl Digest {
    const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha1 => 20,
        }
    }
}

pub(super) struct Pbkdf2Hash {
    digest: Digest,
    rounds: u32,
    salt: String,
    hash: Vec<u8>,
}

impl Pbkdf2Hash {
    pub(super) fn encode(password: &str, rounds: u32) -> String {
        let salt = salt::random();
        let hash = compute(Digest::Sha256, password, &salt, rounds);
        format!("pbkdf2_sha256${rounds}${salt}${}", base64::padded(&hash))
    }

    /// Parses the text after `pbkdf2_sha256$` or `pbkdf2_sha1$`.
    pub(super) fn parse(text: &str, digest: Digest) -> Result<Self, UnreadableHash> {
        let malformed = UnreadableHash::Malformed;
        let parts: Vec<_> = text.split('$').collect();
        let [rounds, salt, hash] = parts[..] else {
            return Err(malformed("it does not have rounds, salt and hash"));
        };
        let rounds = number(rounds).ok_or(malformed("the rounds are no number"))?;
        if rounds > MAX_ROUNDS {
            return Err(UnreadableHash::TooCostly("rounds"));
        }
        if salt.is_empty() {
            return Err(malformed("there is no salt"));
        }
        let hash = base64::from_padded(hash)
            .filter(|hash| hash.len() == digest.length())
            .ok_or(malformed("the hash has another length or is not Base64"))?;
        Ok(Self { digest, rounds, salt: salt.to_owned(), hash })
    }

    pub(super) fn of_nothing(rounds: u32) -> Self {
        let digest = Digest::Sha256;
        Self { digest, rounds, salt: salt::random(), hash: vec![0; digest.length()] }
    }

    pub(super) fn matches(&self, password: &str) -> bool {
        equal(&compute(self.digest, password, &self.salt, self.rounds), &self.hash)
    }

    /// Returns `true` if the hash is of SHA-1, or weaker than new ones. More rounds than ours are
    /// not old: a later Django on the same database writes more, and the two would replace each
    /// other's hashes for ever.
    pub(super) fn is_old(&self, settings: PasswordSettings) -> bool {
        let is_weak = self.rounds < ROUNDS || self.salt.chars().count() < salt::LENGTH;
        self.digest != Digest::Sha256 || (is_weak && settings.pbkdf2_rounds.is_none())
    }
}

fn compute(digest: Digest, password: &str, salt: &str, rounds: u32) -> Vec<u8> {
    let compute = match digest {
        Digest::Sha256 => pbkdf2_hmac::<Sha256>,
        Digest::Sha1 => pbkdf2_hmac::<Sha1>,
    };
    let mut hash = vec![0; digest.length()];
    compute(password.as_bytes(), salt.as_bytes(), rounds, &mut hash);
    hash
}
