//! Sweeps the open connections at intervals, and closes those that are idle for too long.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::RawFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::net::sockopt::set_tcp_user_timeout;

use super::Connections;
use super::handles::Handles;
use super::sockets::{Inode, Sockets};

/// The interval between two sweeps, by which a connection may outlast its timeout.
pub(super) fn pause(limit: Duration) -> Duration {
    (limit / 10).min(Duration::from_secs(3))
}

/// The sweeps of the connections to one port.
pub(super) struct Sweep {
    port: u16,
    limit: Duration,
    connections: Arc<Connections>,
    known: HashMap<Inode, Known>,
    sockets: Sockets,
    handles: Handles,
}

/// A known socket.
enum Known {
    /// A connection of this client, and the time it was first seen.
    Connection { client: SocketAddr, seen: Instant, is_closed: bool },
    /// A connection to a database, or any other socket that the site must not close.
    Other,
}

impl Sweep {
    /// Reserves the descriptors that all sweeps need.
    ///
    /// # Errors
    ///
    /// The process has no free descriptors.
    pub(super) fn new(
        port: u16,
        limit: Duration,
        connections: Arc<Connections>,
    ) -> io::Result<Self> {
        let (sockets, handles) = (Sockets::open()?, Handles::new()?);
        Ok(Self { port, limit, connections, known: HashMap::new(), sockets, handles })
    }

    /// Sweeps once.
    ///
    /// # Errors
    ///
    /// The operating system does not list the sockets, or cannot create handles for some.
    pub(super) fn run(&mut self) -> io::Result<()> {
        let sockets = self.sockets.all()?;
        let now = Instant::now();
        let mut still_sending = None;
        self.forget_closed(&sockets.iter().map(|(_, inode)| *inode).collect());
        let mut result = Ok(());
        for (descriptor, inode) in sockets {
            if let Err(error) = self.look_at(descriptor, inode, now, &mut still_sending) {
                result = Err(error);
            }
        }
        result
    }

    /// Examines one socket, and closes the connection if it has been idle for too long.
    fn look_at(
        &mut self,
        descriptor: RawFd,
        inode: Inode,
        now: Instant,
        still_sending: &mut Option<HashSet<Inode>>,
    ) -> io::Result<()> {
        let known = match self.known.get_mut(&inode) {
            Some(known) => known,
            None => {
                let (port, limit) = (self.port, self.limit);
                let known = |handle: &TcpStream| known(handle, port, limit, now);
                let Some(known) = self.handles.with(descriptor, known)? else { return Ok(()) };
                self.known.entry(inode).or_insert(known)
            }
        };
        let Known::Connection { client, seen, is_closed: is_closed @ false } = known else {
            return Ok(());
        };
        let is_late = |since: Instant| now.duration_since(since) >= self.limit;
        if self.connections.idle_since(*client, *seen).is_some_and(is_late)
            // The end of a response may take longer to send than the request took.
            && !still_sending.get_or_insert_with(|| self.sockets.sending()).contains(&inode)
            && self.handles.with(descriptor, |handle| close(handle, *client))? == Some(true)
        {
            *is_closed = true;
            self.connections.count_timed_out();
            tracing::debug!(%client, "a connection brought no request in time");
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

/// Classifies a new socket.
fn known(handle: &TcpStream, port: u16, limit: Duration, now: Instant) -> Known {
    let is_ours = handle.local_addr().is_ok_and(|own| own.port() == port);
    match handle.peer_addr() {
        Ok(client) if is_ours => {
            // A client that accepts no data for as long is considered gone. The socket may be closed by
            // now.
            let limit = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
            let _ = set_tcp_user_timeout(handle, limit);
            Known::Connection { client, seen: now, is_closed: false }
        }
        _ => Known::Other,
    }
}

/// Shuts a connection down for reading, if it still belongs to that client. Pending data is still sent.
fn close(handle: &TcpStream, client: SocketAddr) -> bool {
    let is_same = handle.peer_addr().is_ok_and(|peer| peer == client);
    if is_same {
        // It may be closed by now.
        let _ = handle.shutdown(Shutdown::Read);
    }
    is_same
}
