//! Sweeps the open connections at intervals, and closes those that are idle for too long.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_tcp_user_timeout;

use super::Connections;
use super::handles::{Handles, Inode, sending, sockets};

/// The time between two sweeps: a connection may outlast its timeout by as much.
pub(super) fn pause(limit: Duration) -> Duration {
    (limit / 10).min(Duration::from_secs(3))
}

/// The sweeps of the connections to one port.
pub(super) struct Sweep {
    port: u16,
    limit: Duration,
    connections: Arc<Connections>,
    known: HashMap<Inode, Known>,
}

/// A socket that was seen before.
enum Known {
    /// A connection of this client, first seen then.
    Connection { client: SocketAddr, seen: Instant, is_closed: bool },
    /// A connection to a database, or anything else that is not the site's to close.
    Other,
}

impl Sweep {
    pub(super) fn new(port: u16, limit: Duration, connections: Arc<Connections>) -> Self {
        Self { port, limit, connections, known: HashMap::new() }
    }

    /// Sweeps once.
    ///
    /// # Errors
    ///
    /// The operating system does not say which sockets there are, or gives no handle to one.
    pub(super) fn run(&mut self) -> io::Result<()> {
        let sockets = sockets()?;
        let handles = Handles::new()?;
        let now = Instant::now();
        let mut still_sending = None;
        self.forget_closed(&sockets.iter().map(|(_, inode)| *inode).collect());
        for (descriptor, inode) in sockets {
            let known = match self.known.get_mut(&inode) {
                Some(known) => known,
                None => {
                    let Some(handle) = handles.of(descriptor)? else { continue };
                    let is_ours = handle.local_addr().is_ok_and(|own| own.port() == self.port);
                    let known = match handle.peer_addr() {
                        Ok(client) if is_ours => {
                            // Who takes nothing of an answer for as long is gone, too.
                            let limit = u32::try_from(self.limit.as_millis()).unwrap_or(u32::MAX);
                            set_tcp_user_timeout(&handle, limit)?;
                            Known::Connection { client, seen: now, is_closed: false }
                        }
                        _ => Known::Other,
                    };
                    self.known.entry(inode).or_insert(known)
                }
            };
            let Known::Connection { client, seen, is_closed: is_closed @ false } = known else {
                continue;
            };
            let is_late = |since: Instant| now.duration_since(since) >= self.limit;
            if self.connections.idle_since(*client, *seen).is_some_and(is_late)
                // The end of an answer may be on its way for longer than the request was.
                && !still_sending.get_or_insert_with(sending).contains(&inode)
                && let Some(handle) = handles.of(descriptor)?
                && handle.peer_addr().is_ok_and(|peer| peer == *client)
            {
                *is_closed = true;
                // What was written still goes out. It may be closed by now.
                let _ = handle.shutdown(Shutdown::Read);
                self.connections.count_timed_out();
                tracing::debug!(%client, "a connection brought no request in time");
            }
        }
        Ok(())
    }

    fn forget_closed(&mut self, open: &HashSet<Inode>) {
        self.known.retain(|inode, _| open.contains(inode));
        let clients = self.known.values().filter_map(|known| match known {
            Known::Connection { client, .. } => Some(*client),
            Known::Other => None,
        });
        let clients: HashSet<SocketAddr> = clients.collect();
        self.connections.keep(clients.len(), |client| clients.contains(client));
    }
}
