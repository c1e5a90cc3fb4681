//! Error reports and traces, sent to a server that speaks Sentry's protocol. Without a DSN nothing is
//! sent, and none of this code runs.

mod failing;
mod frames;
mod kind;
mod limit;
mod panics;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use sentry::integrations::tracing::ErrorLayer;
use sentry::protocol::{self, Event};
use sentry::{ClientInitGuard, ClientOptions, Hub};
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::planned::{PlannedModule, PlannedModules};
use crate::request::current;
use crate::settings::Settings;
use crate::site::Site;

use frames::{Frames, Place};
use kind::Kind;

pub(crate) use failing::routes;

/// The timeout for sending pending reports at the end of the program.
const PATIENCE: Duration = Duration::from_secs(2);

/// Targets whose errors are not reported: Rocket repeats the failures of handlers that the host
/// reports, and logs bodies that a client aborts; the transport of reports would report itself.
const UNREPORTED: [&str; 6] =
    ["rocket::data", "rocket::launch", "rocket::server", "rustls", "sentry", "ureq"];

/// Sends reports from now on, from this thread and those that are created later, if the settings have
/// an address for them. Pending reports are sent when the result is dropped, for at most [`PATIENCE`].
pub(crate) fn start(
    site: &Site,
    settings: &Settings,
    modules: &PlannedModules,
) -> Option<ClientInitGuard> {
    let dsn = settings.dsn()?.ok()?;
    let (authors, frames) = (Authors::of(modules), Frames::of(site.name, modules));
    let is_personal = settings.site.sentry_send_personal_data;
    let mut options = ClientOptions::new()
        .release(release(site))
        .environment(settings.profile().to_string())
        // The default ones would wait for the server during a request, or reveal more about this
        // machine than needed.
        .default_integrations(false)
        .max_breadcrumbs(0)
        .send_default_pii(is_personal)
        .shutdown_timeout(PATIENCE)
        .traces_sample_rate(settings.site.sentry_traces_sample_rate)
        .before_send(move |event| complete(event, is_personal, &authors, &frames))
        .transport(transport::Factory);
    options.dsn = Some(dsn);
    if is_personal {
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        options.server_name = Some(name.into());
    }
    let guard = sentry::init(options);
    panics::report(Frames::of(site.name, modules));
    Some(guard)
}

/// The version of the program, and the commit of the build.
fn release(site: &Site) -> String {
    let version = format!("{}@{}", site.name, site.version);
    match site.revision {
        Some(revision) => format!("{version}+{revision}"),
        None => version,
    }
}

/// Returns the layer that reports logged errors, if the settings have an address for reports.
pub(crate) fn layer(settings: &Settings) -> Option<LoggedErrors> {
    settings.dsn()?.ok()?;
    Some(LoggedErrors(ErrorLayer::new()))
}

/// Reports logged errors.
pub(crate) struct LoggedErrors(ErrorLayer);

impl<S> Layer<S> for LoggedErrors
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        // Where nothing is sent, as in `unreported`, nothing is counted.
        if *event.metadata().level() == Level::ERROR
            && Hub::current().client().is_some()
            && limit::allows(Kind::of_event(event))
        {
            self.0.on_event(event, context);
        }
    }
}

fn is_unreported(source: &str) -> bool {
    UNREPORTED.iter().any(|unreported| {
        let rest = source.strip_prefix(unreported);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    })
}

/// Calls `work` without reporting errors that it logs.
pub(crate) fn unreported<T>(work: impl FnOnce() -> T) -> T {
    Hub::run(Arc::new(Hub::new(None, Arc::default())), work)
}

/// Adds the request to a report, and removes personal data. Returns `None` if the report is not to be
/// sent.
fn complete(
    mut event: Event<'static>,
    is_personal: bool,
    authors: &Authors,
    frames: &Frames,
) -> Option<Event<'static>> {
    let mut place = None;
    if let Some(protocol::Context::Other(fields)) = event.contexts.get_mut("Rust Tracing Fields") {
        // Records of the crate `log` have their origin in fields.
        if let Some(target) = fields.get("log.target").and_then(|target| target.as_str()) {
            event.logger = Some(target.to_owned());
        }
        // A fairing is called before the route is known.
        if let Some(protocol::Value::String(id)) = fields.remove("request_id") {
            event.tags.insert("request_id".to_owned(), id);
        }
        if let Some(protocol::Value::String(text)) = fields.remove("place") {
            place = Place::parse(&text);
        }
        let is_shown = |name: &str| !name.starts_with("log.") && (is_personal || name != "user");
        fields.retain(|name, _| is_shown(name));
    }
    if event.logger.as_deref().is_some_and(is_unreported) {
        return None;
    }
    if event.exception.iter().all(|exception| exception.stacktrace.is_none()) {
        let trace = frames.here(place);
        match event.exception.last_mut() {
            Some(exception) => exception.stacktrace = trace,
            None => event.stacktrace = trace,
        }
    }
    // The trace of the thread, on which requests follow each other.
    event.contexts.remove("trace");
    if let Some(current) = current()
        && let Some(request) = &current.reported
    {
        request.describe(&current, &mut event);
    }
    // Work before any handler or after the response belongs to the module whose code it is.
    if let Some(module) = event.logger.as_deref().and_then(|target| authors.of_target(target)) {
        event.tags.entry("module".to_owned()).or_insert_with(|| module.to_owned());
    }
    Some(event)
}

/// The modules by the names of their crates.
struct Authors(Vec<(String, &'static str)>);

impl Authors {
    fn of(modules: &PlannedModules) -> Self {
        let package = |module: &PlannedModule| module.registration.package;
        let is_alone = |one: &PlannedModule| {
            modules.iter().filter(|m| package(m) == package(one)).count() == 1
        };
        let alone = modules.iter().filter(|module| is_alone(module));
        let by_crate = alone.map(|module| (module.registration.crate_name(), module.name()));
        let of_host = ["host", "fixtures", "migrate"].map(|name| (name.to_owned(), "host"));
        Self(by_crate.chain(of_host).collect())
    }

    /// The module that logs with this target, which is the path in the code.
    fn of_target(&self, target: &str) -> Option<&'static str> {
        let crate_name = target.split("::").next()?;
        self.0.iter().find_map(|(name, module)| (name == crate_name).then_some(*module))
    }
}
