//! The handle that clears the cache of kept pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The cache of [kept](crate::Page::kept) pages: state for handlers that change what such pages show
/// without a commit to the database, such as values in memory.
///
/// Only the cache of this process is cleared. Data that all replicas show belongs in the database.
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
    /// Clears the cache, including pages that are being rendered at this moment.
    pub fn clear(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// The number of times that the cache was cleared.
    #[doc(hidden)]
    pub fn generation(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
