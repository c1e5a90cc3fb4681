//! The queue of log lines to standard error, written by a thread of its own, so that no request
//! waits for the reader.

use std::io::{self, BufWriter, Stderr, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::fmt::MakeWriter;

/// The capacity of the queue in lines; more are dropped. At some 300 bytes a line that is 3 MB.
const LONGEST: usize = 8 * 1024;

static QUEUE: OnceLock<NonBlocking> = OnceLock::new();
static WORKER: Mutex<Option<WorkerGuard>> = Mutex::new(None);

/// Queues lines from now on. Short commands write them directly.
///
/// # Errors
///
/// The operating system cannot duplicate the handle of standard error.
pub(crate) fn start() -> io::Result<()> {
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LONGEST);
    let (queue, worker) = builder.thread_name("log").finish(BufWriter::new(stderr()?));
    if QUEUE.set(queue).is_ok() {
        *WORKER.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
    }
    Ok(())
}

/// Standard error, bypassing the lock of the standard library, which would be held while the reader
/// is blocked.
#[cfg(unix)]
fn stderr() -> io::Result<std::fs::File> {
    use std::os::fd::AsFd;
    Ok(io::stderr().as_fd().try_clone_to_owned()?.into())
}

#[cfg(not(unix))]
fn stderr() -> io::Result<Stderr> {
    Ok(io::stderr())
}

/// Writes the queued lines when dropped, unless the reader is blocked for a second.
pub(crate) struct Flush;

impl Drop for Flush {
    fn drop(&mut self) {
        drop(WORKER.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// The number of lines dropped because the queue was full.
pub(crate) fn dropped_lines() -> usize {
    QUEUE.get().map_or(0, |queue| queue.error_counter().dropped_lines())
}

/// Prints a line that is not part of the log, in order with the log lines.
pub(crate) fn print(text: &str) {
    // Without a reader the error cannot be reported.
    let _ = Lines.make_writer().write_all(format!("{text}\n").as_bytes());
}

/// The writer of log lines.
pub(super) struct Lines;

pub(super) enum Line {
    Queued(NonBlocking),
    Direct(Stderr),
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        QUEUE.get().map_or_else(|| Line::Direct(io::stderr()), |queue| Line::Queued(queue.clone()))
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Queued(queue) => queue.write(bytes),
            Self::Direct(stderr) => stderr.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Queued(queue) => queue.flush(),
            Self::Direct(stderr) => stderr.flush(),
        }
    }
}
