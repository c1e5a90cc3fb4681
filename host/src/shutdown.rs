//! How the site stops: told to, it goes on to serve for a while if a router has to notice first, then
//! takes no more connections, and ends as soon as nobody is being answered.

mod outgoing;

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use rocket::figment::Figment;
use rocket::tokio::time::sleep;
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

/// Waits until the site, on a port that is known by then, takes no more connections and nobody is
/// being answered.
pub(crate) async fn stopped_and_idle(
    shutdown: Shutdown,
    in_flight: Arc<InFlight>,
    port: &AtomicU16,
) {
    shutdown.await;
    // It may have been told by a module.
    in_flight.stop();
    let mut idle_since = None;
    loop {
        let now = tokio::time::Instant::now();
        if in_flight.count() > 0 {
            idle_since = None;
        } else if now.duration_since(*idle_since.get_or_insert(now)) >= SETTLED {
            if !outgoing::is_on_its_way(port.load(Ordering::Relaxed)) {
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
