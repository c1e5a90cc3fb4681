//! The SQL that changes tables on SQLite, where most changes mean that a table is built again.

use super::super::diff::{Changes, TableChange};
use super::super::state::{ColumnState, Kind, TableState};
use super::{Fillings, filling, name, name_of, names, text};

pub(super) fn statements(changes: &Changes, fillings: &Fillings) -> Vec<String> {
    let mut statements = Vec::new();
    for table in &changes.created {
        statements.push(create(table, &table.name));
        statements.extend(indexes(table));
    }
    for change in &changes.altered {
        if must_rebuild(change) {
            rebuild(change, fillings, &mut statements);
        } else {
            alter(change, fillings, &mut statements);
        }
    }
    statements
        .extend(changes.dropped.iter().map(|table| format!("DROP TABLE {};", name(&table.name))));
    statements
}

/// Whether the change is one for which SQLite has no statement: it adds columns, with a constant
/// for the rows that are there, and indexes.
fn must_rebuild(change: &TableChange) -> bool {
    let only_gains_index = |from: &ColumnState, to: &ColumnState| {
        from.is_stored_as(to) && (to.unique || !from.unique) && (to.index || !from.index)
    };
    change.removed().next().is_some()
        || change.old_indexes().next().is_some()
        || change.changed().any(|column| !only_gains_index(column.from, column.to))
        || change.added().any(|column| !column.null || column.positive)
}

fn alter(change: &TableChange, fillings: &Fillings, statements: &mut Vec<String>) {
    let table = name(&change.to.name);
    for column in change.added() {
        let plain = ColumnState { unique: false, ..column.clone() };
        let filling = filling(fillings, &change.to.name, column);
        let default = filling.map_or(String::new(), |value| format!(" DEFAULT {}", value.sql()));
        statements.push(format!("ALTER TABLE {table} ADD COLUMN {}{default};", definition(&plain)));
        statements.extend(index_of(&change.to.name, column, true));
    }
    for column in change.changed() {
        statements.extend(index_of(&change.to.name, column.to, true));
    }
    for index in change.new_indexes() {
        statements.push(create_index(&change.to.name, &index.columns, index.unique));
    }
}

fn rebuild(change: &TableChange, fillings: &Fillings, statements: &mut Vec<String>) {
    let table = &change.to.name;
    let new = format!("new__{table}");
    let value = |column: &ColumnState| {
        let filling = filling(fillings, table, column).map(super::Filling::sql);
        let Some(from) = change.from.column(&column.name) else {
            return filling.unwrap_or_else(|| "NULL".to_owned());
        };
        let value = name(&column.name);
        match filling {
            Some(filling) if from.null && !column.null => format!("coalesce({value}, {filling})"),
            _ => value,
        }
    };
    let columns = names(change.to.columns.iter().map(|column| &column.name));
    let values: Vec<String> = change.to.columns.iter().map(value).collect();
    let (quoted_new, quoted) = (name(&new), name(table));
    statements.push(create(&change.to, &new));
    statements.push(format!(
        "INSERT INTO {quoted_new} ({columns})\n    SELECT {} FROM {quoted};",
        values.join(", ")
    ));
    // The primary keys go on where they were, also after the last rows were deleted.
    let (text_new, text_old) = (text(&new), text(table));
    statements.push(format!(
        "DELETE FROM sqlite_sequence WHERE name = {text_new};\n\
         INSERT INTO sqlite_sequence (name, seq)\n    \
         SELECT {text_new}, seq FROM sqlite_sequence WHERE name = {text_old};"
    ));
    statements.push(format!("DROP TABLE {quoted};"));
    statements.push(format!("ALTER TABLE {quoted_new} RENAME TO {quoted};"));
    statements.extend(indexes(&change.to));
    statements.extend(change.to.besides.statements.iter().map(|statement| format!("{statement};")));
}

fn create(table: &TableState, under: &str) -> String {
    let columns = table.columns.iter().map(definition);
    let checks = table.besides.checks.iter().map(|check| format!("CHECK ({check})"));
    let lines: Vec<String> = columns.chain(checks).map(|line| format!("    {line}")).collect();
    format!("CREATE TABLE {} (\n{}\n);", name(under), lines.join(",\n"))
}

fn definition(column: &ColumnState) -> String {
    let quoted = name(&column.name);
    if column.kind == Kind::Id {
        return format!("{quoted} integer NOT NULL PRIMARY KEY AUTOINCREMENT");
    }
    let unsigned = if column.positive { " unsigned" } else { "" };
    let kind = match &column.kind {
        Kind::Id | Kind::Key { .. } => "bigint".to_owned(),
        Kind::Integer => format!("integer{unsigned}"),
        Kind::BigInteger => format!("bigint{unsigned}"),
        Kind::Bool => "bool".to_owned(),
        Kind::Varchar(length) => format!("varchar({length})"),
        Kind::Text => "text".to_owned(),
        Kind::DateTime => "datetime".to_owned(),
        Kind::Other(declared) => declared.clone(),
    };
    let mut definition =
        format!("{quoted} {kind} {}", if column.null { "NULL" } else { "NOT NULL" });
    if column.unique {
        definition.push_str(" UNIQUE");
    }
    if column.positive {
        definition.push_str(&format!(" CHECK ({quoted} >= 0)"));
    }
    if let Some(target) = column.references() {
        let target = name(target);
        definition
            .push_str(&format!(" REFERENCES {target} (\"id\") DEFERRABLE INITIALLY DEFERRED"));
    }
    definition
}

/// The indexes of a table that was just made, whose columns are unique by themselves.
fn indexes(table: &TableState) -> Vec<String> {
    let own = table.columns.iter().flat_map(|column| index_of(&table.name, column, false));
    let several = table.indexes.iter();
    let several = several.map(|index| create_index(&table.name, &index.columns, index.unique));
    own.chain(several).collect()
}

fn index_of(table: &str, column: &ColumnState, also_unique: bool) -> Option<String> {
    let columns = [column.name.clone()];
    let wanted = column.index || (also_unique && column.unique);
    wanted.then(|| create_index(table, &columns, column.unique))
}

fn create_index(table: &str, columns: &[String], unique: bool) -> String {
    let (kind, suffix) = if unique { ("UNIQUE INDEX", "_uniq") } else { ("INDEX", "") };
    let index = name(&name_of(table, columns, suffix));
    format!("CREATE {kind} {index} ON {} ({});", name(table), names(columns))
}
