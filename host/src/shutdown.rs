//! How the site stops: told to, it goes on to serve for a while if a router has to notice first, then
//! takes no more connections, and ends as soon as nobody is being answered.

use std::sync::Arc;
use std::time::Duration;

use rocket::figment::Figment;
use rocket::tokio::signal;
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

/// Waits until the process is told to stop, and stops the site: after `drain` of serving on.
///
/// Told a second time, it does not wait any longer.
pub(crate) async fn on_signal(shutdown: Shutdown, in_flight: Arc<InFlight>, drain: Duration) {
    let name = told_to_stop().await;
    in_flight.stop();
    if drain.is_zero() {
        tracing::info!("{name}: stopping");
    } else {
        tracing::info!("{name}: stopping in {} s", drain.as_secs());
        tokio::select! {
            () = sleep(drain) => {}
            _ = told_to_stop() => {}
        }
    }
    shutdown.notify();
}

/// Waits until the site takes no more connections and nobody is being answered.
pub(crate) async fn stopped_and_idle(shutdown: Shutdown, in_flight: Arc<InFlight>) {
    shutdown.await;
    // It may have been told by a module.
    in_flight.stop();
    let mut idle_since = None;
    loop {
        let now = tokio::time::Instant::now();
        if in_flight.count() > 0 {
            idle_since = None;
        } else if now.duration_since(*idle_since.get_or_insert(now)) >= SETTLED {
            return;
        }
        sleep(SETTLED / 10).await;
    }
}

/// Waits for a signal that ends processes; its name.
#[cfg(unix)]
async fn told_to_stop() -> &'static str {
    use rocket::tokio::signal::unix::{SignalKind, signal as listen};
    match listen(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = signal::ctrl_c() => "SIGINT",
        },
        Err(error) => {
            tracing::warn!("SIGTERM cannot be heard: {error}");
            let _ = signal::ctrl_c().await;
            "SIGINT"
        }
    }
}

/// Waits for a signal that ends processes; its name.
#[cfg(not(unix))]
async fn told_to_stop() -> &'static str {
    let _ = signal::ctrl_c().await;
    "Ctrl-C"
}
