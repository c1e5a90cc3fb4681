//! Streaming export of a model's rows as a file: at most a thousand rows are in memory.

use std::fmt::Write;
use std::io::{self, Cursor};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use module_api::admin::{ListColumn, ModelAdmin};
use module_api::auth::{Action, User};
use module_api::db::{Db, DbError, Value, datetime_text};
use module_api::model::{
    Comparison, FieldInfo, Filter, ManyToManyInfo, Path, Record, Records, related_ids_of,
};
use module_api::time::UtcDateTime;
use module_api::{Causes, with_causes};
use rocket::futures::Stream;
use rocket::response::stream::stream;
use rocket::tokio::io::{AsyncRead, ReadBuf};
use serde_json::{Value as Json, json};

use crate::csv;

/// The number of rows that are read first, and the maximum.
const FIRST_ROWS: usize = 100;
const MAX_ROWS: usize = 1_000;

/// The target size of the rows that are read at once, in bytes.
const BYTES_AT_ONCE: usize = 512 * 1024;

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// CSV with a line of names, and a line for each row.
    Csv,
    /// Django's fixtures.
    Json,
}

/// The state of an export.
pub(crate) struct Export<'r> {
    admin: &'r ModelAdmin,
    user: Arc<User>,
    rows: Records,
    format: Format,
    fields: Vec<(usize, &'static FieldInfo)>,
    many_to_many: Vec<&'static ManyToManyInfo>,
    /// The primary key of the last written row.
    last: Option<i64>,
    size: usize,
}

impl<'r> Export<'r> {
    /// Exports these rows, in the order of their primary keys, as far as the user may view them.
    pub(crate) fn new(
        admin: &'r ModelAdmin,
        user: Arc<User>,
        rows: Records,
        format: Format,
    ) -> Self {
        let is_visible = |name: &str| is_visible(admin, name);
        let fields = admin.model.fields.iter().enumerate();
        let fields = fields.filter(|(place, field)| *place == 0 || is_visible(field.name));
        let many_to_many = admin.model.many_to_many.iter().filter(|field| is_visible(field.name));
        Self {
            admin,
            user,
            rows,
            format,
            fields: fields.collect(),
            many_to_many: many_to_many.collect(),
            last: None,
            size: FIRST_ROWS,
        }
    }

    /// The file as a stream. On an error the stream is aborted, so that a part is not taken for the
    /// whole.
    pub(crate) fn pieces(mut self, db: &'r Db) -> impl Stream<Item = Piece> + Send + 'r {
        stream! {
            let mut text = self.beginning();
            let mut is_first = true;
            loop {
                match self.read(db).await {
                    Ok(rows) if rows.is_empty() => break,
                    Ok(rows) => {
                        for row in &rows {
                            self.write(row, &mut is_first, &mut text);
                        }
                    }
                    Err(error) => {
                        let model = self.admin.model.label;
                        let causes = Causes::of(&error);
                        tracing::error!(
                            model,
                            causes = causes.as_error(),
                            "an export broke off: {}",
                            with_causes(&error),
                        );
                        yield Piece::Broken;
                        return;
                    }
                }
                yield Piece::Text(Cursor::new(std::mem::take(&mut text)));
            }
            text.push_str(self.end(is_first));
            yield Piece::Text(Cursor::new(text));
        }
    }

    /// Reads the next rows; empty at the end. The connection is returned each time, so that a slow
    /// download does not block other requests.
    async fn read(&mut self, db: &Db) -> Result<Vec<Row>, DbError> {
        let mut connection = db.acquire().await?;
        let key = Path::of(self.admin.model.primary_key());
        let mut rows = self.rows.clone().order_by(key.clone(), false);
        if let Some(last) = self.last {
            rows = rows.filter(Filter::compare(key, Comparison::Gt, Value::from(last)));
        }
        let limit = u32::try_from(self.size).unwrap_or(1);
        let records = rows.limit(limit).fetch(&mut connection).await?;
        self.last = records.last().map(Record::id).or(self.last);
        let ids: Vec<i64> = records.iter().map(Record::id).collect();
        let mut rows: Vec<Row> =
            records.into_iter().map(|record| Row { record, related: Vec::new() }).collect();
        for field in &self.many_to_many {
            let pairs = related_ids_of(field, &ids, &mut connection).await?;
            let mut pairs = pairs.into_iter().peekable();
            for row in &mut rows {
                let mut related = Vec::new();
                while let Some((_, id)) = pairs.next_if(|(of, _)| *of <= row.record.id()) {
                    related.push(id);
                }
                row.related.push(related);
            }
        }
        let bytes: usize = rows.iter().map(Row::bytes).sum();
        self.size = (BYTES_AT_ONCE * rows.len() / bytes.max(1)).clamp(1, MAX_ROWS);
        Ok(rows)
    }

    fn beginning(&self) -> String {
        match self.format {
            Format::Json => "[".to_owned(),
            Format::Csv => {
                let names = self.fields.iter().map(|(_, field)| field.name);
                let names = names.chain(self.many_to_many.iter().map(|field| field.name));
                let mut line = String::new();
                csv::push_line(names, &mut line);
                line
            }
        }
    }

    fn end(&self, is_empty: bool) -> &'static str {
        match self.format {
            Format::Csv => "",
            Format::Json if is_empty => "]\n",
            Format::Json => "\n]\n",
        }
    }

    /// Writes a row, unless the registration's rule hides it from the user.
    fn write(&self, row: &Row, is_first: &mut bool, text: &mut String) {
        let may_see = || self.admin.allows(&self.user, Action::View, Some(&row.record));
        if self.admin.rule.is_some() && !may_see() {
            return;
        }
        match self.format {
            Format::Csv => {
                let values = self.fields.iter().map(|(place, field)| {
                    let text = self.admin.text_of(field.name).and_then(|text| text(&row.record));
                    text.unwrap_or_else(|| cell(&row.record.values()[*place]))
                });
                csv::push_line(values.chain(row.related.iter().map(|ids| list(ids))), text);
            }
            Format::Json => {
                text.push_str(if *is_first { "\n" } else { ",\n" });
                self.push_object(row, text);
            }
        }
        *is_first = false;
    }

    /// Writes a row as an object of a fixture, with its fields in order.
    fn push_object(&self, row: &Row, text: &mut String) {
        let (label, id) = (json!(self.admin.model.label), row.record.id());
        write!(text, "{{\"model\": {label}, \"pk\": {id}, \"fields\": {{")
            .expect("a string takes all");
        let values = self.fields.iter().skip(1);
        let values =
            values.map(|(place, field)| (field.name, json_of(&row.record.values()[*place])));
        let related = self.many_to_many.iter().zip(&row.related);
        let related = related.map(|(field, ids)| (field.name, json!(ids)));
        for (index, (name, value)) in values.chain(related).enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(text, "{comma}{}: {value}", json!(name)).expect("a string takes all");
        }
        text.push_str("}}");
    }
}

/// A row, with the targets of its many-to-many fields.
struct Row {
    record: Record,
    related: Vec<Vec<i64>>,
}

impl Row {
    /// The approximate size in bytes.
    fn bytes(&self) -> usize {
        let length = |value: &Value| match value {
            Value::Text(Some(text)) | Value::Json(Some(text)) => Some(text.len()),
            Value::Binary(Some(bytes)) => Some(bytes.len()),
            _ => None,
        };
        let texts = self.record.values().iter().filter_map(length);
        texts.sum::<usize>() + 16 * self.record.values().len() + 8 * self.related.concat().len()
    }
}

/// Returns `true` if a field is displayed to staff, in the form or in the list. Password hashes
/// never are.
pub(crate) fn is_visible(admin: &ModelAdmin, name: &str) -> bool {
    if admin.password == Some(name) {
        return false;
    }
    let fieldsets = &admin.fieldsets;
    let in_form = (fieldsets.is_empty()
        || fieldsets.iter().any(|fieldset| fieldset.fields.contains(&name)))
        && !admin.exclude.contains(&name);
    let is_column =
        |column: &ListColumn| matches!(column, ListColumn::Field(column) if *column == name);
    in_form || admin.list_display.iter().any(is_column)
}

/// Formats a value as a cell. Numbers and moments are never formulas, whatever they begin with.
fn cell(value: &Value) -> String {
    value.as_text().map_or_else(|| value.to_string(), csv::guarded)
}

fn list(ids: &[i64]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Text(value) => json!(value),
        Value::DateTime(Some(moment)) => json!(moment_of(*moment)),
        Value::Float(value) => json!(value),
        Value::Json(Some(text)) => serde_json::from_str(text).unwrap_or_default(),
        value if value.is_null() => Json::Null,
        other => json!(other.to_string()),
    }
}

/// Formats a moment as in a fixture: `2020-06-14T09:41:15.326Z`.
fn moment_of(moment: UtcDateTime) -> String {
    let mut text = datetime_text(moment).replace(' ', "T");
    if moment.microsecond().is_multiple_of(1000) && moment.microsecond() != 0 {
        text.truncate(text.len() - 3);
    }
    text + "Z"
}

/// A chunk of the stream.
pub(crate) enum Piece {
    Text(Cursor<String>),
    /// The export failed.
    Broken,
}

impl AsyncRead for Piece {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Text(text) => Pin::new(text).poll_read(context, buffer),
            Self::Broken => Poll::Ready(Err(io::Error::other("the export broke off"))),
        }
    }
}
