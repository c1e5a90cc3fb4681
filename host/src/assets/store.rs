//! The current catalog. In a debug build it is reread after an edit.

use std::sync::{Arc, Mutex, PoisonError};

use super::Catalog;
use crate::fingerprint::Fingerprint;

/// The assets that are currently served.
pub(crate) struct AssetStore {
    at_start: Arc<Catalog>,
    edited: Option<Mutex<(Fingerprint, Arc<Catalog>)>>,
}

impl AssetStore {
    /// Serves a catalog; a debug build watches its folders.
    pub(crate) fn new(catalog: Arc<Catalog>) -> Self {
        let edited = cfg!(debug_assertions).then(|| {
            let fingerprint = Fingerprint::of(catalog.directories());
            Mutex::new((fingerprint, Arc::clone(&catalog)))
        });
        Self { at_start: catalog, edited }
    }

    /// The current assets.
    pub(crate) fn current(&self) -> Arc<Catalog> {
        let Some(edited) = &self.edited else { return Arc::clone(&self.at_start) };
        let mut edited = edited.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Fingerprint::of(self.at_start.directories());
        if edited.0 != now {
            *edited = (now, Arc::new(self.at_start.reread()));
        }
        Arc::clone(&edited.1)
    }
}
