//! The limits of one pool: the numbers of connections that read and write at once.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::share::{Counts, Permit};
use crate::{ConnectionShare, DbError};

/// The numbers of connections of a pool that are held at once, to read and to write.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    reading: ConnectionShare,
    writing: ConnectionShare,
    /// The number of reading connections that one part of the site holds at most.
    part: u32,
    patience: Duration,
    counts: Arc<Counts>,
}

/// The permits for one connection, held until they are dropped.
#[derive(Debug)]
pub(crate) struct Permits(
    #[expect(dead_code, reason = "they count until they are dropped")] [Option<Permit>; 3],
);

impl ConnectionLimits {
    /// Limits for a pool whose requests wait at most for `patience`.
    pub(crate) fn new(reading: u32, writing: u32, patience: Duration) -> Self {
        let counts = Arc::default();
        Self {
            reading: ConnectionShare::new(reading, patience, &counts),
            writing: ConnectionShare::new(writing, patience, &counts),
            // At least two, for a handler that holds a connection and begins a transaction. Two
            // such handlers may still wait for each other until one is refused.
            part: (reading / 2).max(2),
            patience,
            counts,
        }
    }

    /// A share for one part of the site.
    pub(crate) fn share(&self) -> ConnectionShare {
        ConnectionShare::new(self.part, self.patience, &self.counts)
    }

    /// The number of requests that wait for a connection.
    pub(crate) fn waiting(&self) -> usize {
        self.counts.waiting.load(Ordering::Relaxed)
    }

    /// The number of requests that were refused a connection.
    pub(crate) fn refused(&self) -> u64 {
        self.counts.refused.load(Ordering::Relaxed)
    }

    /// The permits for a connection that reads.
    pub(crate) async fn to_read(&self) -> Result<Permits, DbError> {
        let deadline = self.deadline();
        let of_part = self.of_part(deadline).await?;
        let reading = self.reading.take(deadline).await?;
        Ok(Permits([of_part, None, Some(reading)]))
    }

    /// The permit for a connection that only writes.
    pub(crate) async fn to_write(&self) -> Result<Permits, DbError> {
        Ok(Permits([None, Some(self.writing.take(self.deadline()).await?), None]))
    }

    /// The permits for a connection that writes, out of the pool of those that read.
    pub(crate) async fn to_write_on_one_of_all(&self) -> Result<Permits, DbError> {
        let deadline = self.deadline();
        let of_part = self.of_part(deadline).await?;
        let writing = self.writing.take(deadline).await?;
        let reading = self.reading.take(deadline).await?;
        Ok(Permits([of_part, Some(writing), Some(reading)]))
    }

    /// A permit out of the share of the part of the site that this thread works for.
    async fn of_part(&self, deadline: Instant) -> Result<Option<Permit>, DbError> {
        match ConnectionShare::current(&self.counts) {
            Some(share) => Ok(Some(share.take(deadline).await?)),
            None => Ok(None),
        }
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.patience
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    fn limits(reading: u32) -> ConnectionLimits {
        ConnectionLimits::new(reading, reading / 2, Duration::from_millis(20))
    }

    /// Takes permits within a share.
    async fn within(
        share: &ConnectionShare,
        take: impl Future<Output = Result<Permits, DbError>>,
    ) -> Result<Permits, DbError> {
        let mut take = Box::pin(take);
        poll_fn(|context| share.during(|| take.as_mut().poll(context))).await
    }

    #[rocket::async_test]
    async fn a_part_has_half_of_the_connections_and_two_at_least() {
        for (connections, expected) in [(1, 1), (2, 2), (3, 2), (4, 2), (16, 8)] {
            let limits = limits(connections);
            let (share, mut held) = (limits.share(), Vec::new());
            while let Ok(permits) = within(&share, limits.to_read()).await {
                held.push(permits);
            }
            assert_eq!(held.len(), expected, "{connections}");
            assert_eq!(limits.waiting(), 0);
        }
    }

    #[rocket::async_test]
    async fn those_who_read_and_write_have_half_of_the_connections_together() {
        let limits = limits(8);
        let share = limits.share();
        let mut held = Vec::new();
        for _ in 0..2 {
            held.push(within(&share, limits.to_read()).await.unwrap());
            held.push(within(&share, limits.to_write_on_one_of_all()).await.unwrap());
        }
        assert!(matches!(within(&share, limits.to_read()).await, Err(DbError::Busy)));
        assert!(limits.to_read().await.is_ok(), "others have the rest");
        assert_eq!(limits.refused(), 1);
    }
}
