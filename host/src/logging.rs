//! Logging to standard error through `tracing`, including Rocket's own log lines.

mod format;
mod of_rocket;
mod panics;
mod queue;

use std::io::IsTerminal;

use module_api::Problem;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::settings::{LogFormat, Settings};
use crate::{reload, reports};
use format::{HumanFormat, Json};
use of_rocket::RocketFilter;
use queue::Lines;

pub(crate) use of_rocket::failed_connections;
pub(crate) use panics::log as log_panics;
pub(crate) use queue::{Flush, dropped_lines, print, start as queue_lines};

/// Installs the subscriber, before Rocket would install a logger of its own.
///
/// # Errors
///
/// The filter, from `RUST_LOG` or else from the setting `log`, cannot be parsed.
pub(crate) fn init(settings: &Settings) -> Result<(), Problem> {
    let (name, filter) = match std::env::var("RUST_LOG") {
        Ok(filter) if !filter.is_empty() => ("RUST_LOG", filter),
        _ => ("the setting `log`", settings.site.log.clone()),
    };
    let filter = EnvFilter::try_new(&filter).map_err(|error| {
        Problem::error("settings.E006", format!("{name}, `{filter}`: {error}"))
            .hint("write a filter such as `info,rocket=warn`")
    })?;
    // A browser aborts the stream of each page that it leaves.
    let filter = match "rocket::server=error".parse() {
        Ok(quiet) if reload::is_on(settings) => filter.add_directive(quiet),
        _ => filter,
    };
    let ansi = std::io::stderr().is_terminal();
    let lines = fmt::layer()
        .with_writer(Lines)
        .with_ansi(ansi)
        // It would report a closed standard error to standard error itself, and panic.
        .log_internal_errors(false);
    let lines: Box<dyn Layer<_> + Send + Sync> = match settings.log_format() {
        LogFormat::Text => lines.event_format(HumanFormat).boxed(),
        LogFormat::Json => lines.event_format(Json).boxed(),
    };
    // One filter for all layers: with one for each, `tracing-subscriber` loses an event after the
    // crate `log` has queried whether a record is enabled that no layer wants.
    let (of_rocket, filter) = RocketFilter::over(filter);
    let subscriber = tracing_subscriber::registry().with(filter).with(of_rocket).with(lines);
    // In a test another one may already be installed, and is used.
    let _ = subscriber.with(reports::layer(settings)).try_init();
    Ok(())
}
