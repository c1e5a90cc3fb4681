//! Detection of responses that are still being sent to slow readers.
//!
//! A request is over when its response was passed to the connection, which may buffer some of it
//! until the operating system accepts more. Meanwhile the operating system reports unsent data for
//! the connection.

/// Connections that this end has not closed: `ESTABLISHED` and `CLOSE_WAIT`. The operating system
/// sends the remaining data of others by itself.
const OPEN: [&str; 2] = ["01", "08"];

/// Returns `true` if a connection to this port has unsent data; `false` where there is no `/proc`.
pub(super) fn has_unsent_data(port: u16) -> bool {
    ["/proc/self/net/tcp", "/proc/self/net/tcp6"].iter().any(|table| {
        let table = std::fs::read_to_string(table).unwrap_or_default();
        table.lines().skip(1).any(|line| is_unsent(line, port).unwrap_or_default())
    })
}

/// A line begins with a number, the local address, the remote one, the state, and the sizes of the
/// send and receive queues: `0: 0100007F:1F90 0100007F:A2C4 01 00000000:00000000`, all in hex.
fn is_unsent(line: &str, port: u16) -> Option<bool> {
    let mut words = line.split_ascii_whitespace().skip(1);
    let (_, local_port) = words.next()?.rsplit_once(':')?;
    let state = words.nth(1)?;
    let (to_send, _) = words.next()?.split_once(':')?;
    Some(
        u16::from_str_radix(local_port, 16) == Ok(port)
            && OPEN.contains(&state)
            && to_send.bytes().any(|digit| digit != b'0'),
    )
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::{Duration, Instant};

    use super::has_unsent_data;

    #[test]
    fn what_nobody_reads_is_on_its_way_until_somebody_does() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut reader = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let (mut writer, _) = listener.accept().unwrap();
        assert!(!has_unsent_data(port));
        writer.set_nonblocking(true).unwrap();
        let mut written = 0;
        let full = loop {
            match writer.write(&[0; 4096]) {
                Ok(length) => written += length,
                Err(error) => break error,
            }
        };
        assert_eq!(full.kind(), ErrorKind::WouldBlock);
        assert!(has_unsent_data(port));
        reader.read_exact(&mut vec![0; written]).unwrap();
        let since = Instant::now();
        while has_unsent_data(port) {
            assert!(since.elapsed() < Duration::from_secs(30), "all was read");
        }
    }
}
