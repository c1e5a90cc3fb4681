//! Reports of what goes wrong, and traces, to a server that speaks Sentry's protocol. Without a DSN
//! nothing is sent, and nothing of this runs.

mod failing;
mod panics;
mod request;
mod transport;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use sentry::integrations::tracing::ErrorLayer;
use sentry::protocol::{Context, Event};
use sentry::types::{Dsn, ParseDsnError};
use sentry::{ClientInitGuard, ClientOptions, Hub};
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use crate::Settings;
use crate::watch::current;

pub(crate) use failing::routes;
pub(crate) use request::{ReportedRequest, Scope};

/// How long the program waits for reports to go out before it ends.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whose errors are not reported: Rocket says of a failed handler again what the host reports, and
/// what sends reports would report itself.
const UNREPORTED: [&str; 5] = ["rocket::server", "rocket::launch", "sentry", "ureq", "rustls"];

/// The DSN of the settings.
pub(crate) fn dsn(settings: &Settings) -> Option<Result<Dsn, ParseDsnError>> {
    settings.site.sentry_dsn.as_deref().map(|dsn| dsn.trim().parse())
}

/// Sends reports from now on, of this thread and of those that begin later, if the settings say where
/// to. What is still to be sent when the result is dropped is sent then, for at most [`PATIENCE`].
pub(crate) fn start(settings: &Settings) -> Option<ClientInitGuard> {
    let dsn = dsn(settings)?.ok()?;
    let is_personal = settings.site.sentry_send_personal_data;
    let mut options = ClientOptions::new()
        .release(release())
        .environment(settings.profile().to_string())
        // Those there are would wait for the server in the middle of a request, or say more of this
        // machine than is asked.
        .default_integrations(false)
        .max_breadcrumbs(0)
        .send_default_pii(is_personal)
        .shutdown_timeout(PATIENCE)
        .traces_sample_rate(settings.site.sentry_traces_sample_rate)
        .before_send(move |event| Some(complete(event, is_personal)))
        .transport(transport::Factory);
    options.dsn = Some(dsn);
    if is_personal {
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        options.server_name = Some(name.into());
    }
    let guard = sentry::init(options);
    panics::report();
    Some(guard)
}

/// The version of the program, and the commit that it was built of.
fn release() -> Cow<'static, str> {
    let version = concat!(env!("CARGO_PKG_NAME"), "@", env!("CARGO_PKG_VERSION"));
    match option_env!("GIT_REVISION") {
        Some(revision) => format!("{version}+{revision}").into(),
        None => version.into(),
    }
}

/// What makes reports of errors that are logged, if the settings say where to.
pub(crate) fn layer<S>(settings: &Settings) -> Option<impl Layer<S> + use<S>>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    dsn(settings)?.ok()?;
    Some(ErrorLayer::new().with_filter(filter_fn(is_reported)))
}

fn is_reported(metadata: &Metadata<'_>) -> bool {
    let is_of = |source: &&str| {
        let rest = metadata.target().strip_prefix(*source);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    *metadata.level() == Level::ERROR && !UNREPORTED.iter().any(|source| is_of(&source))
}

/// Does something that reports nothing, whatever it logs.
pub(crate) fn unreported<T>(work: impl FnOnce() -> T) -> T {
    Hub::run(Arc::new(Hub::new(None, Arc::default())), work)
}

/// Says in a report which request it is about, and takes out what is personal.
fn complete(mut event: Event<'static>, is_personal: bool) -> Event<'static> {
    if let Some(Context::Other(fields)) = event.contexts.get_mut("Rust Tracing Fields") {
        // What comes through the crate `log` says where it is from in fields of its own.
        if let Some(target) = fields.get("log.target").and_then(|target| target.as_str()) {
            event.logger = Some(target.to_owned());
        }
        let is_shown = |name: &str| !name.starts_with("log.") && (is_personal || name != "user");
        fields.retain(|name, _| is_shown(name));
    }
    // That of the thread, on which one request follows the other.
    event.contexts.remove("trace");
    if let Some(current) = current()
        && let Some(request) = &current.reported
    {
        request.describe(&current, &mut event);
    }
    event
}
