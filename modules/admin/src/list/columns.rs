//! The columns of a list: their headings and cells.

use module_api::admin::{FieldText, ListColumn, ModelAdmin};
use module_api::model::{ColumnPlace, FieldInfo, Path, Record, Records, Related, capitalized};
use module_api::serde::Serialize;

use super::conditions::may_ask;
use super::order::{Order, is_sortable};
use super::parameters::{ORDER, Parameters};
use crate::access::AdminContext;
use crate::labels::{Label, VisibleRows};
use crate::text::{Shown, by_key};

/// The maximum length of a cell's text, in characters. The form has the whole text.
const MAX_TEXT: usize = 300;

/// The columns of a list.
pub(crate) struct Columns<'a> {
    cx: &'a AdminContext<'a>,
    columns: Vec<Column<'a>>,
}

struct Column<'a> {
    /// The index in the registration.
    place: usize,
    heading: String,
    content: Content<'a>,
    is_link: bool,
}

/// The text that is displayed in place of a field's value, computed from the row of the field.
struct ReplacementText {
    text: FieldText,
    /// The row; `None` for that of the list.
    row: Option<Related>,
}

enum Content<'a> {
    /// The label of the object.
    Object(Label<'a>),
    /// The value of a field, if the user may view its row, with its replacement text.
    Field(&'static FieldInfo, ColumnPlace, VisibleRows<'a>, Option<ReplacementText>),
    /// The label of the object that the foreign key in this column refers to.
    Related(ColumnPlace, Label<'a>),
    /// The result of a function.
    Function(fn(&Record) -> String),
}

/// The heading of a column.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Heading {
    label: String,
    /// The address that sorts by it, if that is possible.
    url: Option<String>,
    /// The place in the order, from 1, if the list is sorted by it.
    place: Option<usize>,
    descending: bool,
    /// The address without sorting by it, if the list is sorted by it.
    without: Option<String>,
}

/// A cell of a row.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Cell {
    #[serde(flatten)]
    shown: Shown,
    /// `true` if the cell links to the form.
    link: bool,
}

impl Cell {
    /// Returns the name of a row from its cells: the first text that links to its form.
    pub(crate) fn name(cells: &[Self]) -> Option<String> {
        cells.iter().find_map(|cell| match &cell.shown {
            Shown::Text(text) | Shown::Moment(text) if cell.link => Some(text.clone()),
            _ => None,
        })
    }
}

impl ReplacementText {
    /// The replacement text of the field at the end of a path.
    fn of(cx: &AdminContext<'_>, path: &Path, records: &mut Records) -> Option<Self> {
        let row = path.foreign_keys().last();
        let target = row.as_ref().and_then(|row| row.field().foreign_key());
        let model = target.map_or(records.model(), |key| (key.target)());
        let text = cx.models.of(model)?.admin.text_of(path.field().name)?;
        Some(Self { text, row: row.map(|row| records.related(&row)) })
    }

    fn text(&self, record: &Record) -> Option<String> {
        match &self.row {
            Some(row) => (self.text)(&row.record(record)?),
            None => (self.text)(record),
        }
    }
}

impl<'a> Columns<'a> {
    /// The columns of a registration; the query fetches their values. Columns with a password
    /// hash, or of rows that the user may not view, are left out.
    pub(crate) fn new(cx: &'a AdminContext<'a>, admin: &ModelAdmin, records: &mut Records) -> Self {
        let links = &admin.list_display_links;
        let mut columns = Vec::new();
        for (place, column) in admin.list_display.iter().enumerate() {
            let is_link =
                if links.is_empty() { columns.is_empty() } else { links.contains(&column.name()) };
            let (heading, content) = match column {
                ListColumn::Object => {
                    let heading = capitalized(admin.model.verbose_name);
                    (heading, Content::Object(Label::of(cx, records)))
                }
                ListColumn::Function { heading, text, .. } => {
                    (capitalized(heading), Content::Function(*text))
                }
                ListColumn::Field(name) => {
                    let Ok(path) = Path::parse(admin.model, name) else { continue };
                    if !may_ask(cx, admin.model, &path) {
                        continue;
                    }
                    let field = path.field();
                    let content = if field.foreign_key().is_some() {
                        let label = Label::at_end_of(cx, &path, records);
                        Content::Related(records.column(path), label)
                    } else {
                        let sight = VisibleRows::along(cx, std::slice::from_ref(&path), records);
                        let other = ReplacementText::of(cx, &path, records);
                        Content::Field(field, records.column(path), sight, other)
                    };
                    (field.capitalized_name(), content)
                }
            };
            columns.push(Column { place, heading, content, is_link });
        }
        Self { cx, columns }
    }

    /// The headings, with the addresses that sort by them.
    pub(crate) fn headings(
        &self,
        admin: &ModelAdmin,
        order: &Order,
        parameters: &Parameters,
    ) -> Vec<Heading> {
        let heading = |column: &Column| {
            let sorted = order.place_of(column.place);
            let is_sortable = is_sortable(column.place, self.cx, admin);
            Heading {
                label: column.heading.clone(),
                url: is_sortable.then(|| order.link(column.place, parameters)),
                place: sorted.map(|(place, _)| place),
                descending: sorted.is_some_and(|(_, descending)| descending),
                without: sorted
                    .filter(|_| parameters.has(ORDER))
                    .map(|_| order.link_without(column.place, parameters)),
            }
        };
        self.columns.iter().map(heading).collect()
    }

    /// The cells of a row.
    pub(crate) fn cells(&self, record: &Record) -> Vec<Cell> {
        let cell = |column: &Column| {
            let shown = match &column.content {
                Content::Field(_, _, sight, _) if !sight.is_open(self.cx, record) => Shown::Empty,
                Content::Field(field, place, _, other) => {
                    let text = other.as_ref().and_then(|other| other.text(record));
                    text.map_or_else(|| Shown::of(field, record.at(*place)), Shown::text)
                }
                Content::Related(key, _) if record.at(*key).is_null() => Shown::Empty,
                Content::Related(key, label) => {
                    let text = label.text(self.cx, record);
                    Shown::text(text.unwrap_or_else(|| record.at(*key).to_string()))
                }
                Content::Object(label) => {
                    let text = label.text(self.cx, record);
                    Shown::text(text.unwrap_or_else(|| by_key(record.model(), record.id())))
                }
                Content::Function(text) => Shown::text(text(record)),
            };
            Cell { shown: cut(shown), link: column.is_link }
        };
        self.columns.iter().map(cell).collect()
    }
}

fn cut(shown: Shown) -> Shown {
    let Shown::Text(mut text) = shown else { return shown };
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
        text.push('…');
    }
    Shown::Text(text)
}
