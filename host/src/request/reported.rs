//! The data of a request for reports, and its trace.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use module_api::client_address;
use module_api::host::logged_path;
use rocket::Request;
use rocket::http::Status;
use sentry::protocol::{self, Event, SpanStatus, TraceContext, User};
use sentry::{TracePropagationContext, Transaction, TransactionContext};

use super::{Answering, Current};
use crate::settings::Settings;

/// The name of the page that fails on purpose: the only route of the host that is traced.
pub(crate) const SENTRY_DEBUG: &str = "host:sentry_debug";

/// The settings for reports about requests.
#[derive(Debug)]
pub(crate) struct Scope {
    /// The address of the site.
    site: String,
    is_personal: bool,
    has_traces: bool,
}

/// The data of a request for reports.
#[derive(Debug)]
pub(crate) struct ReportedRequest {
    scope: Arc<Scope>,
    started: Instant,
    method: &'static str,
    /// The path, once its secret parts are known.
    path: OnceLock<String>,
    personal: Option<Personal>,
    trace: OnceLock<Transaction>,
    /// `true` if it was reported.
    is_reported: AtomicBool,
}

/// The sender and the query string of a request.
#[derive(Debug)]
struct Personal {
    address: IpAddr,
    query: Option<String>,
    user_agent: Option<String>,
}

impl Scope {
    /// Returns `None` if reports are off.
    pub(crate) fn of(settings: &Settings) -> Option<Self> {
        settings.dsn()?.ok()?;
        let site = settings.site.site_url.as_deref().unwrap_or("http://localhost");
        Some(Self {
            site: site.trim_end_matches('/').to_owned(),
            is_personal: settings.site.sentry_send_personal_data,
            has_traces: settings.site.sentry_traces_sample_rate > 0.0,
        })
    }

    /// Creates the data of a new request.
    pub(crate) fn request(self: &Arc<Self>, request: &Request<'_>) -> ReportedRequest {
        let personal = self.is_personal.then(|| Personal {
            address: client_address(request),
            query: request.uri().query().map(|query| query.as_str().to_owned()),
            user_agent: request.headers().get_one("User-Agent").map(str::to_owned),
        });
        ReportedRequest {
            scope: Arc::clone(self),
            started: Instant::now(),
            method: request.method().as_str(),
            path: OnceLock::new(),
            personal,
            trace: OnceLock::new(),
            is_reported: AtomicBool::new(false),
        }
    }
}

impl ReportedRequest {
    /// Records the path, once the route is known, if any matches.
    pub(crate) fn note_path(&self, request: &Request<'_>) {
        self.path.get_or_init(|| logged_path(request).into_owned());
    }

    /// Returns `true` if it was already reported.
    pub(crate) fn is_reported(&self) -> bool {
        self.is_reported.load(Ordering::Relaxed)
    }

    /// Counts it as reported: the limit on reports of its kind was reached.
    pub(crate) fn count_as_reported(&self) {
        self.is_reported.store(true, Ordering::Relaxed);
    }

    /// Begins its trace, if the settings enable traces. Probes and assets are not traced. Sampling is
    /// random alone: clients could flood the server otherwise.
    /// fill the server otherwise.
    pub(crate) fn begin_trace(
        &self,
        request: &Request<'_>,
        answering: &Answering,
        request_id: &str,
        traceparent: Option<&str>,
    ) {
        let is_of_host = answering.module == "host" && answering.route != SENTRY_DEBUG;
        if !self.scope.has_traces || is_of_host {
            return;
        }
        self.trace.get_or_init(|| {
            let name = self.name(answering);
            let mut context = match parent(request, traceparent) {
                Some(parent) => TransactionContext::continue_from_trace_propagation_context(
                    &name,
                    "http.server",
                    &parent,
                    None,
                ),
                None => TransactionContext::new(&name, "http.server"),
            };
            context.set_sampled(None);
            let began = SystemTime::now().checked_sub(self.started.elapsed());
            let trace = sentry::start_transaction_with_timestamp(
                context,
                began.unwrap_or_else(SystemTime::now),
            );
            for (tag, value) in tags(Some(answering), request_id) {
                trace.set_tag(tag, value);
            }
            trace.set_request(self.request());
            trace
        });
    }

    /// Ends its trace, if it has one.
    pub(crate) fn end_trace(&self, status: Status) {
        if let Some(trace) = self.trace.get() {
            trace.set_data("http.response.status_code", status.code.into());
            trace.set_status(span_status(status));
            trace.clone().finish();
        }
    }

    /// Adds the request to a report.
    pub(crate) fn describe(&self, current: &Current, event: &mut Event<'static>) {
        self.is_reported.store(true, Ordering::Relaxed);
        let answering = current.answering.get().map(|answering| &**answering);
        for (tag, value) in tags(answering, &current.id) {
            event.tags.insert(tag.to_owned(), value.to_owned());
        }
        event.transaction = answering.map(|answering| self.name(answering));
        event.request = Some(self.request());
        event.user = self
            .personal
            .as_ref()
            .map(|personal| User { ip_address: Some(personal.address.into()), ..User::default() });
        let trace = match self.trace.get() {
            Some(trace) => Some(trace.get_trace_context()),
            None => current.traceparent.as_deref().and_then(continued),
        };
        if let Some(trace) = trace {
            event.contexts.insert("trace".to_owned(), trace.into());
        }
    }

    /// Returns `GET lettings:letting`.
    fn name(&self, answering: &Answering) -> String {
        format!("{} {}", self.method, answering.route)
    }

    /// Returns the request without cookies and body, regardless of the settings: they contain
    /// credentials.
    fn request(&self) -> protocol::Request {
        let path = self.path.get().map_or("/", String::as_str);
        let mut request = protocol::Request {
            method: Some(self.method.to_owned()),
            url: format!("{}{path}", self.scope.site).parse().ok(),
            ..protocol::Request::default()
        };
        if let Some(personal) = &self.personal {
            request.query_string.clone_from(&personal.query);
            let user_agent = personal.user_agent.clone();
            request.headers.extend(user_agent.map(|value| ("User-Agent".to_owned(), value)));
        }
        request
    }
}

/// The tags of reports and traces, for searches.
fn tags<'a>(
    answering: Option<&'a Answering>,
    request_id: &'a str,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    let answering =
        answering.map(|answering| [("module", answering.module), ("route", &*answering.route)]);
    answering.into_iter().flatten().chain([("request_id", request_id)])
}

/// The trace that a request belongs to, from Sentry's header or the W3C's.
fn parent(request: &Request<'_>, traceparent: Option<&str>) -> Option<TracePropagationContext> {
    let header = request.headers().get_one("sentry-trace").map(|value| ("sentry-trace", value));
    TracePropagationContext::try_from_headers(header).ok().or_else(|| {
        let (trace, span) = ids(traceparent?)?;
        Some(TracePropagationContext::new(trace.parse().ok()?, span.parse().ok()?))
    })
}

/// A span of the trace that the W3C's header names.
fn continued(traceparent: &str) -> Option<TraceContext> {
    let (trace, span) = ids(traceparent)?;
    Some(TraceContext {
        trace_id: trace.parse().ok()?,
        parent_span_id: Some(span.parse().ok()?),
        ..TraceContext::default()
    })
}

/// The ids of the trace and of the span in the W3C's header.
fn ids(traceparent: &str) -> Option<(&str, &str)> {
    let mut parts = traceparent.split('-').skip(1);
    Some((parts.next()?, parts.next()?))
}

/// Returns Sentry's name for a status of HTTP.
fn span_status(status: Status) -> SpanStatus {
    match status.code {
        ..400 => SpanStatus::Ok,
        401 => SpanStatus::Unauthenticated,
        403 => SpanStatus::PermissionDenied,
        404 => SpanStatus::NotFound,
        409 => SpanStatus::AlreadyExists,
        429 => SpanStatus::ResourceExhausted,
        400..500 => SpanStatus::InvalidArgument,
        501 => SpanStatus::Unimplemented,
        503 => SpanStatus::Unavailable,
        504 => SpanStatus::DeadlineExceeded,
        500.. => SpanStatus::InternalError,
    }
}
