//! Closes connections without a timely request.
//!
//! Rocket waits without a timeout for the head of a request and the first bytes of its body, and
//! for the next request; its listener is private. So a sweep examines the process's sockets:
//! connections with a request in progress are recorded here, and those that are idle for too long
//! are shut down for reading, as if the client had closed them.

mod activity;
#[cfg(target_os = "linux")]
mod handles;
#[cfg(target_os = "linux")]
mod sockets;
#[cfg(target_os = "linux")]
mod sweep;

use std::sync::Arc;

use rocket::fairing::AdHoc;

pub(crate) use activity::{Connections, Exchange};

/// The fairing that closes idle connections as long as the site runs.
#[cfg(target_os = "linux")]
pub(crate) fn guard(connections: Arc<Connections>) -> AdHoc {
    use rocket::tokio;
    use rocket::tokio::time::{MissedTickBehavior, interval};

    AdHoc::on_liftoff("Connections", move |rocket| {
        let (port, shutdown) = (rocket.config().port, rocket.shutdown());
        Box::pin(async move {
            let Some(limit) = connections.limit() else { return };
            let mut ticks = interval(sweep::pause(limit));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut sweep = match sweep::Sweep::new(port, limit, connections) {
                Ok(sweep) => sweep,
                Err(error) => return tracing::warn!("idle connections stay open: {error}"),
            };
            let sweeping = async move {
                loop {
                    ticks.tick().await;
                    let swept = tokio::task::spawn_blocking(move || {
                        if let Err(error) = sweep.run() {
                            tracing::warn!("open connections cannot be looked at: {error}");
                        }
                        sweep
                    });
                    // The runtime may end meanwhile.
                    let Ok(swept) = swept.await else { return };
                    sweep = swept;
                }
            };
            tokio::spawn(async move {
                tokio::select! {
                    () = sweeping => {}
                    () = shutdown => {}
                }
            });
        })
    })
}

/// The sweep needs Linux's `/proc`.
#[cfg(not(target_os = "linux"))]
pub(crate) fn guard(connections: Arc<Connections>) -> AdHoc {
    AdHoc::on_liftoff("Connections", move |_| {
        Box::pin(async move {
            if connections.limit().is_some() {
                tracing::warn!("`idle_timeout` has no effect on this operating system");
            }
        })
    })
}
