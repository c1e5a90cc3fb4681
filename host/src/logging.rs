//! Where log lines go: to standard error, through `tracing`. Rocket's own arrive there too.

mod format;

use std::io::IsTerminal;

use module_api::Problem;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::{LogFormat, Settings, reports};
use format::{FieldsForPeople, ForPeople, Json};

/// Installs the subscriber. It has to be there before Rocket would install a logger of its own.
///
/// # Errors
///
/// The filter, of `RUST_LOG` or else of the setting `log`, cannot be read.
pub(crate) fn init(settings: &Settings) -> Result<(), Problem> {
    let (name, filter) = match std::env::var("RUST_LOG") {
        Ok(filter) if !filter.is_empty() => ("RUST_LOG", filter),
        _ => ("the setting `log`", settings.site.log.clone()),
    };
    let filter = EnvFilter::try_new(&filter).map_err(|error| {
        Problem::error("settings.E006", format!("{name}, `{filter}`: {error}"))
            .hint("write a filter such as `info,rocket=warn`")
    })?;
    let ansi = std::io::stderr().is_terminal();
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(ansi)
        // It would report a reader that has gone to that same reader, and panic.
        .log_internal_errors(false);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match settings.log_format() {
        LogFormat::Text => {
            let lines = lines.event_format(ForPeople).fmt_fields(FieldsForPeople);
            lines.with_filter(filter).boxed()
        }
        LogFormat::Json => lines.event_format(Json).with_filter(filter).boxed(),
    };
    // In a test another one may be installed already: then that one is used.
    let _ = tracing_subscriber::registry().with(lines).with(reports::layer(settings)).try_init();
    Ok(())
}
