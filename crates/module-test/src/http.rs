//! HTTP requests over TCP, byte for byte, to a port of this machine.

use std::fmt::Write;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::process;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use rocket::tokio::io::{AsyncReadExt, AsyncWriteExt};
use rocket::tokio::net::TcpStream;
use rocket::tokio::time::timeout;

use crate::Answer;

/// The timeout of a response.
const PATIENCE: Duration = Duration::from_mins(1);

/// Returns a port that is free now, for a program that has to be given one. It is outside of the
/// range of ports that the operating system assigns to connections, so it is rarely taken by another
/// program.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let ports = std::iter::repeat_with(|| {
        let number = process::id().wrapping_mul(31).wrapping_add(NEXT.fetch_add(1, Relaxed));
        10_000 + u16::try_from(number % 10_000).expect("it is less than 10,000")
    });
    ports.take(10_000).find(is_free).expect("one of ten thousand is free")
}

/// Sends a request without a body on a new connection, and returns the whole response.
///
/// # Errors
///
/// The connection is refused, or there is no complete response within a minute.
pub async fn ask(
    port: u16,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
) -> io::Result<Answer> {
    ask_with(port, method, target, headers, &[]).await
}

/// Sends a request with a body on a new connection, and returns the whole response.
///
/// # Errors
///
/// Same as for [`ask`].
pub async fn ask_with(
    port: u16,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let head = request(method, target, headers, body.len());
    stream.write_all(&[head.as_bytes(), body].concat()).await?;
    let mut answer = Vec::new();
    match timeout(PATIENCE, stream.read_to_end(&mut answer)).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) if error.kind() == ErrorKind::ConnectionReset && !answer.is_empty() => {}
        Ok(Err(error)) => return Err(error),
        Err(_) => return Err(ErrorKind::TimedOut.into()),
    }
    let answer = parse(&answer)?;
    let length = answer.header("content-length").and_then(|length| length.parse::<usize>().ok());
    if method != "HEAD" && length.is_some_and(|length| length != answer.body.len()) {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(answer)
}

/// The head of a request that is the only one on its connection, with a body of that length.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], length: usize) -> String {
    let mut request = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        request.push_str("Host: localhost\r\n");
    }
    if length > 0 || !matches!(method, "GET" | "HEAD") {
        write!(request, "Content-Length: {length}\r\n").expect("a string takes all");
    }
    for (name, value) in headers {
        write!(request, "{name}: {value}\r\n").expect("a string takes all");
    }
    request.push_str("\r\n");
    request
}

/// Parses a response.
///
/// # Errors
///
/// The head is incomplete or missing.
pub fn parse(answer: &[u8]) -> io::Result<Answer> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.ok_or(ErrorKind::UnexpectedEof)?;
    let head = std::str::from_utf8(&answer[..end]).map_err(|_| ErrorKind::InvalidData)?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let header = |line: &str| {
        let (name, value) = line.split_once(':').expect("a header has a colon");
        (name.to_owned(), value.trim().to_owned())
    };
    let status = status.ok_or(ErrorKind::InvalidData)?;
    Ok(Answer::new(status, lines.map(header), answer[end + 4..].to_vec()))
}
