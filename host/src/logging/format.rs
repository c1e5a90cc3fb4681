//! How a log line looks. Each says which request it is about, if it is about one.

use std::error::Error;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::{RecordFields, VisitOutput};
use tracing_subscriber::fmt::format::{DefaultVisitor, Format, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::watch::{Current, current};

/// The field with the causes of an error one by one, which is for reports: the message has them.
const CAUSES: &str = "causes";

/// The module, the route and the id of the request that a line is about.
fn about(request: &Current) -> impl Iterator<Item = (&'static str, &str)> {
    let answering = request
        .answering
        .get()
        .map(|answering| [("module", answering.module), ("route", &*answering.route)]);
    let trace = request.traceparent.as_deref().and_then(|parent| parent.split('-').nth(1));
    answering
        .into_iter()
        .flatten()
        .chain([("request_id", &*request.id)])
        .chain(trace.map(|id| ("trace_id", id)))
}

/// Lines for people: those of `tracing-subscriber`, with the request at the end.
pub(super) struct ForPeople;

impl<S, N> FormatEvent<S, N> for ForPeople
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let ansi = writer.has_ansi_escapes();
        let mut line = String::new();
        let inner = Writer::new(&mut line);
        let format = Format::default().with_ansi(ansi);
        format.format_event(context, inner, event)?;
        write!(writer, "{}", line.trim_end_matches('\n'))?;
        if let Some(request) = current() {
            for (name, value) in about(&request) {
                write!(writer, " {name}={value}")?;
            }
        }
        writer.write_char('\n')
    }
}

/// The fields of lines for people: those of `tracing-subscriber`.
pub(super) struct FieldsForPeople;

impl<'w> FormatFields<'w> for FieldsForPeople {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut visitor = WithoutCauses(DefaultVisitor::new(writer, true));
        fields.record(&mut visitor);
        visitor.0.finish()
    }
}

struct WithoutCauses<'w>(DefaultVisitor<'w>);

impl Visit for WithoutCauses<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.record_str(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        if field.name() != CAUSES {
            self.0.record_error(field, value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.record_debug(field, value);
    }
}

/// One JSON object a line: the time in RFC 3339, the level, the target, the message, the fields of
/// the event, and the request's.
pub(super) struct Json;

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields(Vec::new());
        let now = UtcDateTime::now().format(&Rfc3339).map_err(|_| fmt::Error)?;
        fields.set("time", now);
        fields.set("level", event.metadata().level().as_str());
        fields.set("target", event.metadata().target());
        event.record(&mut fields);
        if let Some(request) = current() {
            for (name, value) in about(&request) {
                fields.set(name, value);
            }
        }
        let line = serde_json::to_string(&fields).map_err(|_| fmt::Error)?;
        writer.write_str(&line)?;
        writer.write_char('\n')
    }
}

/// The fields of an event as JSON, in the order in which they came.
struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    /// Sets a field. What is there already goes.
    fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        let value = value.into();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = value,
            None => self.0.push((name, value)),
        }
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        // What comes through the crate `log` says where it is from in fields of its own.
        match field.name() {
            "log.target" => self.set("target", value),
            name if name.starts_with("log.") => {}
            name => self.set(name, value),
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if !field.name().starts_with("log.") {
            self.set(field.name(), value);
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field.name(), value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        if field.name() != CAUSES {
            self.set(field.name(), value.to_string());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field.name(), format!("{value:?}"));
    }
}
