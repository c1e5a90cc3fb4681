//! Descriptions of changes: for the name and head of a migration, and for errors.

use std::collections::BTreeSet;

use module_api::model::ModelInfo;

use super::NeedsValue;
use super::constraints::Constraint;
use super::diff::{Changes, TableChange};
use super::sql::{Fillings, MissingFilling, must_rebuild, needed};
use super::state::{Kind, SchemaAttributes, TableState};

/// The maximum length of a name before "and more" is appended; about Django's.
const MAX_NAME: usize = 51;

/// The model with that table, or with a many-to-many field of that table.
pub(super) fn model_of(table: &str, models: &[&'static ModelInfo]) -> Option<&'static ModelInfo> {
    let has = |model: &&&'static ModelInfo| {
        model.table == table || model.many_to_many.iter().any(|field| field.table == table)
    };
    models.iter().find(has).copied()
}

/// The name of a model, of a many-to-many field with its model, or of a table without a model.
fn called(table: &str, models: &[&'static ModelInfo]) -> String {
    let Some(model) = model_of(table, models) else { return table.to_owned() };
    let between = model.many_to_many.iter().find(|field| field.table == table);
    between
        .map_or_else(|| model.name().to_owned(), |field| format!("{}_{}", model.name(), field.name))
}

fn field_called(table: &str, column: &str, models: &[&'static ModelInfo]) -> String {
    let model = models.iter().find(|model| model.table == table);
    let field = model.and_then(|model| model.fields.iter().find(|field| field.column == column));
    field.map_or_else(|| column.to_owned(), |field| field.name.to_owned())
}

/// The name of a migration, without its number, in Django's words.
pub(super) fn name(renames: &[String], changes: &Changes, models: &[&'static ModelInfo]) -> String {
    let mut parts: Vec<String> = renames.to_vec();
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
        let changed = change.new_constraints().chain(change.old_constraints());
        let changed: BTreeSet<&String> = changed.map(|(name, _)| name).collect();
        parts.extend(changed.into_iter().cloned());
    }
    let clean = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let parts: Vec<String> =
        parts.iter().map(|part| part.chars().map(clean).collect::<String>()).collect();
    let mut name = String::new();
    for (index, part) in parts.iter().enumerate() {
        let longer = if index == 0 { part.clone() } else { format!("{name}_{part}") };
        if index > 0 && longer.len() > MAX_NAME {
            name.push_str("_and_more");
            break;
        }
        name = longer;
        name.truncate(MAX_NAME);
    }
    name
}

/// The operations, one line each.
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
        let kind = |constraint: &Constraint| match constraint {
            Constraint::Check(_) => "constraint",
            Constraint::Index(_) => "index",
        };
        lines.extend(
            change
                .old_constraints()
                .map(|(name, one)| format!("Remove {} {name} from {model}", kind(one))),
        );
        lines.extend(
            change
                .new_constraints()
                .map(|(name, one)| format!("Create {} {name} on {model}", kind(one))),
        );
    }
    lines.extend(changes.dropped.iter().map(|gone| format!("Delete model {}", table(gone))));
    lines
}

/// Returns descriptions of the lost data.
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

/// Describes the missing value, and how to give it.
pub(super) fn need(needed: &MissingFilling, models: &[&'static ModelInfo]) -> NeedsValue {
    let MissingFilling { table, column, is_new } = needed;
    let label = model_of(table, models).map_or("", |model| model.label);
    let name = field_called(table, column, models);
    let field = format!("{label}.{name}");
    let (why, renamed) = if *is_new {
        let renamed = format!("; if it had another name before, say --rename {label}.OLD={name}");
        ("is new", renamed)
    } else {
        ("could be NULL so far", String::new())
    };
    let why = format!(
        "`{field}` {why}, and rows that are there need a value: give the field a default, make it \
         an Option, or say --default {field}=VALUE{renamed}"
    );
    NeedsValue { field, why }
}

/// Returns the changes that must be written by hand.
pub(super) fn by_hand(changes: &Changes, fillings: &Fillings) -> Vec<String> {
    let mut reasons = Vec::new();
    for change in &changes.altered {
        let table = &change.to.name;
        let stuck = change.changed().filter(|column| !column.from.can_become(column.to));
        reasons.extend(stuck.map(|column| {
            let name = &column.to.name;
            format!(
                "no SQL makes what stands in the column `{name}` of `{table}` what its field holds \
                 now"
            )
        }));
        if must_rebuild(change, fillings) {
            reasons.extend(change.from.attributes.peculiar.iter().map(|peculiar| {
                format!("`{table}` would have to be built again on SQLite, and {peculiar}")
            }));
        }
    }
    reasons
}

/// Returns the reason why these changes cannot be unapplied, if there is one.
pub(super) fn no_way_down(back: &Changes, fillings: &Fillings) -> Option<String> {
    let mut reasons = Vec::new();
    for MissingFilling { table, column, is_new } in needed(back, fillings) {
        reasons.push(if is_new {
            format!("nobody knows the values that `{table}.{column}` had")
        } else {
            format!("`{table}.{column}` may be NULL by then, and was not to be")
        });
    }
    for table in &back.created {
        let name = &table.name;
        let attributes = &table.attributes;
        if *attributes != SchemaAttributes::default() {
            reasons.push(format!("`{name}` has more than columns and indexes, made by hand"));
        }
        let strange = table
            .columns
            .iter()
            .filter(|column| matches!(&column.kind, Kind::Other { postgres: None, .. }));
        reasons.extend(strange.map(|column| {
            format!("the type of `{name}.{}` on PostgreSQL is not known", column.name)
        }));
    }
    for change in &back.altered {
        let strange = change
            .added()
            .filter(|column| matches!(&column.kind, Kind::Other { postgres: None, .. }));
        reasons.extend(strange.map(|column| {
            format!("the type of `{}.{}` on PostgreSQL is not known", change.to.name, column.name)
        }));
    }
    reasons.extend(by_hand(back, fillings));
    (!reasons.is_empty()).then(|| reasons.join("; "))
}
