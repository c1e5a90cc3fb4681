//! This process' own sockets, and handles to those that only Rocket has.
//!
//! A descriptor becomes a handle by a message to oneself: the operating system makes a new one of the
//! same socket, which is owned like any other. (`pidfd_getfd` would do the same, and is forbidden in
//! containers by default.)

use std::collections::HashSet;
use std::fs;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::os::fd::{IntoRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixDatagram;

use rustix::io::Errno;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use sendfd::SendWithFd;

/// The number by which the operating system knows a socket.
pub(super) type Inode = u64;

/// The descriptors of this process that are sockets.
///
/// # Errors
///
/// There is no `/proc`.
pub(super) fn sockets() -> io::Result<Vec<(RawFd, Inode)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc/self/fd")? {
        let entry = entry?;
        // It may be closed by now.
        let Ok(target) = fs::read_link(entry.path()) else { continue };
        let inode = target
            .to_str()
            .and_then(|target| target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
        let descriptor = entry.file_name().to_str().and_then(|name| name.parse().ok());
        found.extend(descriptor.zip(inode));
    }
    Ok(found)
}

/// The sockets on which something is left to send, as to a client that reads slowly.
pub(super) fn sending() -> HashSet<Inode> {
    let mut found = HashSet::new();
    for table in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
        let table = fs::read_to_string(table).unwrap_or_default();
        found.extend(table.lines().skip(1).filter_map(sending_in));
    }
    found
}

/// The fifth word of a line is how much is to be sent and to be read, in hex, the tenth the socket:
/// `0: 0100007F:1F90 0100007F:A2C4 01 00000000:00000000 00:00000000 00000000 0 0 12345 …`.
fn sending_in(line: &str) -> Option<Inode> {
    let mut words = line.split_ascii_whitespace().skip(4);
    let (to_send, _) = words.next()?.split_once(':')?;
    let inode = words.nth(4)?.parse().ok()?;
    to_send.bytes().any(|digit| digit != b'0').then_some(inode)
}

/// Makes handles.
pub(super) struct Handles {
    there: UnixDatagram,
    here: UnixDatagram,
}

impl Handles {
    pub(super) fn new() -> io::Result<Self> {
        let (there, here) = UnixDatagram::pair()?;
        Ok(Self { there, here })
    }

    /// A handle to a socket of TCP. `None` if the descriptor is another by now, or closed.
    ///
    /// # Errors
    ///
    /// The operating system makes none.
    pub(super) fn of(&self, descriptor: RawFd) -> io::Result<Option<TcpStream>> {
        match self.there.send_with_fd(b".", &[descriptor]) {
            Ok(_) => {}
            Err(error) if error.raw_os_error() == Some(Errno::BADF.raw_os_error()) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        let stream = TcpStream::from(self.receive()?);
        match stream.local_addr() {
            Err(error) if error.raw_os_error() == Some(Errno::NOTSOCK.raw_os_error()) => {
                // A file that was opened since. Closing it would end all locks that this process has
                // on it, those of SQLite among them: rather lose the number.
                let _ = stream.into_raw_fd();
                Ok(None)
            }
            _ => Ok(Some(stream)),
        }
    }

    fn receive(&self) -> io::Result<OwnedFd> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut messages = RecvAncillaryBuffer::new(&mut space);
        let mut byte = [0];
        let flags = RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT;
        recvmsg(&self.here, &mut [IoSliceMut::new(&mut byte)], &mut messages, flags)?;
        let descriptor = messages.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
            _ => None,
        });
        descriptor.ok_or_else(|| Errno::MFILE.into())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::os::fd::AsRawFd;

    use super::{Handles, sending, sockets};

    #[test]
    fn a_connection_is_found_and_shut_down_by_a_handle_of_its_descriptor() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut accepted, _) = listener.accept().unwrap();
        let descriptors: Vec<_> =
            sockets().unwrap().into_iter().map(|(number, _)| number).collect();
        for socket in [listener.as_raw_fd(), client.as_raw_fd(), accepted.as_raw_fd()] {
            assert!(descriptors.contains(&socket), "{socket} in {descriptors:?}");
        }
        let handle = Handles::new().unwrap().of(accepted.as_raw_fd()).unwrap().unwrap();
        assert_eq!(handle.peer_addr().unwrap(), client.local_addr().unwrap());
        handle.shutdown(Shutdown::Read).unwrap();
        drop(handle);
        // It would wait for ever.
        assert_eq!(accepted.read(&mut [0]).unwrap(), 0);
    }

    #[test]
    fn what_nobody_reads_is_left_to_send() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut reader = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut writer, _) = listener.accept().unwrap();
        let descriptor = writer.as_raw_fd();
        let known = sockets().unwrap().into_iter().find(|(number, _)| *number == descriptor);
        let (_, inode) = known.unwrap();
        assert!(!sending().contains(&inode));
        writer.set_nonblocking(true).unwrap();
        let mut written = 0;
        while let Ok(length) = writer.write(&[0; 4096]) {
            written += length;
        }
        assert!(sending().contains(&inode));
        reader.read_exact(&mut vec![0; written]).unwrap();
        while sending().contains(&inode) {}
    }

    #[test]
    fn what_is_no_socket_is_passed_over() {
        let file = File::open("/proc/self/status").unwrap();
        let handles = Handles::new().unwrap();
        let descriptor = file.as_raw_fd();
        assert!(!sockets().unwrap().iter().any(|(number, _)| *number == descriptor));
        assert!(handles.of(descriptor).unwrap().is_none());
        assert!(handles.of(1 << 20).unwrap().is_none(), "it is not open");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let handle = handles.of(listener.as_raw_fd()).unwrap().unwrap();
        assert_eq!(handle.local_addr().unwrap(), listener.local_addr().unwrap());
    }
}
