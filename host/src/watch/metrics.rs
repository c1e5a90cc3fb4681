//! Metrics for Prometheus: requests and their durations, connections, and the modules' gauges.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metrics::{Counter, Histogram, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use module_api::db::Db;
use module_api::{Gauge, with_causes};
use rocket::http::{ContentType, Method, Status};
use rocket::route::{Handler, Outcome};
use rocket::tokio::time::timeout;
use rocket::{Data, Request, Response, Route};
use subtle::ConstantTimeEq;

use super::{InFlight, method_name};
use crate::connections::Connections;
use crate::headers::no_store;
use crate::kept::Keeping;
use crate::logging;
use crate::planned::PlannedModules;
use crate::request::Answering;
use crate::settings::Settings;
use crate::site::Site;

const REQUESTS: &str = "http_requests_total";
const REFUSED: &str = "database_connections_refused_total";
const FAILED: &str = "http_connections_failed_total";
const DROPPED_LINES: &str = "log_lines_dropped_total";
const TIMED_OUT: &str = "http_connections_timed_out_total";
const KEPT_HITS: &str = "kept_pages_hits_total";
const KEPT_MISSES: &str = "kept_pages_misses_total";
const DURATIONS: &str = "http_request_duration_seconds";
/// The upper bounds of the histogram of durations, in seconds.
const BOUNDS: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 2.5, 10.0];
/// The timeout of a module's gauge.
const PATIENCE: Duration = Duration::from_secs(2);

/// The metrics of a site.
pub(crate) struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    series: RwLock<HashMap<SeriesKey, Series>>,
    in_flight: Arc<InFlight>,
    connections: Arc<Connections>,
    kept: Option<Arc<Keeping>>,
    gauges: Vec<(&'static str, Gauge)>,
    /// Bearer token; `None` makes the endpoint public.
    token: Option<String>,
}

/// There are as many routes as the program has, and as many methods and statuses as HTTP has.
#[derive(PartialEq, Eq, Hash)]
struct SeriesKey {
    module: &'static str,
    /// The index of the route's name; 0 if no route was called.
    route: usize,
    method: Option<Method>,
    status: u16,
}

struct Series {
    requests: Counter,
    durations: Histogram,
}

impl Metrics {
    /// Returns `None` if the settings disable metrics.
    pub(crate) fn new(
        site: &Site,
        settings: &Settings,
        modules: &PlannedModules,
        in_flight: Arc<InFlight>,
        connections: Arc<Connections>,
        kept: Option<Arc<Keeping>>,
    ) -> Option<Self> {
        if !settings.site.metrics {
            return None;
        }
        let builder = PrometheusBuilder::new().set_buckets(&BOUNDS).expect("there are bounds");
        let recorder = builder.build_recorder();
        let active = modules.active();
        let gauges = active.flat_map(|module| {
            let gauges = module.registration.module.gauges();
            gauges.into_iter().map(|gauge| (module.name(), gauge))
        });
        let metrics = Self {
            handle: recorder.handle(),
            recorder,
            series: RwLock::default(),
            in_flight,
            connections,
            kept,
            gauges: gauges.collect(),
            token: settings.site.metrics_token.clone(),
        };
        metrics.describe();
        metrics.describe_build(site, settings);
        Some(metrics)
    }

    fn describe(&self) {
        let describe = |name: &'static str, help: &'static str| {
            self.recorder.describe_gauge(name.into(), None, help.into());
        };
        self.recorder.describe_counter(REQUESTS.into(), None, "Requests answered.".into());
        self.recorder.describe_histogram(
            DURATIONS.into(),
            None,
            "Time until a response was ready to be sent.".into(),
        );
        for (name, help) in [
            (TIMED_OUT, "Connections closed since they brought no request in time."),
            (FAILED, "Connections on which something came that was no request, or broke off."),
            (DROPPED_LINES, "Log lines dropped since nobody read them in time."),
        ] {
            self.recorder.describe_counter(name.into(), None, help.into());
        }
        describe("http_connections", "Open connections of clients, where they are timed.");
        describe("http_requests_in_flight", "Requests that are being answered.");
        describe("database_connections", "Open connections to the database.");
        describe("database_connections_idle", "Open connections that nobody uses.");
        describe("database_connections_max", "Connections that may be open.");
        describe("database_connections_waiting", "Requests that wait for a connection.");
        self.recorder.describe_counter(
            REFUSED.into(),
            None,
            "Requests that were refused a connection, since too many waited.".into(),
        );
        if self.kept.is_some() {
            for (name, help) in [
                (KEPT_HITS, "Requests answered by a page that was kept."),
                (KEPT_MISSES, "Pages made that may be kept."),
            ] {
                self.recorder.describe_counter(name.into(), None, help.into());
            }
            describe("kept_pages_bytes", "Bytes of the pages that are kept.");
        }
        describe("build_info", "The program; always 1.");
        describe("process_start_time_seconds", "When the program started, in Unix time.");
        for (module, gauge) in &self.gauges {
            let name = format!("{module}_{}", gauge.name);
            self.recorder.describe_gauge(name.into(), None, gauge.help.into());
        }
    }

    fn describe_build(&self, site: &Site, settings: &Settings) {
        let labels = vec![
            Label::from_static_parts("version", site.version),
            Label::from_static_parts("revision", site.revision.unwrap_or("unknown")),
            Label::new("profile", settings.profile().to_string()),
        ];
        self.set(&Key::from_parts("build_info", labels), 1.0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.set(&Key::from_static_name("process_start_time_seconds"), now.as_secs_f64());
    }

    /// Counts an answered request.
    pub(crate) fn count(
        &self,
        method: Option<Method>,
        answering: Option<&Answering>,
        status: Status,
        duration: Duration,
    ) {
        let key = SeriesKey {
            module: answering.map_or("", |answering| answering.module),
            route: answering.map_or(0, |answering| answering.route.as_ptr().addr()),
            method,
            status: status.code,
        };
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.get(&key) {
            return series.count(duration);
        }
        drop(known);
        let series = self.series(&key, answering.map_or("", |answering| &answering.route));
        series.count(duration);
        self.series.write().unwrap_or_else(PoisonError::into_inner).insert(key, series);
    }

    fn series(&self, key: &SeriesKey, route: &str) -> Series {
        let labels = vec![
            Label::from_static_parts("module", key.module),
            Label::new("route", route.to_owned()),
            Label::from_static_parts("method", method_name(key.method)),
            Label::new("status", key.status.to_string()),
        ];
        let requests = Key::from_parts(REQUESTS, labels.clone());
        let durations = Key::from_parts(DURATIONS, labels);
        Series {
            requests: self.recorder.register_counter(&requests, &METADATA),
            durations: self.recorder.register_histogram(&durations, &METADATA),
        }
    }

    /// Aggregates the recorded values, so that they do not accumulate if `/metrics` is not
    /// requested.
    pub(crate) fn tidy(&self) {
        self.handle.run_upkeep();
    }

    fn set(&self, key: &Key, value: f64) {
        self.recorder.register_gauge(key, &METADATA).set(value);
    }

    fn set_counter(&self, name: &'static str, value: u64) {
        self.recorder.register_counter(&Key::from_static_name(name), &METADATA).absolute(value);
    }

    /// All metrics, in the text format of Prometheus.
    async fn render(&self, db: &Db) -> String {
        let set = |name: &'static str, value: usize| {
            let value = u32::try_from(value).unwrap_or(u32::MAX);
            self.set(&Key::from_static_name(name), value.into());
        };
        // The current request is one of them.
        set("http_requests_in_flight", self.in_flight.count());
        set("http_connections", self.connections.open());
        self.set_counter(TIMED_OUT, self.connections.timed_out());
        self.set_counter(FAILED, logging::failed_connections());
        self.set_counter(DROPPED_LINES, logging::dropped_lines() as u64);
        let connections = db.connections();
        set("database_connections", connections.open);
        set("database_connections_idle", connections.idle);
        set("database_connections_max", connections.max);
        set("database_connections_waiting", connections.waiting);
        let refused = Key::from_static_name(REFUSED);
        self.recorder.register_counter(&refused, &METADATA).absolute(connections.refused);
        if let Some(kept) = &self.kept {
            let (hits, misses, bytes) = kept.numbers();
            for (name, number) in [(KEPT_HITS, hits), (KEPT_MISSES, misses)] {
                let key = Key::from_static_name(name);
                self.recorder.register_counter(&key, &METADATA).absolute(number);
            }
            set("kept_pages_bytes", usize::try_from(bytes).unwrap_or(usize::MAX));
        }
        for (module, gauge) in &self.gauges {
            let key = Key::from_name(format!("{module}_{}", gauge.name));
            match timeout(PATIENCE, (gauge.value)(db)).await {
                Ok(Ok(value)) => self.set(&key, value),
                Ok(Err(error)) => {
                    self.set(&key, f64::NAN);
                    let causes = with_causes(error.as_ref());
                    tracing::warn!(module, gauge = gauge.name, "a gauge cannot be read: {causes}");
                }
                Err(_) => {
                    self.set(&key, f64::NAN);
                    tracing::warn!(module, gauge = gauge.name, "a gauge takes too long to read");
                }
            }
        }
        self.handle.render()
    }

    /// Returns `true` if the request may read the metrics.
    fn is_for(&self, request: &Request<'_>) -> bool {
        let Some(token) = &self.token else { return true };
        let given = request.headers().get_one("Authorization");
        given
            .and_then(|value| value.strip_prefix("Bearer "))
            .is_some_and(|given| given.as_bytes().ct_eq(token.as_bytes()).into())
    }
}

const METADATA: Metadata<'static> = Metadata::new("host", Level::INFO, None);

impl Series {
    fn count(&self, duration: Duration) {
        self.requests.increment(1);
        self.durations.record(duration.as_secs_f64());
    }
}

/// The host's route for metrics.
pub(crate) fn routes(settings: &Settings) -> Vec<Route> {
    if !settings.site.metrics {
        return Vec::new();
    }
    let mut route = Route::new(Method::Get, "/metrics", ShowMetrics);
    route.name = Some("metrics".into());
    vec![route]
}

#[derive(Clone)]
struct ShowMetrics;

#[rocket::async_trait]
impl Handler for ShowMetrics {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        let rocket = request.rocket();
        let metrics = rocket.state::<Option<Arc<Metrics>>>().and_then(Option::as_ref);
        let (Some(metrics), Some(db)) = (metrics, rocket.state::<Db>()) else {
            return Outcome::forward(data, Status::NotFound);
        };
        if !metrics.is_for(request) {
            return Outcome::Error(Status::NotFound);
        }
        let text = metrics.render(db).await;
        let mut response = Response::new();
        response.set_header(
            ContentType::new("text", "plain")
                .with_params([("version", "0.0.4"), ("charset", "utf-8")]),
        );
        no_store(&mut response);
        response.set_sized_body(text.len(), std::io::Cursor::new(text));
        Outcome::Success(response)
    }
}
