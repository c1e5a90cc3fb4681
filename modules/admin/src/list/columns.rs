//! The columns of a list: their headings, and what stands in their cells.

use module_api::admin::{ListColumn, ModelAdmin, RegisteredModels};
use module_api::model::{ColumnPlace, Display, FieldInfo, Path, Record, Records, capitalized};
use module_api::serde::Serialize;

use super::conditions::ends_in_secret;
use super::order::{Order, is_sortable};
use super::parameters::{ORDER, Parameters};
use crate::text::Shown;

/// Characters of a cell. The whole text is on the page of its object.
const MAX_TEXT: usize = 300;

/// The columns of a list.
pub(crate) struct Columns {
    columns: Vec<Column>,
}

struct Column {
    /// Its place in the registration.
    place: usize,
    heading: String,
    content: Content,
    is_link: bool,
}

enum Content {
    /// What an object shows as.
    Object(Display),
    /// The value of a field.
    Field(&'static FieldInfo, ColumnPlace),
    /// What the object shows as to which a foreign key leads, whose value stands there.
    Related(ColumnPlace, Display),
    /// What a function makes of the object.
    Function(fn(&Record) -> String),
}

/// The heading of a column.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Heading {
    label: String,
    /// The address that sorts by it, if it can be sorted by.
    url: Option<String>,
    /// If it is sorted by it: its place in the order, from 1.
    place: Option<usize>,
    descending: bool,
    /// The address that does not sort by it, if this one asks for it.
    without: Option<String>,
}

/// A cell of a row.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct Cell {
    #[serde(flatten)]
    shown: Shown,
    /// Whether it leads to the form.
    link: bool,
}

impl Cell {
    /// What a row is called by its cells: the first text that leads to its form.
    pub(crate) fn name(cells: &[Self]) -> Option<String> {
        cells.iter().find_map(|cell| match &cell.shown {
            Shown::Text(text) | Shown::Moment(text) if cell.link => Some(text.clone()),
            _ => None,
        })
    }
}

impl Columns {
    /// The columns of a registration; what they need is fetched by the query. A column with the
    /// hash of a password is left out.
    pub(crate) fn new(
        admin: &ModelAdmin,
        models: &RegisteredModels,
        records: &mut Records,
    ) -> Self {
        let links = &admin.list_display_links;
        let mut columns = Vec::new();
        for (place, column) in admin.list_display.iter().enumerate() {
            let is_link =
                if links.is_empty() { columns.is_empty() } else { links.contains(&column.name()) };
            let (heading, content) = match column {
                ListColumn::Object => {
                    let heading = capitalized(admin.model.verbose_name);
                    (heading, Content::Object(records.display()))
                }
                ListColumn::Function { heading, text, .. } => {
                    (capitalized(heading), Content::Function(*text))
                }
                ListColumn::Field(name) => {
                    let Ok(path) = Path::parse(admin.model, name) else { continue };
                    if ends_in_secret(models, admin.model, &path) {
                        continue;
                    }
                    let field = path.field();
                    let content = if field.foreign_key().is_some() {
                        let display = records.display_of(&path);
                        Content::Related(records.column(path), display)
                    } else {
                        Content::Field(field, records.column(path))
                    };
                    (field.capitalized_name(), content)
                }
            };
            columns.push(Column { place, heading, content, is_link });
        }
        Self { columns }
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
            let is_sortable = is_sortable(column.place, admin);
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
                Content::Field(field, place) => Shown::of(field, record.at(*place)),
                Content::Related(key, _) if record.at(*key).is_null() => Shown::Empty,
                Content::Object(display) | Content::Related(_, display) => {
                    Shown::text(display.text(record))
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
