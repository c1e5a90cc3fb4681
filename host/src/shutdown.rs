//! How the site stops: told to, it goes on to serve for a while if a router has to notice first, then
//! takes no more connections, and ends as soon as nobody is being answered.

mod outgoing;

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use rocket::figment::Figment;
use rocket::tokio::time::{sleep, timeout};
use rocket::{Build, Rocket, Shutdown, tokio};

use crate::watch::InFlight;

/// How long nobody has to be answered for all to be done: a request may be on its way in, the last
/// bytes of a response on their way out.
const SETTLED: Duration = Duration::from_millis(100);

/// Takes signals from Rocket, which would stop at once.
pub(crate) fn without_signals(rocket: Rocket<Build>) -> Rocket<Build> {
    let figment: Figment = rocket.figment().clone();
    let none: [&str; 0] = [];
    let figment = figment.merge(("shutdown.ctrlc", false)).merge(("shutdown.signals", none));
    rocket.configure(figment)
}

/// Stops the site when the process is told to: after `drain` of serving on.
///
/// Told a second time, it does not wait any longer.
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

/// Requests that were not over when there was no more time for them.
#[derive(Debug, thiserror::Error)]
#[error("told to stop, requests were cut off after {seconds} s: {count}")]
pub(crate) struct CutOff {
    count: usize,
    seconds: u64,
}

/// Waits until the site, on a port that is known by then, takes no more connections and nobody is
/// being answered.
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
    // It may have been told by a module.
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
            // Somebody reads slowly. That there is nothing left to be sent has to last, too.
            idle_since = None;
        }
        sleep(SETTLED / 10).await;
    }
}

/// The signals that end processes, from the moment on that this is made.
pub(crate) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens for them: they no longer end this process by themselves.
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

    /// Waits for one; its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Listens for them.
    ///
    /// # Errors
    ///
    /// There are none.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for one; its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl-C"
    }
}
