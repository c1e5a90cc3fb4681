//! Where log lines go: to standard error, through `tracing`. Rocket's own arrive there too.

use std::io::IsTerminal;

use module_api::Problem;
use tracing_subscriber::EnvFilter;

use crate::Settings;

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
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        // It would report a reader that has gone to that same reader, and panic.
        .log_internal_errors(false)
        .finish();
    // In a test another one may be installed already: then that one is used.
    let _ = tracing_subscriber::util::SubscriberInitExt::try_init(subscriber);
    Ok(())
}
