//! The connections with a request in progress, and the idle time of the others.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The client connections, by address and port of the client.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    limit: Option<Duration>,
    activities: Mutex<HashMap<SocketAddr, Activity>>,
    open: AtomicUsize,
    timed_out: AtomicU64,
}

/// The requests of one connection.
#[derive(Debug)]
struct Activity {
    /// The number of requests in progress.
    underway: usize,
    /// The time at which the last one ended, or began.
    since: Instant,
}

/// A request that is being answered, until it is dropped with the last byte of the response.
#[derive(Debug)]
pub(crate) struct Exchange {
    connections: Arc<Connections>,
    client: SocketAddr,
}

impl Connections {
    /// Creates the record for an idle timeout in seconds; 0 disables it.
    pub(crate) fn new(idle_timeout: u32) -> Self {
        let limit = (idle_timeout > 0).then(|| Duration::from_secs(idle_timeout.into()));
        Self { limit, ..Self::default() }
    }

    /// The idle timeout.
    pub(crate) fn limit(&self) -> Option<Duration> {
        self.limit
    }

    /// Records that a request of this client begins. `None` without an idle timeout.
    pub(crate) fn begin(this: &Arc<Self>, client: SocketAddr) -> Option<Exchange> {
        this.limit?;
        let now = Instant::now();
        let mut activities = this.activities();
        let activity = activities.entry(client).or_insert(Activity { underway: 0, since: now });
        activity.underway += 1;
        drop(activities);
        Some(Exchange { connections: Arc::clone(this), client })
    }

    /// The number of connections that were open at the last sweep.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// The number of connections closed by the idle timeout.
    pub(crate) fn timed_out(&self) -> u64 {
        self.timed_out.load(Ordering::Relaxed)
    }

    fn activities(&self) -> MutexGuard<'_, HashMap<SocketAddr, Activity>> {
        self.activities.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(target_os = "linux")]
impl Connections {
    /// The time since which a connection, open at `opened`, has been idle; `None` while a request is
    /// in progress.
    pub(super) fn idle_since(&self, client: SocketAddr, opened: Instant) -> Option<Instant> {
        match self.activities().get(&client) {
            Some(activity) if activity.underway > 0 => None,
            Some(activity) => Some(activity.since.max(opened)),
            None => Some(opened),
        }
    }

    /// Removes connections that are neither open nor have a request in progress.
    pub(super) fn keep(&self, open: usize, is_open: impl Fn(&SocketAddr) -> bool) {
        self.open.store(open, Ordering::Relaxed);
        self.activities().retain(|client, activity| activity.underway > 0 || is_open(client));
    }

    /// Counts a connection closed by the idle timeout.
    pub(super) fn count_timed_out(&self) {
        self.timed_out.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if let Some(activity) = self.connections.activities().get_mut(&self.client) {
            activity.underway -= 1;
            activity.since = Instant::now();
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::Connections;

    #[test]
    fn a_connection_idles_from_its_beginning_and_from_the_end_of_each_request() {
        let connections = Arc::new(Connections::new(30));
        let client = "203.0.113.7:1234".parse().unwrap();
        let opened = Instant::now();
        assert_eq!(connections.idle_since(client, opened), Some(opened));
        let first = Connections::begin(&connections, client);
        let second = Connections::begin(&connections, client);
        drop(first);
        connections.keep(0, |_| false);
        assert_eq!(connections.idle_since(client, opened), None, "one is not over");
        let before = Instant::now();
        drop(second);
        assert!(connections.idle_since(client, opened).unwrap() >= before);
        connections.keep(0, |_| false);
        assert_eq!(connections.idle_since(client, opened), Some(opened), "it is forgotten");
    }

    #[test]
    fn without_a_limit_nothing_is_kept() {
        let connections = Arc::new(Connections::new(0));
        assert!(Connections::begin(&connections, "203.0.113.7:1234".parse().unwrap()).is_none());
    }
}
