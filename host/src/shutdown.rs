//! Graceful shutdown: the site continues to serve until a router has noticed, then accepts no more
//! connections, and ends once no request is in progress.

mod outgoing;

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use rocket::figment::Figment;
use rocket::tokio::time::{sleep, timeout};
use rocket::{Build, Rocket, Shutdown, tokio};

use crate::watch::InFlight;

/// The time without requests after which the site is idle: a request may be about to arrive, or the
/// last bytes of a response may be in transit.
const SETTLED: Duration = Duration::from_millis(100);

/// Disables Rocket's signal handlers, which would stop at once.
pub(crate) fn without_signals(rocket: Rocket<Build>) -> Rocket<Build> {
    let figment: Figment = rocket.figment().clone();
    let none: [&str; 0] = [];
    let figment = figment.merge(("shutdown.ctrlc", false)).merge(("shutdown.signals", none));
    rocket.configure(figment)
}

/// Stops the site at a signal, after serving for `drain`.
///
/// A second signal ends the wait.
pub(crate) async fn on_signal(
    mut signals: Signals,
    shutdown: Shutdown,
    in_flight: Arc<InFlight>,
    drain: Duration,
) {
    let name = signals.next().await;
    in_flight.stop();
    if drain.is_zero() {
        tracing::info!("{name}: stopping");
    } else {
        tracing::info!("{name}: stopping in {} s", drain.as_secs());
        tokio::select! {
            () = sleep(drain) => {}
            name = signals.next() => tracing::info!("{name} again: stopping now"),
        }
    }
    shutdown.notify();
}

/// Requests that were still in progress at the timeout.
#[derive(Debug, thiserror::Error)]
#[error("told to stop, requests were cut off after {seconds} s: {count}")]
pub(crate) struct CutOff {
    count: usize,
    seconds: u64,
}

/// Waits until the site, on a port that is known by then, accepts no more connections and no request
/// is in progress.
///
/// # Errors
///
/// That takes longer than `limit` after the site was told to stop.
pub(crate) async fn stopped_and_idle(
    shutdown: Shutdown,
    in_flight: Arc<InFlight>,
    port: &AtomicU16,
    limit: Duration,
) -> Result<(), CutOff> {
    shutdown.await;
    // A module may have stopped it.
    in_flight.stop();
    timeout(limit, idle(&in_flight, port.load(Ordering::Relaxed)))
        .await
        .map_err(|_| CutOff { count: in_flight.count(), seconds: limit.as_secs() })
}

async fn idle(in_flight: &InFlight, port: u16) {
    let mut idle_since = None;
    loop {
        let now = tokio::time::Instant::now();
        if in_flight.count() > 0 {
            idle_since = None;
        } else if now.duration_since(*idle_since.get_or_insert(now)) >= SETTLED {
            if !outgoing::has_unsent_data(port) {
                return;
            }
            // A client reads slowly. The queue has to stay empty for a while, too.
            idle_since = None;
        }
        sleep(SETTLED / 10).await;
    }
}

/// The signals that end processes, caught once this value is created.
pub(crate) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Catches the signals: they no longer end this process by default.
    ///
    /// # Errors
    ///
    /// The operating system refuses.
    pub(crate) fn listen() -> std::io::Result<Self> {
        use rocket::tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for a signal, and returns its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Catches the signals.
    ///
    /// # Errors
    ///
    /// Never.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for a signal, and returns its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl-C"
    }
}
