//! Limits on the connections that one part of a site holds at once, and the queue for them.
//!
//! A pool alone hands connections out in order of request. One slow page, or one locked table, then has
//! all of them, and every other page waits as long as a request may. So each module takes its
//! connections out of a share of the pool, and transactions that write on PostgreSQL out of another.
//!
//! If all are taken, requests wait in a fair queue. While it is long and the first in it has been
//! waiting for a third of the timeout, a new request is refused at once.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rocket::tokio::sync::{OwnedSemaphorePermit, Semaphore};
use rocket::tokio::time::timeout_at;

use crate::DbError;

/// The length of the queue per connection above which new requests are refused if it moves slowly.
const PLACES: usize = 8;

/// The share of the connections that one part of a site holds at once.
#[derive(Debug, Clone)]
pub struct ConnectionShare(Arc<Share>);

#[derive(Debug)]
struct Share {
    permits: Arc<Semaphore>,
    connections: usize,
    /// The timeout of a request for a connection.
    patience: Duration,
    line: Mutex<BTreeSet<Place>>,
    next_place: AtomicU64,
    counts: Arc<Counts>,
}

/// Counts of all shares of a pool.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// The number of requests that wait for a connection.
    pub(crate) waiting: AtomicUsize,
    /// The number of requests that were refused a connection.
    pub(crate) refused: AtomicU64,
}

/// A place in the queue: the time of arrival, and a unique number.
type Place = (Instant, u64);

/// The permit for one connection of a share, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit(
    #[expect(dead_code, reason = "it counts until it is dropped")] OwnedSemaphorePermit,
);

thread_local! {
    static CURRENT: RefCell<Option<ConnectionShare>> = const { RefCell::new(None) };
}

impl ConnectionShare {
    pub(crate) fn new(connections: u32, patience: Duration, counts: &Arc<Counts>) -> Self {
        let connections = connections.max(1) as usize;
        Self(Arc::new(Share {
            permits: Arc::new(Semaphore::new(connections)),
            connections,
            patience,
            line: Mutex::default(),
            next_place: AtomicU64::new(0),
            counts: Arc::clone(counts),
        }))
    }

    /// Calls `work`, whose connections come out of this share.
    pub fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        /// Restores the share from before, also if the work panics.
        struct Restore(Option<ConnectionShare>);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _restore = Restore(CURRENT.replace(Some(self.clone())));
        work()
    }

    /// The current share of this thread, if it belongs to the pool with these counts.
    pub(crate) fn current(counts: &Arc<Counts>) -> Option<Self> {
        CURRENT.with_borrow(Clone::clone).filter(|share| Arc::ptr_eq(&share.0.counts, counts))
    }

    /// Takes one of the connections, as soon as there is one.
    ///
    /// # Errors
    ///
    /// The queue moves too slowly, or none became free by the deadline.
    pub(crate) async fn take(&self, deadline: Instant) -> Result<Permit, DbError> {
        let permits = Arc::clone(&self.0.permits);
        if let Ok(permit) = Arc::clone(&permits).try_acquire_owned() {
            return Ok(Permit(permit));
        }
        let taken = match self.enqueue(Instant::now()) {
            Some(_in_line) => timeout_at(deadline.into(), permits.acquire_owned()).await.ok(),
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

    /// A place at the end of the queue, unless that is long, and the first in it has been there for a
    /// third of the timeout.
    fn enqueue(&self, now: Instant) -> Option<QueuePlace<'_>> {
        let mut line = self.line();
        if line.len() >= PLACES * self.0.connections
            && let Some((since, _)) = line.first()
            && now.saturating_duration_since(*since) > self.0.patience / 3
        {
            return None;
        }
        let place = (now, self.0.next_place.fetch_add(1, Ordering::Relaxed));
        line.insert(place);
        self.0.counts.waiting.fetch_add(1, Ordering::Relaxed);
        Some(QueuePlace { share: self, place })
    }

    fn line(&self) -> MutexGuard<'_, BTreeSet<Place>> {
        self.0.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request in the queue, which leaves it when dropped.
struct QueuePlace<'s> {
    share: &'s ConnectionShare,
    place: Place,
}

impl Drop for QueuePlace<'_> {
    fn drop(&mut self) {
        self.share.line().remove(&self.place);
        self.share.0.counts.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use rocket::tokio;

    use super::*;

    const PATIENCE: Duration = Duration::from_hours(1);

    fn new_share(connections: u32, patience: Duration) -> ConnectionShare {
        ConnectionShare::new(connections, patience, &Arc::default())
    }

    fn later() -> Instant {
        Instant::now() + PATIENCE
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
        let first = share.take(later()).await.unwrap();
        let _second = share.take(later()).await.unwrap();
        let third = tokio::spawn({
            let share = share.clone();
            async move { share.take(later()).await.map(drop) }
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
    async fn a_newcomer_to_a_long_line_is_refused_while_the_first_has_been_there_for_too_long() {
        let share = new_share(1, PATIENCE);
        let held = share.take(later()).await.unwrap();
        let long_ago = Instant::now().checked_sub(PATIENCE / 2).unwrap();
        let first = share.enqueue(long_ago).unwrap();
        let others: Vec<_> = (1..PLACES).map(|_| share.enqueue(Instant::now()).unwrap()).collect();
        assert!(matches!(share.take(later()).await, Err(DbError::Busy)));
        assert_eq!(share.refused(), 1);
        drop(first);
        assert!(share.enqueue(Instant::now()).is_some(), "it is shorter");
        let last = share.enqueue(Instant::now()).unwrap();
        assert!(share.enqueue(Instant::now()).is_some(), "it is long, and moves");
        drop((held, others, last));
        assert!(share.take(later()).await.is_ok());
    }

    #[rocket::async_test]
    async fn nobody_waits_beyond_the_deadline() {
        let share = new_share(1, PATIENCE);
        let _held = share.take(later()).await.unwrap();
        let soon = Instant::now() + Duration::from_millis(20);
        assert!(matches!(share.take(soon).await, Err(DbError::Busy)));
        assert_eq!((share.waiting(), share.refused()), (0, 1));
    }

    #[rocket::async_test]
    async fn whoever_gives_up_leaves_the_line() {
        let share = new_share(1, PATIENCE);
        let _held = share.take(later()).await.unwrap();
        let mut waiting = Box::pin(share.take(later()));
        let soon = tokio::time::Instant::now() + Duration::from_millis(1);
        assert!(timeout_at(soon, waiting.as_mut()).await.is_err());
        assert_eq!(share.waiting(), 1);
        drop(waiting);
        assert_eq!(share.waiting(), 0);
    }

    #[test]
    fn a_share_is_current_while_its_work_lasts() {
        let share = new_share(1, PATIENCE);
        let current = || ConnectionShare::current(&share.0.counts);
        assert!(current().is_none());
        share.during(|| {
            assert!(current().is_some());
            assert!(ConnectionShare::current(&Arc::default()).is_none(), "it is of another pool");
        });
        assert!(current().is_none());
    }
}
