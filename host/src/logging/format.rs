//! How a log line looks. Each says which request it is about, if it is about one.

use std::error::Error;
use std::fmt;
use std::ops::Range;

use serde::Serialize;
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::{RecordFields, VisitOutput};
use tracing_subscriber::fmt::format::{DefaultVisitor, Format, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::request::{Current, current};

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
        writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = Fields::at(UtcDateTime::now())?;
        fields.set("level", event.metadata().level().as_str());
        fields.set("target", event.metadata().target());
        event.record(&mut fields);
        if let Some(request) = current() {
            for (name, value) in about(&request) {
                fields.set(name, value);
            }
        }
        fields.write(writer)
    }
}

/// The fields of an event as JSON, in the order in which they came. There is a line for each request:
/// all values are written into one buffer, of which each field has a part.
struct Fields {
    values: Vec<u8>,
    parts: Vec<(&'static str, Range<usize>)>,
}

impl Fields {
    /// The field `time`, and room for the others.
    fn at(time: UtcDateTime) -> Result<Self, fmt::Error> {
        let mut values = Vec::with_capacity(512);
        values.push(b'"');
        time.format_into(&mut values, &Rfc3339).map_err(|_| fmt::Error)?;
        values.push(b'"');
        let mut parts = Vec::with_capacity(16);
        parts.push(("time", 0..values.len()));
        Ok(Self { values, parts })
    }

    /// Sets a field. What is there already goes.
    fn set<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) {
        let start = self.values.len();
        if serde_json::to_writer(&mut self.values, value).is_err() {
            // A value that cannot be shown must not take the line along.
            self.values.truncate(start);
            self.values.extend(b"null");
        }
        let part = start..self.values.len();
        match self.parts.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = part,
            None => self.parts.push((name, part)),
        }
    }

    /// Writes the line.
    fn write(&self, mut writer: Writer<'_>) -> fmt::Result {
        let values = str::from_utf8(&self.values).map_err(|_| fmt::Error)?;
        for (index, (name, part)) in self.parts.iter().enumerate() {
            writer.write_char(if index == 0 { '{' } else { ',' })?;
            if name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_' | b'.')) {
                writer.write_char('"')?;
                writer.write_str(name)?;
                writer.write_char('"')?;
            } else {
                writer.write_str(&serde_json::to_string(name).map_err(|_| fmt::Error)?)?;
            }
            writer.write_char(':')?;
            writer.write_str(&values[part.clone()])?;
        }
        writer.write_str("}\n")
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
        self.set(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if !field.name().starts_with("log.") {
            self.set(field.name(), &value);
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field.name(), &value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        if field.name() != CAUSES {
            self.set(field.name(), &format_args!("{value}"));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field.name(), &format_args!("{value:?}"));
    }
}
