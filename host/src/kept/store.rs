//! The store of kept pages, bounded by their size in bytes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use module_api::db::Stamp;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use rocket::tokio::sync::Mutex as Turn;

use super::answer::Answer;
use super::key::Key;

/// A page with the state of the database that it shows.
pub(super) struct Entry {
    /// The state of the database before it was made.
    pub(super) stamp: Stamp,
    pub(super) edition: Edition,
    pub(super) answer: Arc<Answer>,
}

/// The state beside the database for which a page was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edition {
    /// The number of times that pages were cleared before.
    pub(super) cleared: u64,
    /// The day in UTC, as its Julian day.
    pub(super) day: i32,
}

/// A page in progress: the state of the database, and the turn of the request that makes it.
type PageInProgress = (Stamp, Weak<Turn<()>>);

pub(super) struct Store {
    pages: Cache<Key, Arc<Entry>, Bytes>,
    turns: Mutex<HashMap<Key, PageInProgress>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Arc<Entry>> for Bytes {
    fn weight(&self, key: &Key, entry: &Arc<Entry>) -> u64 {
        (key.size() + entry.answer.size()) as u64
    }
}

impl Store {
    pub(super) fn new(bytes: u64) -> Self {
        // Pages have a few kilobytes.
        let items = usize::try_from(bytes / 8192).unwrap_or(usize::MAX).clamp(8, 100_000);
        Self {
            pages: Cache::with_weighter(items, bytes, Bytes),
            turns: Mutex::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<Entry>> {
        self.pages.get(key)
    }

    pub(super) fn insert(&self, key: Key, entry: Entry) {
        self.pages.insert(key, Arc::new(entry));
    }

    /// The turn to make a page for a state of the database, held by one request at a time. Requests for
    /// another state do not wait for it.
    pub(super) fn turn(&self, key: &Key, stamp: &Stamp) -> Arc<Turn<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, turn)) = turns.get(key)
            && of == stamp
            && let Some(turn) = turn.upgrade()
        {
            return turn;
        }
        turns.retain(|_, (_, turn)| turn.strong_count() > 0);
        let turn = Arc::new(Turn::new(()));
        turns.insert(key.clone(), (stamp.clone(), Arc::downgrade(&turn)));
        turn
    }

    pub(super) fn hit(&self) {
        self.hits.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn missed(&self) {
        self.misses.fetch_add(1, Ordering::Relaxed);
    }

    /// Hits, misses, bytes.
    pub(super) fn numbers(&self) -> (u64, u64, u64) {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (of(&self.hits), of(&self.misses), self.pages.weight())
    }
}
