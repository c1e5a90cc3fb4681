//! Argon2: `argon2$argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<hash>`.

use argon2::{Algorithm, Argon2, Params, Version};

use super::hash_memory::HashMemory;
use super::stored_hash::{MAX_MEMORY_KIB, MAX_MEMORY_WRITTEN_KIB, UnreadableHash, equal, number};
use super::{OutOfMemory, base64, salt};

/// OWASP's parameters, not Django's: see [`super::Algorithm::Argon2`].
pub(super) const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const HASH_LENGTH: usize = 32;

/// Eight times Django's. Lanes are computed one after the other; each takes at least 8 KiB.
const MAX_LANES: u32 = 64;

/// The minimum length of a hash, in bytes: a shorter one matches by chance too easily.
/// `argon2-cffi` writes 32, and 16 before its version 21.
const MIN_HASH_LENGTH: usize = 16;

pub(super) struct Argon2Hash {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Argon2Hash {
    pub(super) fn encode(password: &str) -> Result<String, OutOfMemory> {
        let new = Self::of_nothing();
        Ok(format!(
            "argon2$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${}${}",
            base64::unpadded(&new.salt),
            base64::unpadded(&new.hash(password)?),
        ))
    }

    /// Parses the text after `argon2$`.
    pub(super) fn parse(text: &str) -> Result<Self, UnreadableHash> {
        let malformed = UnreadableHash::Malformed;
        let parts: Vec<_> = text.split('$').collect();
        let (variety, version, params, salt, hash) = match parts[..] {
            [variety, version, params, salt, hash] => (variety, version, params, salt, hash),
            // Before its version 1.3 Argon2 did not write the version.
            [variety, params, salt, hash] => (variety, "v=16", params, salt, hash),
            _ => return Err(malformed("it does not have variety, parameters, salt and hash")),
        };
        let algorithm = match variety {
            "argon2id" => Algorithm::Argon2id,
            "argon2i" => Algorithm::Argon2i,
            "argon2d" => Algorithm::Argon2d,
            _ => return Err(malformed("Argon2 has no such variety")),
        };
        let version = match version {
            "v=19" => Version::V0x13,
            "v=16" => Version::V0x10,
            _ => return Err(malformed("Argon2 has no such version")),
        };
        let salt = base64::from_unpadded(salt).ok_or(malformed("the salt is not Base64"))?;
        if salt.len() < argon2::MIN_SALT_LEN {
            return Err(malformed("the salt is too short"));
        }
        let hash = base64::from_unpadded(hash)
            .filter(|hash| hash.len() >= MIN_HASH_LENGTH)
            .ok_or(malformed("the hash is too short or not Base64"))?;
        let params = parse_params(params, hash.len())?;
        Ok(Self { algorithm, version, params, salt, hash })
    }

    pub(super) fn of_nothing() -> Self {
        Self {
            algorithm: Algorithm::Argon2id,
            version: Version::V0x13,
            params: Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_LENGTH))
                .expect("the parameters are within Argon2's bounds"),
            salt: salt::random().into_bytes(),
            hash: vec![0; HASH_LENGTH],
        }
    }

    pub(super) fn matches(&self, password: &str) -> Result<bool, OutOfMemory> {
        Ok(equal(&self.hash(password)?, &self.hash))
    }

    /// Computes the hash of a password with this salt and these parameters.
    fn hash(&self, password: &str) -> Result<Vec<u8>, OutOfMemory> {
        let argon2 = Argon2::new(self.algorithm, self.version, self.params.clone());
        let mut hash = vec![0; self.hash.len()];
        HashMemory::shared()
            .with(self.params.block_count(), |memory| {
                let password = password.as_bytes();
                argon2.hash_password_into_with_memory(password, &self.salt, &mut hash, memory)
            })?
            .expect("the parameters and the lengths of salt and hash are within Argon2's bounds");
        Ok(hash)
    }

    /// Returns `true` if the hash is of another variant or weaker than new ones. Stronger
    /// parameters are not old, such as Django's, which take five times the memory: a Django on
    /// the same database would write them again.
    pub(super) fn is_old(&self) -> bool {
        self.algorithm != Algorithm::Argon2id
            || self.version != Version::V0x13
            || self.memory_written_kib() < u64::from(MEMORY_KIB) * u64::from(PASSES)
            || self.salt.len() < salt::LENGTH
            || self.hash.len() < HASH_LENGTH
    }

    /// The total memory written by all passes, in KiB.
    fn memory_written_kib(&self) -> u64 {
        self.memory_kib() * u64::from(self.params.t_cost())
    }

    pub(super) fn memory_kib(&self) -> u64 {
        self.params.m_cost().into()
    }
}

/// Parses `m=19456,t=2,p=1`.
fn parse_params(text: &str, hash_length: usize) -> Result<Params, UnreadableHash> {
    let malformed = UnreadableHash::Malformed("the parameters are none of Argon2's");
    let parts: Vec<_> = text.split(',').collect();
    let [memory, passes, lanes] = parts[..] else { return Err(malformed) };
    let parameter = |text: &str, name| text.strip_prefix(name).and_then(number).ok_or(malformed);
    let memory = parameter(memory, "m=")?;
    let passes = parameter(passes, "t=")?;
    let lanes = parameter(lanes, "p=")?;
    if u64::from(memory) > MAX_MEMORY_KIB {
        return Err(UnreadableHash::TooCostly("memory"));
    }
    if u64::from(memory) * u64::from(passes) > MAX_MEMORY_WRITTEN_KIB {
        return Err(UnreadableHash::TooCostly("passes over the memory"));
    }
    if lanes > MAX_LANES {
        return Err(UnreadableHash::TooCostly("lanes"));
    }
    Params::new(memory, passes, lanes, Some(hash_length)).map_err(|_| malformed)
}
