//! The log records of Rocket's server: failed connections are counted and logged, since no fairing sees
//! them. Other records are dropped, since the host logs the same with the request.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::subscriber::with_default;
use tracing::{Event, Level, Subscriber, enabled};
use tracing_subscriber::filter::Directive;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{EnvFilter, Layer, registry};

/// The target of all records of the crate `log`; the original target is in a field.
const LOG: &str = "log";
const SERVER: &str = "rocket::server";
/// The prefix of Rocket's log line for a failed connection: it had no request, or was aborted.
const FAILED: &str = "Connection failed: ";

static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// The number of failed connections: they had no request, or were aborted.
pub(crate) fn failed_connections() -> u64 {
    CONNECTIONS.load(Ordering::Relaxed)
}

/// Drops the records of Rocket's server, except for failed connections. Those are counted, even if they
/// are not logged.
pub(super) struct RocketFilter {
    logs: bool,
}

impl RocketFilter {
    /// Extends a filter by the records that are counted.
    pub(super) fn over(filter: EnvFilter) -> (Self, EnvFilter) {
        let asked = filter.to_string();
        let logs = EnvFilter::try_new(&asked).is_ok_and(|filter| {
            with_default(registry().with(filter), || enabled!(target: SERVER, Level::WARN))
        });
        let counted = Directive::from_str(&format!("{SERVER}=warn")).expect("it is a directive");
        (Self { logs }, filter.add_directive(counted))
    }
}

impl<S: Subscriber> Layer<S> for RocketFilter {
    fn event_enabled(&self, event: &Event<'_>, _: Context<'_, S>) -> bool {
        if event.metadata().target() != LOG {
            return true;
        }
        let mut line = Line::default();
        event.record(&mut line);
        if !line.is_of_server {
            return true;
        }
        if line.is_failed_connection {
            CONNECTIONS.fetch_add(1, Ordering::Relaxed);
        }
        self.logs && line.is_failed_connection
    }
}

#[derive(Default)]
struct Line {
    is_of_server: bool,
    is_failed_connection: bool,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "log.target" {
            self.is_of_server = value.starts_with(SERVER);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.is_failed_connection = format!("{value:?}").starts_with(FAILED);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_connections_are_counted_whatever_is_logged() {
        for (filter, logs) in [
            ("info", true),
            ("info,rocket=warn", true),
            ("error", false),
            ("info,rocket=error", false),
            ("off", false),
        ] {
            let (of_rocket, counting) = RocketFilter::over(EnvFilter::new(filter));
            assert_eq!(of_rocket.logs, logs, "{filter}");
            let is_asked = || enabled!(target: "rocket::server", Level::WARN);
            assert!(with_default(registry().with(counting), is_asked), "{filter}");
        }
    }
}
