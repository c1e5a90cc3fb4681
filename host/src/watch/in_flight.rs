//! The requests in progress, and the state of the shutdown.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The requests in progress.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    count: AtomicUsize,
    is_stopping: AtomicBool,
}

/// A request in progress, until it is dropped with the last byte of the response.
#[derive(Debug)]
pub(crate) struct InFlightRequest(Arc<InFlight>);

impl InFlight {
    /// Counts one more.
    pub(crate) fn begin(this: &Arc<Self>) -> InFlightRequest {
        this.count.fetch_add(1, Ordering::SeqCst);
        InFlightRequest(Arc::clone(this))
    }

    /// The number of requests in progress.
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Marks the site as stopping.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::SeqCst);
    }

    /// Returns `true` if the site is stopping.
    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::SeqCst)
    }
}

impl Drop for InFlightRequest {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::SeqCst);
    }
}
