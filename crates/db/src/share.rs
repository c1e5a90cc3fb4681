//! Limits on how many connections one part of a site holds at once, and the line before them.
//!
//! A pool alone hands connections to whoever asks first. One slow page, or one locked table, then has
//! all of them, and every other page waits as long as a request may. So each module takes its
//! connections out of a share of the pool, and those who write on PostgreSQL out of another.
//!
//! Who finds all taken waits in line. The line is fair, and a newcomer is refused at once while the
//! first in it has been waiting for too long: it would wait even longer, and be refused in the end.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rocket::tokio::sync::{OwnedSemaphorePermit, Semaphore};
use rocket::tokio::time::timeout;

use crate::DbError;

/// As many connections as one part of a site holds at once.
#[derive(Debug, Clone)]
pub struct ConnectionShare(Arc<Share>);

#[derive(Debug)]
struct Share {
    permits: Arc<Semaphore>,
    /// How long anybody waits.
    patience: Duration,
    line: Mutex<BTreeSet<Place>>,
    next_place: AtomicU64,
    counts: Arc<Counts>,
}

/// Counts of all shares of a pool.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// How many wait for a connection.
    pub(crate) waiting: AtomicUsize,
    /// How many were refused one.
    pub(crate) refused: AtomicU64,
}

/// A place in the line: since when, and a number that no other has.
type Place = (Instant, u64);

/// Stands for a connection of a share, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit(
    #[expect(dead_code, reason = "it counts until it is dropped")] OwnedSemaphorePermit,
);

thread_local! {
    static CURRENT: RefCell<Option<ConnectionShare>> = const { RefCell::new(None) };
}

impl ConnectionShare {
    pub(crate) fn new(connections: u32, patience: Duration, counts: &Arc<Counts>) -> Self {
        Self(Arc::new(Share {
            permits: Arc::new(Semaphore::new(connections.max(1) as usize)),
            patience,
            line: Mutex::default(),
            next_place: AtomicU64::new(0),
            counts: Arc::clone(counts),
        }))
    }

    /// Does something whose connections come out of this share.
    pub fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        /// Puts back what was there, also if the work panics.
        struct Restore(Option<ConnectionShare>);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _restore = Restore(CURRENT.replace(Some(self.clone())));
        work()
    }

    /// The share of what this thread works on.
    pub(crate) fn current() -> Option<Self> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Takes one of the connections, as soon as there is one.
    ///
    /// # Errors
    ///
    /// The line moves too slowly, or none became free in time.
    pub(crate) async fn take(&self) -> Result<Permit, DbError> {
        let permits = Arc::clone(&self.0.permits);
        if let Ok(permit) = Arc::clone(&permits).try_acquire_owned() {
            return Ok(Permit(permit));
        }
        let taken = match self.line_up(Instant::now()) {
            Some(_in_line) => timeout(self.0.patience, permits.acquire_owned()).await.ok(),
            None => None,
        };
        match taken {
            Some(permit) => Ok(Permit(permit.expect("the semaphore is never closed"))),
            None => {
                self.0.counts.refused.fetch_add(1, Ordering::Relaxed);
                Err(DbError::Busy)
            }
        }
    }

    /// A place at the end of the line, unless the first in it has been there for a third of the time
    /// that anybody waits.
    fn line_up(&self, now: Instant) -> Option<InLine<'_>> {
        let mut line = self.line();
        if let Some((since, _)) = line.first()
            && now.saturating_duration_since(*since) > self.0.patience / 3
        {
            return None;
        }
        let place = (now, self.0.next_place.fetch_add(1, Ordering::Relaxed));
        line.insert(place);
        self.0.counts.waiting.fetch_add(1, Ordering::Relaxed);
        Some(InLine { share: self, place })
    }

    fn line(&self) -> MutexGuard<'_, BTreeSet<Place>> {
        self.0.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody in line, who leaves it when dropped.
struct InLine<'s> {
    share: &'s ConnectionShare,
    place: Place,
}

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.share.line().remove(&self.place);
        self.share.0.counts.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use rocket::tokio;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(3600);

    fn new_share(connections: u32, patience: Duration) -> ConnectionShare {
        ConnectionShare::new(connections, patience, &Arc::default())
    }

    impl ConnectionShare {
        fn waiting(&self) -> usize {
            self.0.counts.waiting.load(Ordering::Relaxed)
        }

        fn refused(&self) -> u64 {
            self.0.counts.refused.load(Ordering::Relaxed)
        }
    }

    #[rocket::async_test]
    async fn as_many_are_taken_as_there_are_and_the_next_gets_the_first_that_is_given_back() {
        let share = new_share(2, PATIENCE);
        let first = share.take().await.unwrap();
        let _second = share.take().await.unwrap();
        let third = tokio::spawn({
            let share = share.clone();
            async move { share.take().await.map(drop) }
        });
        while share.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        assert!(!third.is_finished());
        drop(first);
        assert!(third.await.unwrap().is_ok());
        assert_eq!((share.waiting(), share.refused()), (0, 0));
    }

    #[rocket::async_test]
    async fn a_newcomer_is_refused_while_the_first_in_line_has_been_there_for_too_long() {
        let share = new_share(1, PATIENCE);
        let held = share.take().await.unwrap();
        let long_ago = Instant::now() - PATIENCE / 2;
        let first = share.line_up(long_ago).unwrap();
        assert!(matches!(share.take().await, Err(DbError::Busy)));
        assert_eq!(share.refused(), 1);
        drop(first);
        assert!(share.line_up(Instant::now()).is_some());
        drop(held);
        assert!(share.take().await.is_ok());
    }

    #[rocket::async_test]
    async fn nobody_waits_for_longer_than_the_patience_lasts() {
        let share = new_share(1, Duration::from_millis(20));
        let _held = share.take().await.unwrap();
        assert!(matches!(share.take().await, Err(DbError::Busy)));
        assert_eq!((share.waiting(), share.refused()), (0, 1));
    }

    #[rocket::async_test]
    async fn whoever_gives_up_leaves_the_line() {
        let share = new_share(1, PATIENCE);
        let _held = share.take().await.unwrap();
        let mut waiting = Box::pin(share.take());
        assert!(timeout(Duration::from_millis(1), waiting.as_mut()).await.is_err());
        assert_eq!(share.waiting(), 1);
        drop(waiting);
        assert_eq!(share.waiting(), 0);
    }

    #[test]
    fn a_share_is_current_while_its_work_lasts() {
        let share = new_share(1, PATIENCE);
        assert!(ConnectionShare::current().is_none());
        share.during(|| assert!(ConnectionShare::current().is_some()));
        assert!(ConnectionShare::current().is_none());
    }
}
