//! The limits of one pool: how many connections read and write at once.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::share::{Counts, Permit};
use crate::{ConnectionShare, DbError};

/// How many connections of a pool are held at once, by those who read and by those who write.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    reading: ConnectionShare,
    writing: ConnectionShare,
    /// Of those who read, as many as one part of the site holds.
    part: u32,
    patience: Duration,
    counts: Arc<Counts>,
}

/// The rights to hold one connection, until they are dropped.
#[derive(Debug)]
pub(crate) struct Permits(
    #[expect(dead_code, reason = "they count until they are dropped")] [Option<Permit>; 2],
);

impl ConnectionLimits {
    /// Limits for a pool that makes those who ask wait for so long.
    pub(crate) fn new(reading: u32, writing: u32, patience: Duration) -> Self {
        let counts = Arc::default();
        Self {
            reading: ConnectionShare::new(reading, patience, &counts),
            writing: ConnectionShare::new(writing, patience, &counts),
            part: reading / 2,
            patience,
            counts,
        }
    }

    /// A share for one part of the site.
    pub(crate) fn share(&self) -> ConnectionShare {
        ConnectionShare::new(self.part, self.patience, &self.counts)
    }

    /// How many wait for a connection.
    pub(crate) fn waiting(&self) -> usize {
        self.counts.waiting.load(Ordering::Relaxed)
    }

    /// How many were refused one.
    pub(crate) fn refused(&self) -> u64 {
        self.counts.refused.load(Ordering::Relaxed)
    }

    /// The right to a connection that reads, out of the share that is current.
    pub(crate) async fn to_read(&self) -> Result<Permits, DbError> {
        let of_part = match ConnectionShare::current() {
            Some(share) => Some(share.take().await?),
            None => None,
        };
        Ok(Permits([of_part, Some(self.reading.take().await?)]))
    }

    /// The right to a connection that only writes.
    pub(crate) async fn to_write(&self) -> Result<Permits, DbError> {
        Ok(Permits([Some(self.writing.take().await?), None]))
    }

    /// The right to a connection that writes, of those that read as well.
    pub(crate) async fn to_write_on_one_of_all(&self) -> Result<Permits, DbError> {
        let writing = self.writing.take().await?;
        Ok(Permits([Some(writing), Some(self.reading.take().await?)]))
    }
}
