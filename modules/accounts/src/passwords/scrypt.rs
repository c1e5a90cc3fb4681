//! scrypt, which is read only: `scrypt$<work factor>$<salt>$<block size>$<parallelism>$<hash>`.

use std::hint::black_box;

use scrypt::{Params, scrypt};

use super::stored_hash::{MAX_MEMORY_KIB, MAX_MEMORY_WRITTEN_KIB, UnreadableHash, equal, number};
use super::{OutOfMemory, base64};

/// The length in all hashes of Django, in bytes.
const HASH_LENGTH: usize = 64;

/// The reserve for two new hashes, and other allocations.
const SPARE_KIB: u64 = 64 * 1024;

/// Twelve times Django's.
const MAX_PARALLELISM: u32 = 64;

pub(super) struct ScryptHash {
    params: Params,
    salt: String,
    hash: Vec<u8>,
}

impl ScryptHash {
    /// Parses the text after `scrypt$`.
    pub(super) fn parse(text: &str) -> Result<Self, UnreadableHash> {
        let malformed = UnreadableHash::Malformed;
        let parts: Vec<_> = text.split('$').collect();
        let [work_factor, salt, block_size, parallelism, hash] = parts[..] else {
            return Err(malformed("it does not have three parameters, salt and hash"));
        };
        let parameter = |text| number(text).ok_or(malformed("a parameter is no number"));
        let params =
            parse_params(parameter(work_factor)?, parameter(block_size)?, parameter(parallelism)?)?;
        if salt.is_empty() {
            return Err(malformed("there is no salt"));
        }
        let hash = base64::from_padded(hash)
            .filter(|hash| hash.len() == HASH_LENGTH)
            .ok_or(malformed("the hash has another length or is not Base64"))?;
        Ok(Self { params, salt: salt.to_owned(), hash })
    }

    pub(super) fn matches(&self, password: &str) -> Result<bool, OutOfMemory> {
        // The crate allocates the memory itself, and the program aborts if it cannot.
        if !is_there(self.memory_kib()) {
            return Err(OutOfMemory);
        }
        let mut computed = [0; HASH_LENGTH];
        scrypt(password.as_bytes(), self.salt.as_bytes(), &self.params, &mut computed)
            .expect("scrypt computes hashes of this length");
        Ok(equal(&computed, &self.hash))
    }

    pub(super) fn memory_kib(&self) -> u64 {
        memory_kib(self.params.n(), self.params.r())
    }
}

/// Returns `true` if this much memory can be allocated, with a reserve for concurrent hashes.
fn is_there(memory_kib: u64) -> bool {
    let bytes = usize::try_from((memory_kib + SPARE_KIB) * 1024).unwrap_or(usize::MAX);
    let mut memory: Vec<u8> = Vec::new();
    // An allocation that is never used would be optimized away.
    black_box(&mut memory).try_reserve_exact(bytes).is_ok()
}

fn memory_kib(work_factor: u64, block_size: u32) -> u64 {
    (work_factor * u64::from(block_size)).div_ceil(8)
}

fn parse_params(
    work_factor: u32,
    block_size: u32,
    parallelism: u32,
) -> Result<Params, UnreadableHash> {
    let malformed = UnreadableHash::Malformed("the parameters are none of scrypt's");
    if work_factor < 2 || !work_factor.is_power_of_two() {
        return Err(malformed);
    }
    let memory = memory_kib(work_factor.into(), block_size);
    if memory > MAX_MEMORY_KIB {
        return Err(UnreadableHash::TooCostly("memory"));
    }
    if parallelism > MAX_PARALLELISM || memory * u64::from(parallelism) > MAX_MEMORY_WRITTEN_KIB {
        return Err(UnreadableHash::TooCostly("parallelism"));
    }
    let log_n = u8::try_from(work_factor.ilog2()).expect("it is at most 31");
    Params::new(log_n, block_size, parallelism).map_err(|_| malformed)
}
