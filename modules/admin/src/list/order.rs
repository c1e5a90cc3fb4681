//! The order of a list: Django's `o`, the columns by their numbers from 1.

use module_api::admin::{ListColumn, ModelAdmin};
use module_api::model::{DisplayPart, LOOKUP_SEPARATOR, ModelInfo, Path};

use super::conditions::may_ask;
use super::parameters::{ORDER, PAGE, Parameters};
use crate::access::AdminContext;

/// A column in the order, by its index, with its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sorted {
    pub(crate) column: usize,
    pub(crate) descending: bool,
}

/// The order of a list.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The columns of the order, the most significant first.
    pub(crate) columns: Vec<Sorted>,
    /// The fields of the order.
    pub(crate) paths: Vec<(Path, bool)>,
}

impl Order {
    /// Reads the order from an address; by default, that of the registration or the model, then the
    /// newest first.
    pub(crate) fn read(parameters: &Parameters, cx: &AdminContext<'_>, admin: &ModelAdmin) -> Self {
        let asked = parameters.get(ORDER).map(|text| asked(text, cx, admin)).unwrap_or_default();
        let (columns, mut paths) = if asked.is_empty() {
            let paths = usual(admin);
            (columns_of(&paths, admin), paths)
        } else {
            let paths = asked.iter().flat_map(|sorted| {
                let paths = paths_of_column(&admin.list_display[sorted.column], cx, admin.model);
                paths.into_iter().map(|path| (path, sorted.descending))
            });
            let paths = paths.collect();
            (asked, paths)
        };
        let key = Path::of(admin.model.primary_key());
        if !paths.iter().any(|(path, _)| *path == key) {
            paths.push((key, true));
        }
        Self { columns, paths }
    }

    /// The address that sorts by a column first, reversed if it is the first already, and then by
    /// the current columns.
    pub(crate) fn link(&self, column: usize, parameters: &Parameters) -> String {
        let known = self.columns.iter().find(|sorted| sorted.column == column);
        let descending = known.is_some_and(|sorted| !sorted.descending);
        let others = self.columns.iter().filter(|sorted| sorted.column != column);
        let columns = std::iter::once(Sorted { column, descending }).chain(others.copied());
        link(columns, parameters)
    }

    /// The address without sorting by a column.
    pub(crate) fn link_without(&self, column: usize, parameters: &Parameters) -> String {
        let others = self.columns.iter().filter(|sorted| sorted.column != column);
        link(others.copied(), parameters)
    }

    /// The place of a column in the order, from 1, and whether it descends.
    pub(crate) fn place_of(&self, column: usize) -> Option<(usize, bool)> {
        let place = self.columns.iter().position(|sorted| sorted.column == column)?;
        Some((place + 1, self.columns[place].descending))
    }
}

fn link(columns: impl Iterator<Item = Sorted>, parameters: &Parameters) -> String {
    let number = |sorted: Sorted| {
        format!("{}{}", if sorted.descending { "-" } else { "" }, sorted.column + 1)
    };
    let order: Vec<String> = columns.map(number).collect();
    let parameters = parameters.without(&[PAGE, ORDER]);
    if order.is_empty() { parameters } else { parameters.with(ORDER, order.join(".")) }.link()
}

/// The columns in a parameter, without duplicates and unknown ones.
fn asked(text: &str, cx: &AdminContext<'_>, admin: &ModelAdmin) -> Vec<Sorted> {
    let mut columns: Vec<Sorted> = Vec::new();
    for part in text.split('.').take(2 * admin.list_display.len()) {
        let (descending, number) = match part.strip_prefix('-') {
            Some(number) => (true, number),
            None => (false, part),
        };
        let column = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let Some(column) = column.filter(|column| is_sortable(*column, cx, admin)) else {
            continue;
        };
        if !columns.iter().any(|known| known.column == column) {
            columns.push(Sorted { column, descending });
        }
    }
    columns
}

/// Returns `true` if a list can be sorted by a column.
pub(crate) fn is_sortable(column: usize, cx: &AdminContext<'_>, admin: &ModelAdmin) -> bool {
    let column = admin.list_display.get(column);
    column.is_some_and(|column| !paths_of_column(column, cx, admin.model).is_empty())
}

/// The default order of a list.
fn usual(admin: &ModelAdmin) -> Vec<(Path, bool)> {
    if !admin.ordering.is_empty() {
        let path = |name: &&str| {
            let bare = name.trim_start_matches('-');
            Some((Path::parse(admin.model, bare).ok()?, name.starts_with('-')))
        };
        return admin.ordering.iter().filter_map(path).collect();
    }
    let part = |part: &module_api::model::Ordering| {
        Some((Path::of(admin.model.field(part.field)?), part.descending))
    };
    admin.model.ordering.iter().filter_map(part).collect()
}

/// The columns that display the fields of an order.
fn columns_of(paths: &[(Path, bool)], admin: &ModelAdmin) -> Vec<Sorted> {
    let column = |(path, descending): &(Path, bool)| {
        let shows = |column: &ListColumn| {
            let name = match column {
                ListColumn::Field(name) | ListColumn::Function { order_by: Some(name), .. } => name,
                ListColumn::Object | ListColumn::Function { order_by: None, .. } => return false,
            };
            Path::parse(admin.model, name).is_ok_and(|other| other == *path)
        };
        let column = admin.list_display.iter().position(shows)?;
        Some(Sorted { column, descending: *descending })
    };
    paths.iter().filter_map(column).collect()
}

/// The fields that a column is sorted by; empty if the list cannot be sorted by it. The column of
/// the object is sorted by the parts of its label that the user may view.
fn paths_of_column(
    column: &ListColumn,
    cx: &AdminContext<'_>,
    model: &'static ModelInfo,
) -> Vec<Path> {
    match column {
        ListColumn::Object => {
            let mut paths = paths_of_display(model, None);
            paths.retain(|path| cx.may_follow(path));
            paths
        }
        ListColumn::Field(name) | ListColumn::Function { order_by: Some(name), .. } => {
            let Ok(path) = Path::parse(model, name) else { return Vec::new() };
            if !may_ask(cx, model, &path) {
                return Vec::new();
            }
            match path.field().foreign_key() {
                Some(key) => {
                    let mut paths = paths_of_display((key.target)(), Some(&path));
                    paths.retain(|path| cx.may_follow(path));
                    if paths.is_empty() { vec![path] } else { paths }
                }
                None => vec![path],
            }
        }
        ListColumn::Function { order_by: None, .. } => Vec::new(),
    }
}

/// The fields of an object's label, at the end of a path.
fn paths_of_display(model: &'static ModelInfo, through: Option<&Path>) -> Vec<Path> {
    let path = |part: &DisplayPart| {
        let DisplayPart::Field(names) = part else { return None };
        let own = Path::parse(model, &names.join(LOOKUP_SEPARATOR)).ok()?;
        Some(match through {
            Some(through) => {
                own.fields().iter().fold(through.clone(), |path, field| path.to(field))
            }
            None => own,
        })
    };
    model.display.iter().filter_map(path).collect()
}
