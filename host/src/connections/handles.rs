//! Handles to this process's own sockets, which are otherwise private to Rocket.
//!
//! A descriptor is duplicated by a message to the process itself: the operating system creates a new one
//! for the same socket, which is owned like any other. (`pidfd_getfd` would do the same, and is forbidden
//! in containers by default.)

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::TcpStream;
use std::os::fd::{IntoRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixDatagram;

use rustix::io::{Errno, dup2};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use sendfd::SendWithFd;

/// Creates handles.
pub(super) struct Handles {
    there: UnixDatagram,
    here: UnixDatagram,
    nothing: File,
    /// Reserves a descriptor between two uses, since clients may hold all others.
    place: Option<OwnedFd>,
}

impl Handles {
    /// Reserves the descriptors that handles need.
    ///
    /// # Errors
    ///
    /// There is no free descriptor.
    pub(super) fn new() -> io::Result<Self> {
        let (there, here) = UnixDatagram::pair()?;
        let nothing = File::open("/dev/null")?;
        let place = Some(nothing.try_clone()?.into());
        Ok(Self { there, here, nothing, place })
    }

    /// Calls `work` with a TCP socket. Returns `None` if the descriptor has been closed or reused.
    ///
    /// # Errors
    ///
    /// The operating system cannot create a handle.
    pub(super) fn with<T>(
        &mut self,
        descriptor: RawFd,
        work: impl FnOnce(&TcpStream) -> T,
    ) -> io::Result<Option<T>> {
        match self.there.send_with_fd(b".", &[descriptor]) {
            Ok(_) => {}
            Err(error) if error.raw_os_error() == Some(Errno::BADF.raw_os_error()) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        self.place = None;
        let stream = match self.receive() {
            Ok(descriptor) => TcpStream::from(descriptor),
            Err(error) => {
                self.hold_place();
                return Err(error);
            }
        };
        let done = match stream.local_addr() {
            Err(error) if error.raw_os_error() == Some(Errno::NOTSOCK.raw_os_error()) => {
                // A file that was opened since. Closing it would release all locks of this process on it,
                // including SQLite's: leak the descriptor instead.
                let _ = stream.into_raw_fd();
                self.hold_place();
                return Ok(None);
            }
            _ => work(&stream),
        };
        // At once, so that no client gets the descriptor.
        let mut place = OwnedFd::from(stream);
        dup2(&self.nothing, &mut place)?;
        self.place = Some(place);
        Ok(Some(done))
    }

    fn hold_place(&mut self) {
        self.place = self.nothing.try_clone().ok().map(OwnedFd::from);
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
    use std::io::Read;
    use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
    use std::os::fd::AsRawFd;

    use super::Handles;

    #[test]
    fn a_connection_is_shut_down_by_its_descriptor() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut accepted, _) = listener.accept().unwrap();
        let shut_down = |handle: &TcpStream| -> SocketAddr {
            handle.shutdown(Shutdown::Read).unwrap();
            handle.peer_addr().unwrap()
        };
        let peer = Handles::new().unwrap().with(accepted.as_raw_fd(), shut_down).unwrap();
        assert_eq!(peer, Some(client.local_addr().unwrap()));
        // It would wait for ever.
        assert_eq!(accepted.read(&mut [0]).unwrap(), 0);
    }

    #[test]
    fn what_is_no_socket_is_passed_over() {
        let file = File::open("/proc/self/status").unwrap();
        let mut handles = Handles::new().unwrap();
        let local = |handle: &TcpStream| handle.local_addr().unwrap();
        assert!(handles.with(file.as_raw_fd(), local).unwrap().is_none());
        assert!(handles.with(1 << 20, local).unwrap().is_none(), "it is not open");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        for _ in 0..3 {
            let found = handles.with(listener.as_raw_fd(), local).unwrap();
            assert_eq!(found, Some(listener.local_addr().unwrap()));
        }
    }
}
