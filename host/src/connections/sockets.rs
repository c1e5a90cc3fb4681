//! The sockets of this process, from `/proc`.
//!
//! The files stay open: when clients hold all descriptors of the process, none can be opened.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::os::fd::RawFd;

use rustix::fs::Dir;

/// The inode number of a socket.
pub(super) type Inode = u64;

/// The lists of sockets.
pub(super) struct Sockets {
    descriptors: Dir,
    /// The tables of TCP over IPv4 and IPv6.
    tables: Vec<File>,
}

impl Sockets {
    /// Opens the lists.
    ///
    /// # Errors
    ///
    /// There is no `/proc`, or no free descriptor.
    pub(super) fn open() -> io::Result<Self> {
        let tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
        Ok(Self {
            descriptors: Dir::new(File::open("/proc/self/fd")?)?,
            // A system without IPv6 has no table for it.
            tables: tables.into_iter().filter_map(|table| File::open(table).ok()).collect(),
        })
    }

    /// The descriptors of this process that are sockets.
    ///
    /// # Errors
    ///
    /// The operating system does not list them.
    pub(super) fn all(&mut self) -> io::Result<Vec<(RawFd, Inode)>> {
        let mut found = Vec::new();
        self.descriptors.rewind();
        while let Some(entry) = self.descriptors.read() {
            let entry = entry?;
            let Ok(descriptor) = entry.file_name().to_string_lossy().parse() else { continue };
            // It may be closed by now.
            let Ok(target) = fs::read_link(format!("/proc/self/fd/{descriptor}")) else { continue };
            let inode = target
                .to_str()
                .and_then(|it| it.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
            found.extend(inode.map(|inode| (descriptor, inode)));
        }
        Ok(found)
    }

    /// The sockets with unsent data, for example to a slow client.
    pub(super) fn sending(&mut self) -> HashSet<Inode> {
        let mut found = HashSet::new();
        for table in &mut self.tables {
            let mut text = String::new();
            if table.rewind().and_then(|()| table.read_to_string(&mut text)).is_ok() {
                found.extend(text.lines().skip(1).filter_map(sending_in));
            }
        }
        found
    }
}

/// The fifth word of a line has the sizes of the send and receive queues in hex, the tenth the inode:
/// `0: 0100007F:1F90 0100007F:A2C4 01 00000000:00000000 00:00000000 00000000 0 0 12345 …`.
fn sending_in(line: &str) -> Option<Inode> {
    let mut words = line.split_ascii_whitespace().skip(4);
    let (to_send, _) = words.next()?.split_once(':')?;
    let inode = words.nth(4)?.parse().ok()?;
    to_send.bytes().any(|digit| digit != b'0').then_some(inode)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsRawFd;

    use super::Sockets;

    #[test]
    fn sockets_are_told_from_files() {
        let file = File::open("/proc/self/status").unwrap();
        let mut sockets = Sockets::open().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let all = sockets.all().unwrap();
        let is_among = |descriptor| all.iter().any(|(number, _)| *number == descriptor);
        assert!(is_among(listener.as_raw_fd()) && !is_among(file.as_raw_fd()));
        let descriptor = listener.as_raw_fd();
        drop(listener);
        // Other tests open sockets, too.
        let inode = all.iter().find(|(number, _)| *number == descriptor).unwrap().1;
        assert!(!sockets.all().unwrap().iter().any(|(_, other)| *other == inode));
    }

    #[test]
    fn what_nobody_reads_is_left_to_send() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut reader = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut writer, _) = listener.accept().unwrap();
        let descriptor = writer.as_raw_fd();
        let mut sockets = Sockets::open().unwrap();
        let all = sockets.all().unwrap();
        let (_, inode) = *all.iter().find(|(number, _)| *number == descriptor).unwrap();
        assert!(!sockets.sending().contains(&inode));
        writer.set_nonblocking(true).unwrap();
        let mut written = 0;
        while let Ok(length) = writer.write(&[0; 4096]) {
            written += length;
        }
        assert!(sockets.sending().contains(&inode));
        reader.read_exact(&mut vec![0; written]).unwrap();
        while sockets.sending().contains(&inode) {}
    }
}
