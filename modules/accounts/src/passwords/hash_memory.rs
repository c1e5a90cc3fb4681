//! The memory that Argon2 hashes are computed in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use argon2::Block;

use super::OutOfMemory;
use super::argon2::MEMORY_KIB;

/// The blocks of a new hash.
const BLOCKS: usize = MEMORY_KIB as usize * 1024 / Block::SIZE;

/// Memory of so many bytes and more glibc gives back to the system once it is free. Of less it keeps
/// some for each of its arenas, and in pieces: after fifty had signed in at once, that was 400 MB. What
/// is reserved and not used takes none.
const GIVEN_BACK: usize = 32 << 20;

static SHARED: Mutex<Weak<HashMemory>> = Mutex::new(Weak::new());

/// The memory of hashes that were computed, reused by the next ones and freed with the last
/// reference to it.
///
/// Allocators give memory back late: mimalloc after 100 ms, and meanwhile it allocates elsewhere.
/// While fifty signed in on two cores, the hashes took the memory of five.
#[derive(Default)]
pub(super) struct HashMemory {
    free: Mutex<Vec<Vec<Block>>>,
}

impl HashMemory {
    /// Returns that of the process, which is freed when nobody holds it any longer.
    pub(super) fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let new = Arc::default();
            *shared = Arc::downgrade(&new);
            new
        })
    }

    /// Computes a hash in so many blocks, with any content.
    pub(super) fn with<T>(
        &self,
        blocks: usize,
        compute: impl FnOnce(&mut [Block]) -> T,
    ) -> Result<T, OutOfMemory> {
        let mut memory = self.free().pop().unwrap_or_default();
        if memory.len() < blocks {
            let least = blocks.max(GIVEN_BACK / Block::SIZE);
            memory.try_reserve_exact(least - memory.len()).map_err(|_| OutOfMemory)?;
            memory.resize(blocks, Block::default());
        }
        let computed = compute(&mut memory[..blocks]);
        if memory.len() <= BLOCKS {
            self.free().push(memory);
        }
        Ok(computed)
    }

    fn free(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
