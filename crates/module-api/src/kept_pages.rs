//! The handle that clears the cache of finished pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Finished pages that the host [keeps](crate::Page::kept): state for handlers that change what such pages
/// show without a commit to the database, as values in memory.
///
/// It clears those of this process only. Data that all replicas show belongs into the database.
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
///
/// use module_api::KeptPages;
/// use module_api::rocket::{State, post};
///
/// struct IsOpen(AtomicBool);
///
/// #[post("/close")]
/// fn close(is_open: &State<IsOpen>, pages: &State<KeptPages>) {
///     is_open.0.store(false, Ordering::SeqCst);
///     pages.clear();
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct KeptPages(Arc<AtomicU64>);

impl KeptPages {
    /// Forgets all pages, also those that are being made at this moment.
    pub fn clear(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// The number of times that they were cleared.
    #[doc(hidden)]
    pub fn generation(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
