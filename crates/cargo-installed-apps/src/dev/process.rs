//! Graceful termination of child processes.

use std::process::{Child, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The timeout for a process to terminate. A site finishes its requests in that time.
const PATIENCE: Duration = Duration::from_secs(30);
const INTERVAL: Duration = Duration::from_millis(5);

/// Asks a process to terminate, and waits; after the timeout it is killed.
pub(super) fn stop(child: &mut Child) -> Option<ExitStatus> {
    terminate(child);
    let asked = Instant::now();
    while asked.elapsed() < PATIENCE {
        match child.try_wait() {
            Ok(None) => sleep(INTERVAL),
            Ok(ended) => return ended,
            Err(_) => break,
        }
    }
    let _ = child.kill();
    child.wait().ok()
}

#[cfg(unix)]
fn terminate(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process};
    // It may have ended by itself.
    let _ = kill_process(Pid::from_child(child), Signal::TERM);
}

#[cfg(not(unix))]
fn terminate(child: &mut Child) {
    let _ = child.kill();
}
