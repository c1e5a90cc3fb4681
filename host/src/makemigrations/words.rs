//! What changes are called: in the name of a migration, in its head, and when something is amiss.

use module_api::model::ModelInfo;

use super::NeedsValue;
use super::diff::{Changes, TableChange};
use super::sql::Needed;
use super::state::TableState;

/// The longest name that is made of several changes, as in Django.
const MAX_NAME: usize = 52;

/// The name of a model, or of a table that no model describes.
fn called(table: &str, models: &[&'static ModelInfo]) -> String {
    let model = models.iter().find(|model| model.table == table);
    model.map_or_else(|| table.to_owned(), |model| model.name().to_owned())
}

fn field_called(table: &str, column: &str, models: &[&'static ModelInfo]) -> String {
    let model = models.iter().find(|model| model.table == table);
    let field = model.and_then(|model| model.fields.iter().find(|field| field.column == column));
    field.map_or_else(|| column.to_owned(), |field| field.name.to_owned())
}

/// The name of a migration, without its number: Django's words.
pub(super) fn name(changes: &Changes, models: &[&'static ModelInfo]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let table = |table: &TableState| called(&table.name, models);
    parts.extend(changes.created.iter().map(table));
    parts.extend(changes.dropped.iter().map(|dropped| format!("delete_{}", table(dropped))));
    for change in &changes.altered {
        let model = called(&change.to.name, models);
        let field = |column: &str| field_called(&change.to.name, column, models);
        let add = |column: &str| format!("{model}_{}", field(column));
        parts.extend(change.added().map(|column| add(&column.name)));
        let remove = |column: &str| format!("remove_{model}_{}", field(column));
        parts.extend(change.removed().map(|column| remove(&column.name)));
        let alter = |column: &str| format!("alter_{model}_{}", field(column));
        parts.extend(change.changed().map(|column| alter(&column.to.name)));
        if change.new_indexes().next().is_some() || change.old_indexes().next().is_some() {
            parts.push(format!("{model}_indexes"));
        }
    }
    let clean = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let parts: Vec<String> =
        parts.iter().map(|part| part.chars().map(clean).collect::<String>()).collect();
    let mut name = String::new();
    for (index, part) in parts.iter().enumerate() {
        let longer = if name.is_empty() { part.clone() } else { format!("{name}_{part}") };
        if index > 0 && longer.len() > MAX_NAME {
            name.push_str("_and_more");
            break;
        }
        name = longer;
    }
    name.truncate(60);
    name
}

/// What is done, a line each.
pub(super) fn summary(changes: &Changes, models: &[&'static ModelInfo]) -> Vec<String> {
    let mut lines = Vec::new();
    let table = |table: &TableState| called(&table.name, models);
    lines.extend(changes.created.iter().map(|made| format!("Create model {}", table(made))));
    for change in &changes.altered {
        let model = called(&change.to.name, models);
        let field = |column: &str| field_called(&change.to.name, column, models);
        let say = |what: &str, column: &str, to: &str| {
            format!("{what} field {} {to} {model}", field(column))
        };
        lines.extend(change.added().map(|column| say("Add", &column.name, "to")));
        lines.extend(change.removed().map(|column| say("Remove", &column.name, "from")));
        lines.extend(change.changed().map(|column| say("Alter", &column.to.name, "on")));
        let over = |columns: &[String]| columns.join(", ");
        let kind = |unique| if unique { "unique index" } else { "index" };
        lines.extend(change.new_indexes().map(|index| {
            format!("Create {} over {} on {model}", kind(index.unique), over(&index.columns))
        }));
        lines.extend(change.old_indexes().map(|index| {
            format!("Remove {} over {} from {model}", kind(index.unique), over(&index.columns))
        }));
    }
    lines.extend(changes.dropped.iter().map(|gone| format!("Delete model {}", table(gone))));
    lines
}

/// What the changes lose.
pub(super) fn losses(changes: &Changes) -> Vec<String> {
    let of_table = |change: &TableChange| {
        let table = &change.to.name;
        let dropped = change
            .removed()
            .map(|column| format!("the column `{}` of `{table}` is dropped", column.name));
        let dropped: Vec<String> = dropped.collect();
        let converted = change.changed().filter(|column| column.from.loses_as(column.to));
        let converted = converted.map(|column| {
            format!("the column `{}` of `{table}` gets another type", column.to.name)
        });
        dropped.into_iter().chain(converted).collect::<Vec<_>>()
    };
    let tables =
        changes.dropped.iter().map(|table| format!("the table `{}` is dropped", table.name));
    let tables: Vec<String> = tables.collect();
    tables.into_iter().chain(changes.altered.iter().flat_map(of_table)).collect()
}

/// Which value is needed, and how to give it.
pub(super) fn need(needed: &Needed, models: &[&'static ModelInfo]) -> NeedsValue {
    let Needed { table, column, is_new } = needed;
    let label = models.iter().find(|model| model.table == *table).map_or("", |model| model.label);
    let field = format!("{label}.{}", field_called(table, column, models));
    let why = if *is_new { "is new" } else { "could be NULL so far" };
    let why = format!(
        "`{field}` {why}, and rows that are there need a value: give the field a default, make it \
         an Option, or say --default {field}=VALUE"
    );
    NeedsValue { field, why }
}

/// Why there is no way back, if there is none.
pub(super) fn no_way_down(unknown: &[Needed]) -> Option<String> {
    let columns: Vec<String> =
        unknown.iter().map(|needed| format!("`{}.{}`", needed.table, needed.column)).collect();
    let reason = || format!("nobody knows the values that {} had", columns.join(", "));
    (!columns.is_empty()).then(reason)
}
