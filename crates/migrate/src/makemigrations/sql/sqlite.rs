//! The SQL that changes tables on SQLite, where most changes require a rebuild of the table.

use module_api::db::{DatabaseKind, quoted as name};

use super::super::constraints::{self, Constraint, Constraints};
use super::super::diff::{Changes, TableChange};
use super::super::state::{ColumnAttributes, ColumnState, Kind, TableState};
use super::{Fillings, filling, name_of, names, text};

pub(super) fn statements(changes: &Changes, fillings: &Fillings) -> Vec<String> {
    let mut statements = Vec::new();
    for table in &changes.created {
        statements.push(create(table, &table.name));
        statements.extend(indexes(table));
    }
    for change in &changes.altered {
        if must_rebuild(change, fillings) {
            rebuild(change, fillings, &mut statements);
        } else {
            alter(change, &mut statements);
        }
    }
    statements
        .extend(changes.dropped.iter().map(|table| format!("DROP TABLE {};", name(&table.name))));
    statements
}

/// Returns `true` if SQLite has no statement for the change. It has statements for indexes and for
/// new columns that are `NULL` in existing rows.
pub(super) fn must_rebuild(change: &TableChange, fillings: &Fillings) -> bool {
    let has_value = |column: &ColumnState| filling(fillings, &change.to.name, column).is_some();
    let only_gains_index = |from: &ColumnState, to: &ColumnState| {
        from.is_stored_as(to) && (to.unique || !from.unique) && (to.index || !from.index)
    };
    let is_check =
        |(_, constraint): (&String, &Constraint)| matches!(constraint, Constraint::Check(_));
    change.removed().next().is_some()
        || change.new_constraints().chain(change.old_constraints()).any(is_check)
        || change.old_indexes().next().is_some()
        || change.changed().any(|column| !only_gains_index(column.from, column.to))
        || change.added().any(|column| !column.null || column.positive || has_value(column))
}

fn alter(change: &TableChange, statements: &mut Vec<String>) {
    let table = name(&change.to.name);
    statements.extend(change.old_constraints().map(|(name, _)| constraints::drop_index(name)));
    for column in change.added() {
        let plain = ColumnState { unique: false, ..column.clone() };
        let definition = definition(&plain, None);
        statements.push(format!("ALTER TABLE {table} ADD COLUMN {definition};"));
        statements.extend(index_of(&change.to.name, column, true));
    }
    for column in change.changed() {
        statements.extend(index_of(&change.to.name, column.to, true));
    }
    for index in change.new_indexes() {
        statements.push(create_index(&change.to.name, &index.columns, index.unique));
    }
    let new: Constraints =
        change.new_constraints().map(|(name, index)| (name.clone(), index.clone())).collect();
    statements.extend(constraints::indexes(&new));
}

fn rebuild(change: &TableChange, fillings: &Fillings, statements: &mut Vec<String>) {
    let table = &change.to.name;
    let new = format!("new__{table}");
    let value = |column: &ColumnState| {
        let filling = filling(fillings, table, column).map(|value| value.sql(DatabaseKind::Sqlite));
        let Some(from) = change.from.column(&column.name) else {
            return filling.unwrap_or_else(|| "NULL".to_owned());
        };
        let value = conversion(&from.kind, &column.kind, name(&column.name));
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
    // The sequence of primary keys continues, even if the last rows were deleted.
    let (text_new, text_old) = (text(&new), text(table));
    statements.push(format!(
        "DELETE FROM sqlite_sequence WHERE name = {text_new};\n\
         INSERT INTO sqlite_sequence (name, seq)\n    \
         SELECT {text_new}, seq FROM sqlite_sequence WHERE name = {text_old};"
    ));
    statements.push(format!("DROP TABLE {quoted};"));
    // Otherwise SQLite refuses to rename while a view or a trigger of another table names this one.
    statements.push(format!(
        "PRAGMA legacy_alter_table = ON;\n\
         ALTER TABLE {quoted_new} RENAME TO {quoted};\n\
         PRAGMA legacy_alter_table = OFF;"
    ));
    statements.extend(indexes(&change.to));
    statements
        .extend(change.to.attributes.statements.iter().map(|statement| format!("{statement};")));
}

fn create(table: &TableState, under: &str) -> String {
    let attributes = &table.attributes;
    let column = |column: &ColumnState| definition(column, attributes.columns.get(&column.name));
    let columns = table.columns.iter().map(column);
    let checks = attributes.checks.iter().cloned().chain(constraints::checks(&table.constraints));
    let lines: Vec<String> = columns.chain(checks).map(|line| format!("    {line}")).collect();
    format!("CREATE TABLE {} (\n{}\n);", name(under), lines.join(",\n"))
}

/// The expression that converts the values of a column. Text that is neither a number nor a boolean
/// becomes `NULL`, which a required column refuses.
fn conversion(from: &Kind, to: &Kind, column: String) -> String {
    use Kind::{BigInteger, Bool, Integer, Key, SmallInteger, Text, Varchar};
    match (from, to) {
        (Varchar(_) | Text, SmallInteger | Integer | BigInteger | Key { .. }) => format!(
            "CASE WHEN trim({column}) = CAST({column} AS integer) || '' \
             THEN CAST({column} AS integer) END"
        ),
        (Varchar(_) | Text, Bool) => format!(
            "CASE WHEN lower({column}) IN ('true', 't', 'yes', 'y', 'on', '1') THEN 1 \
             WHEN lower({column}) IN ('false', 'f', 'no', 'n', 'off', '0') THEN 0 END"
        ),
        (Bool, Varchar(_) | Text) => {
            format!("CASE {column} WHEN 0 THEN 'false' WHEN 1 THEN 'true' END")
        }
        (SmallInteger | Integer | BigInteger | Key { .. }, Bool) => format!("{column} <> 0"),
        _ => column,
    }
}

fn definition(column: &ColumnState, attributes: Option<&ColumnAttributes>) -> String {
    let quoted = name(&column.name);
    if column.kind == Kind::Id {
        return format!("{quoted} integer NOT NULL PRIMARY KEY AUTOINCREMENT");
    }
    let unsigned = if column.positive { " unsigned" } else { "" };
    let kind = match &column.kind {
        Kind::Id | Kind::Key { .. } => "bigint".to_owned(),
        Kind::SmallInteger => format!("smallint{unsigned}"),
        Kind::Integer => format!("integer{unsigned}"),
        Kind::BigInteger => format!("bigint{unsigned}"),
        Kind::Bool => "bool".to_owned(),
        Kind::Varchar(length) => format!("varchar({length})"),
        Kind::Text | Kind::Json => "text".to_owned(),
        Kind::DateTime => "datetime".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Time => "time".to_owned(),
        // Django writes `bigint`. This has the same affinity, and identifies the kind.
        Kind::Duration => "interval".to_owned(),
        Kind::Float => "real".to_owned(),
        // Django leaves the digits out. With them, a change of theirs is detected.
        Kind::Decimal(digits, places) => format!("decimal({digits}, {places})"),
        Kind::Uuid => "char(32)".to_owned(),
        Kind::Ip => "char(39)".to_owned(),
        Kind::Binary => "BLOB".to_owned(),
        Kind::Other { sqlite, .. } => sqlite.clone(),
    };
    let mut definition =
        format!("{quoted} {kind} {}", if column.null { "NULL" } else { "NOT NULL" });
    if let Some(collation) = attributes.and_then(|attributes| attributes.collation.as_ref()) {
        definition = format!("{definition} COLLATE {}", name(collation));
    }
    if let Some(default) = attributes.and_then(|attributes| attributes.default.as_ref()) {
        definition = format!("{definition} DEFAULT ({default})");
    }
    if column.unique {
        definition.push_str(" UNIQUE");
    }
    if column.positive {
        definition = format!("{definition} CHECK ({quoted} >= 0)");
    }
    if column.kind == Kind::Json {
        definition = format!("{definition} CHECK ((JSON_VALID({quoted}) OR {quoted} IS NULL))");
    }
    if let Some((target, key)) = column.target() {
        let (target, key) = (name(target), name(key));
        let on_delete = attributes.and_then(|attributes| attributes.on_delete.as_ref());
        let on_delete = on_delete.map_or(String::new(), |action| format!(" ON DELETE {action}"));
        definition = format!(
            "{definition} REFERENCES {target} ({key}){on_delete} DEFERRABLE INITIALLY DEFERRED"
        );
    }
    definition
}

/// The indexes of a new table, whose unique columns are declared in it.
fn indexes(table: &TableState) -> Vec<String> {
    let own = table.columns.iter().filter_map(|column| index_of(&table.name, column, false));
    let several = table.indexes.iter();
    let several = several.map(|index| create_index(&table.name, &index.columns, index.unique));
    own.chain(several).chain(constraints::indexes(&table.constraints)).collect()
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
