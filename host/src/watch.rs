//! Observation of each request: ID, log line and metrics.

mod in_flight;
mod metrics;
mod request_id;

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use module_api::RequestInfo;
use module_api::host::logged_path;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::form::Form;
use rocket::http::{Method, Status};
use rocket::{Data, Request, Response};

use crate::chunks;
use crate::connections::{Connections, Exchange};
use crate::gate::{Gate, PROBES, Refusal};
use crate::headers::SecurityHeaders;
use crate::json_errors::{self, JsonAddresses};
use crate::reload;
use crate::request::{Answering, Current, ReportedRequest, Scope, during};
use crate::settings::Settings;

pub(crate) use in_flight::{InFlight, InFlightRequest};
pub(crate) use metrics::{Metrics, routes as metrics_routes};

/// The target of the log line for each request.
const REQUEST_LOG: &str = "host::request";

/// A request, from its arrival until its response is sent: in its local cache.
pub(crate) struct Watched {
    started: Instant,
    /// The requested method: Rocket handles HEAD by the route for GET. `None` if Rocket refused the request
    /// before any fairing, and may have replaced it.
    method: Option<Method>,
    refusal: Option<Refusal>,
    pub(crate) current: Arc<Current>,
    _underway: Option<(InFlightRequest, Option<Exchange>)>,
}

impl Watched {
    /// Returns the observed state of a request.
    pub(crate) fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        // Rocket calls no fairing for a request with an unknown method or an invalid address.
        request.local_cache(|| Watch::of(request).unreadable(request))
    }

    fn new(
        method: Option<Method>,
        info: &RequestInfo,
        refusal: Option<Refusal>,
        underway: Option<(InFlightRequest, Option<Exchange>)>,
        reported: Option<ReportedRequest>,
    ) -> Self {
        Self {
            started: Instant::now(),
            method,
            refusal,
            current: Arc::new(Current {
                id: Arc::clone(&info.id),
                traceparent: info.traceparent.clone(),
                answering: OnceLock::new(),
                reported,
            }),
            _underway: underway,
        }
    }

    /// Records the module whose handler is called, unless another one forwarded the request.
    pub(crate) fn answered_by(&self, request: &Request<'_>, answering: &Arc<Answering>) {
        let Current { id, traceparent, answering: first, reported } = &*self.current;
        let answering = first.get_or_init(|| Arc::clone(answering));
        if let Some(reported) = reported {
            reported.note_path(request);
            reported.begin_trace(request, answering, id, traceparent.as_deref());
        }
    }

    /// Returns `true` if the request is refused before the handlers.
    pub(crate) fn is_refused(&self) -> bool {
        self.refusal.is_some()
    }

    /// Returns `true` if Rocket answers it without any fairing.
    pub(crate) fn escapes_fairings(&self) -> bool {
        self.method.is_none()
    }
}

/// The number of bytes of a body that Rocket reads for the field `_method`: those of `_method=delete`.
const METHOD_FIELD: usize = 14;

/// Returns `true` if the field `_method` of a form made Rocket change a POST to a method that changes
/// nothing. Rocket sends no body for HEAD, and a client that sent POST waits for one; and GET in the log
/// would be wrong.
fn is_rewritten(method: Method, body: &[u8]) -> bool {
    !method.supports_payload()
        && std::str::from_utf8(body).is_ok_and(|body| {
            Form::values(body).next().is_some_and(|field| field.name == "_method")
        })
}

/// The name of a method, for logs and metrics.
fn method_name(method: Option<Method>) -> &'static str {
    method.map_or("other", Method::as_str)
}

/// The fairing that observes all requests. It is the first, so that others find its data.
pub(crate) struct Watch {
    gate: Gate,
    headers: SecurityHeaders,
    in_flight: Arc<InFlight>,
    connections: Arc<Connections>,
    metrics: Option<Arc<Metrics>>,
    reports: Option<Arc<Scope>>,
    behind_proxy: bool,
    logs: bool,
}

impl Watch {
    pub(crate) fn new(
        settings: &Settings,
        in_flight: Arc<InFlight>,
        connections: Arc<Connections>,
        metrics: Option<Arc<Metrics>>,
    ) -> Self {
        Self {
            gate: Gate::new(settings),
            headers: SecurityHeaders::new(settings),
            in_flight,
            connections,
            metrics,
            reports: Scope::of(settings).map(Arc::new),
            behind_proxy: settings.site.behind_proxy,
            logs: settings.site.request_log,
        }
    }

    /// The fairing that observes a request.
    fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        let watch = request.rocket().state::<Arc<Self>>();
        watch.expect("the watch is managed at assembly")
    }

    /// Observes a request that Rocket refused before any fairing.
    fn unreadable(&self, request: &Request<'_>) -> Watched {
        let info = request.local_cache(|| request_id::info_of(request, self.behind_proxy));
        let wrong_host = self.gate.refusal(request).filter(Refusal::is_final);
        Watched::new(None, info, Some(wrong_host.unwrap_or(Refusal::Unreadable)), None, None)
    }

    /// The response to a request that Rocket refused before any fairing: completed, counted and logged like
    /// any other.
    pub(crate) fn refused<'r>(request: &'r Request<'_>) -> Response<'r> {
        let mut response = Response::new();
        let watch = Self::of(request);
        watch.complete(request, &mut response);
        watch.headers.add(&mut response);
        response
    }

    /// Completes a response, or replaces it by that of the gate if the request was refused, and counts and
    /// logs it.
    fn complete<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let watched = Watched::of(request);
        if let Some(refusal) = &watched.refusal {
            *response = refusal.response(watched.method);
            if let Some(detail) = refusal.detail().filter(|_| JsonAddresses::contain(request)) {
                let (status, id) = (response.status(), &watched.current.id);
                *response = json_errors::refusal(status, id, detail);
            }
        }
        chunks::enlarge(response);
        response.set_raw_header("X-Request-Id", &*watched.current.id);
        if response.status() == Status::ServiceUnavailable
            && !response.headers().contains("Retry-After")
        {
            response.set_raw_header("Retry-After", "5");
        }
        if self.in_flight.is_stopping() {
            // A router that keeps the connection would use it after this process is gone.
            response.set_raw_header("Connection", "close");
        }
        if let Some(metrics) = &self.metrics {
            let answering = watched.current.answering.get().map(|answering| &**answering);
            metrics.count(watched.method, answering, response.status(), watched.started.elapsed());
        }
        if let Some(reported) = &watched.current.reported {
            reported.end_trace(response.status());
        }
        if self.logs {
            during(&watched.current, || Self::log(request, response, watched));
        }
    }

    /// Logs a line for a request; at the level `debug` for probes, which come every second, and for the
    /// stream that reloads pages.
    fn log(request: &Request<'_>, response: &Response<'_>, watched: &Watched) {
        let path = logged_path(request);
        let milliseconds = watched.started.elapsed().as_secs_f64() * 1000.0;
        let duration_ms = (milliseconds * 1000.0).round() / 1000.0;
        let (method, status) = (method_name(watched.method), response.status().code);
        let bytes = response.body().preset_size().unwrap_or(0);
        if PROBES.contains(&&*path) || reload::is_address(&path) {
            tracing::debug!(target: REQUEST_LOG, method, %path, status, duration_ms, bytes);
        } else {
            tracing::info!(target: REQUEST_LOG, method, %path, status, duration_ms, bytes);
        }
    }
}

#[rocket::async_trait]
impl Fairing for Watch {
    fn info(&self) -> Info {
        Info { name: "Watch", kind: Kind::Request | Kind::Response }
    }

    async fn on_request(&self, request: &mut Request<'_>, data: &mut Data<'_>) {
        if is_rewritten(request.method(), data.peek(METHOD_FIELD).await) {
            request.set_method(Method::Post);
        }
        let request = &*request;
        let info = request.local_cache(|| request_id::info_of(request, self.behind_proxy));
        let refusal = self.gate.refusal(request);
        let exchange =
            request.remote().and_then(|client| Connections::begin(&self.connections, client));
        let underway = (InFlight::begin(&self.in_flight), exchange);
        let reported = self.reports.as_ref().map(|scope| scope.request(request));
        let method = Some(request.method());
        request.local_cache(|| Watched::new(method, info, refusal, Some(underway), reported));
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        self.complete(request, response);
    }
}
