//! The formats of log lines, with the request that a line is about.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::marker::PhantomData;
use std::num::NonZero;
use std::ops::Range;

use serde::Serialize;
use time::UtcDateTime;
use time::format_description::well_known::Iso8601;
use time::format_description::well_known::iso8601::{Config, EncodedConfig, TimePrecision};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::request::{Current, current};

/// The field with the causes of an error one by one, for reports: the message contains them.
const CAUSES: &str = "causes";

/// RFC 3339, to the microsecond.
const TIME: Iso8601<PRECISION> = Iso8601;
const PRECISION: EncodedConfig = Config::DEFAULT
    .set_time_precision(TimePrecision::Second { decimal_digits: NonZero::new(6) })
    .encode();

/// The module, the route and the request ID that a line is about.
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

/// Lines for people: the time, the level, the target, the message, the fields of the event, and those of
/// the request.
///
/// The format of `tracing-subscriber` takes 12,000 instructions for the line of a request, a seventh of all
/// for a kept page; this one takes 9,000.
pub(super) struct HumanFormat;

impl<S, N> FormatEvent<S, N> for HumanFormat
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
        let level = *event.metadata().level();
        let mut paint = Paint { on: writer.has_ansi_escapes(), writer };
        let fields = Fields::<Text>::of(event)?;
        for (name, value) in fields.parts() {
            match name {
                "time" => paint.write(DIM, value)?,
                "level" => {
                    paint.writer.write_char(' ')?;
                    paint.write(color(level), padded(level))?;
                    paint.writer.write_char(' ')?;
                }
                "target" => {
                    paint.write(DIM, value)?;
                    paint.writer.write_char(':')?;
                }
                "message" => {
                    paint.writer.write_char(' ')?;
                    paint.writer.write_str(value)?;
                }
                name => {
                    paint.writer.write_char(' ')?;
                    paint.write(ITALIC, name)?;
                    paint.writer.write_char('=')?;
                    paint.writer.write_str(value)?;
                }
            }
        }
        paint.writer.write_char('\n')
    }
}

const DIM: &str = "\x1b[2m";
const ITALIC: &str = "\x1b[3m";
const PLAIN: &str = "\x1b[0m";

/// Writes with styles, if they are enabled.
struct Paint<'w> {
    on: bool,
    writer: Writer<'w>,
}

impl Paint<'_> {
    fn write(&mut self, style: &str, text: &str) -> fmt::Result {
        if !self.on {
            return self.writer.write_str(text);
        }
        self.writer.write_str(style)?;
        self.writer.write_str(text)?;
        self.writer.write_str(PLAIN)
    }
}

/// The name of a level, padded to the width of the longest.
fn padded(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => " WARN",
        Level::INFO => " INFO",
        Level::DEBUG => "DEBUG",
        Level::TRACE => "TRACE",
    }
}

fn color(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\x1b[31m",
        Level::WARN => "\x1b[33m",
        Level::INFO => "\x1b[32m",
        Level::DEBUG => "\x1b[34m",
        Level::TRACE => "\x1b[35m",
    }
}

/// One JSON object per line: the time in RFC 3339, the level, the target, the message, the fields of the
/// event, and those of the request.
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
        let fields = Fields::<Json>::of(event)?;
        for (index, (name, value)) in fields.parts().enumerate() {
            writer.write_char(if index == 0 { '{' } else { ',' })?;
            if name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_' | b'.')) {
                writer.write_char('"')?;
                writer.write_str(name)?;
                writer.write_char('"')?;
            } else {
                writer.write_str(&serde_json::to_string(name).map_err(|_| fmt::Error)?)?;
            }
            writer.write_char(':')?;
            writer.write_str(value)?;
        }
        writer.write_str("}\n")
    }
}

/// The encoding of field values.
trait Encoding {
    /// The quotes around a value that needs no escaping.
    const QUOTE: &str;

    /// Writes a word, which the format for people leaves unquoted.
    fn word(values: &mut Vec<u8>, word: &str) -> Result<(), fmt::Error>;

    /// Writes a value; on an error it may be written in part.
    fn write<T: Serialize + fmt::Debug + ?Sized>(
        values: &mut Vec<u8>,
        value: &T,
    ) -> Result<(), fmt::Error>;
}

impl Encoding for Json {
    const QUOTE: &str = "\"";

    fn word(values: &mut Vec<u8>, word: &str) -> Result<(), fmt::Error> {
        Self::write(values, word)
    }

    fn write<T: Serialize + fmt::Debug + ?Sized>(
        values: &mut Vec<u8>,
        value: &T,
    ) -> Result<(), fmt::Error> {
        serde_json::to_writer(values, value).map_err(|_| fmt::Error)
    }
}

/// Values for people: texts of fields are quoted, and control characters, which could deceive a terminal,
/// are escaped except for tabs and line ends.
struct Text;

impl Encoding for Text {
    const QUOTE: &str = "";

    fn word(values: &mut Vec<u8>, word: &str) -> Result<(), fmt::Error> {
        Escaped(values).write_str(word)
    }

    fn write<T: Serialize + fmt::Debug + ?Sized>(
        values: &mut Vec<u8>,
        value: &T,
    ) -> Result<(), fmt::Error> {
        write!(Escaped(values), "{value:?}")
    }
}

struct Escaped<'v>(&'v mut Vec<u8>);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            self.0.extend(text.as_bytes());
            return Ok(());
        }
        let is_shown = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
        for part in text.split_inclusive(|c| !is_shown(c)) {
            match part.char_indices().next_back() {
                Some((start, control)) if !is_shown(control) => {
                    self.0.extend(&part.as_bytes()[..start]);
                    self.0.extend(control.escape_default().to_string().as_bytes());
                }
                _ => self.0.extend(part.as_bytes()),
            }
        }
        Ok(())
    }
}

/// The time, the target and the fields of an event, and those of its request, in the order in which they
/// were recorded. There is a line for each request, so all values are written into one buffer, and each
/// field has a range of it.
struct Fields<E> {
    values: Vec<u8>,
    parts: Vec<(&'static str, Range<usize>)>,
    encoding: PhantomData<E>,
}

impl<E: Encoding> Fields<E> {
    fn of(event: &Event<'_>) -> Result<Self, fmt::Error> {
        let mut fields = Self {
            values: Vec::with_capacity(512),
            parts: Vec::with_capacity(16),
            encoding: PhantomData,
        };
        let values = &mut fields.values;
        values.extend(E::QUOTE.as_bytes());
        UtcDateTime::now().format_into(values, &TIME).map_err(|_| fmt::Error)?;
        values.extend(E::QUOTE.as_bytes());
        fields.parts.push(("time", 0..fields.values.len()));
        fields.set_word("level", event.metadata().level().as_str());
        fields.set_word("target", event.metadata().target());
        event.record(&mut fields);
        if let Some(request) = current() {
            for (name, value) in about(&request) {
                fields.set_word(name, value);
            }
        }
        Ok(fields)
    }

    fn set<T: Serialize + fmt::Debug + ?Sized>(&mut self, name: &'static str, value: &T) {
        self.write(name, |values| E::write(values, value));
    }

    fn set_word(&mut self, name: &'static str, word: &str) {
        self.write(name, |values| E::word(values, word));
    }

    /// Writes the value of a field, replacing an earlier one.
    fn write(
        &mut self,
        name: &'static str,
        value: impl FnOnce(&mut Vec<u8>) -> Result<(), fmt::Error>,
    ) {
        let start = self.values.len();
        if value(&mut self.values).is_err() {
            // A value that cannot be formatted must not affect the rest of the line.
            self.values.truncate(start);
            self.values.extend(b"null");
        }
        let part = start..self.values.len();
        match self.parts.iter_mut().find(|(known, _)| *known == name) {
            Some(known) => known.1 = part,
            None => self.parts.push((name, part)),
        }
    }

    /// The name of each field, with its formatted value.
    fn parts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let text = |part: &Range<usize>| str::from_utf8(&self.values[part.clone()]).unwrap_or("");
        self.parts.iter().map(move |(name, part)| (*name, text(part)))
    }
}

impl<E: Encoding> Visit for Fields<E> {
    fn record_str(&mut self, field: &Field, value: &str) {
        // Records of the crate `log` have their origin in fields.
        match field.name() {
            "log.target" => self.set_word("target", value),
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
