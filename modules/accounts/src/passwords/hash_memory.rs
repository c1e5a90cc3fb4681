//! The memory in which Argon2 hashes are computed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use argon2::Block;

use super::OutOfMemory;
use super::argon2::MEMORY_KIB;

/// The number of blocks of a new hash.
const BLOCKS: usize = MEMORY_KIB as usize * 1024 / Block::SIZE;

/// The size from which on glibc returns freed memory to the system, in bytes. Smaller allocations are
/// kept for each of its arenas, in fragments: after fifty concurrent logins that was 400 MB. Reserved
/// memory that is not touched costs nothing.
const GIVEN_BACK: usize = 32 << 20;

static SHARED: Mutex<Weak<HashMemory>> = Mutex::new(Weak::new());

/// The memory of computed hashes, reused by the next ones and freed with the last reference to it.
///
/// Allocators return memory late: mimalloc after 100 ms, and meanwhile it allocates new memory. During
/// fifty concurrent logins on two cores, the hashes took the memory of five.
#[derive(Default)]
pub(super) struct HashMemory {
    free: Mutex<Vec<Vec<Block>>>,
}

impl HashMemory {
    /// Returns the memory of the process, which is freed with its last reference.
    pub(super) fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let new = Arc::default();
            *shared = Arc::downgrade(&new);
            new
        })
    }

    /// Computes a hash in this many blocks, whose content is undefined.
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
