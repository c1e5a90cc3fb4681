//! The fields of a model, and the properties of its table that no attribute describes.

use std::collections::{BTreeMap, BTreeSet};

use module_api::db::DatabaseKind;

use super::column::held;
use super::constraints::Translation;
use super::names::{field_name, in_code, literal};
use super::relations::{Between, Relations, is_numbered, key_of};
use crate::schema::{Column, ColumnKind, ForeignKey, Table};

/// A field of a generated struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// The name, with `r#` where Rust requires it.
    pub(super) name: String,
    /// The type.
    pub(super) rust: String,
    /// The attributes in `#[model(…)]`.
    pub(super) attributes: Vec<String>,
    /// The comments above it.
    pub(super) notes: Vec<String>,
}

/// The contents of a struct, and its attributes and comments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct StructBody {
    pub(super) fields: Vec<Field>,
    /// The attributes in `#[model(…)]` besides label and table.
    pub(super) attributes: Vec<String>,
    /// The comments above it.
    pub(super) notes: Vec<String>,
}

impl StructBody {
    /// The fields of a table that has the primary key of a model.
    pub(super) fn of(table: &Table, relations: &Relations, kind: DatabaseKind) -> Self {
        let mut read = Self::default();
        let mut taken = BTreeSet::from(["id".to_owned()]);
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut others = Vec::new();
        if let Ok(key) = key_of(table) {
            read.add_key(key);
            names.insert(key.name.clone(), "id".to_owned());
        }
        for column in &table.columns {
            if names.contains_key(&column.name) {
                continue;
            }
            match field(table, column, relations, kind, &mut taken) {
                Ok((name, field)) => {
                    names.insert(column.name.clone(), name);
                    read.fields.push(field);
                }
                Err(why) => {
                    others.push(column.name.clone());
                    read.notes.push(format!("The column `{}` is no field: {why}", column.name));
                }
            }
        }
        for between in relations.between_of(table) {
            read.fields.push(many_to_many(table, between, relations, &mut taken));
        }
        read.add_indexes(table, &names, relations);
        let texts: Vec<String> = texts(table).map(|column| column.name.clone()).collect();
        let translation = Translation { fields: &names, others: &others, texts: &texts, kind };
        read.add_constraints(table, &translation);
        read
    }

    fn add_key(&mut self, key: &Column) {
        let attributes =
            if key.name == "id" { Vec::new() } else { vec![column_attribute(&key.name)] };
        let notes = if is_numbered(key) {
            Vec::new()
        } else {
            vec!["The database does not number new rows by it: make it an identity.".to_owned()]
        };
        let rust = "i64".to_owned();
        self.fields.push(Field { name: "id".to_owned(), rust, attributes, notes });
    }

    /// Adds the indexes over several columns, and notes the indexes over one column that is not a
    /// field.
    fn add_indexes(
        &mut self,
        table: &Table,
        names: &BTreeMap<String, String>,
        relations: &Relations,
    ) {
        for (attribute, unique) in [("unique_together", true), ("indexes", false)] {
            let mut lists = BTreeSet::new();
            for index in table.indexes.iter().filter(|index| index.unique == unique) {
                let fields: Option<Vec<String>> =
                    index.columns.iter().map(|column| Some(literal(names.get(column)?))).collect();
                match fields {
                    Some(fields) if fields.len() > 1 => {
                        lists.insert(format!("[{}]", fields.join(", ")));
                    }
                    Some(_) => {}
                    None => self.notes.push(format!(
                        "The index `{}` is over a column that is no field.",
                        index.name
                    )),
                }
            }
            if !lists.is_empty() {
                let lists: Vec<String> = lists.into_iter().collect();
                self.attributes.push(format!("{attribute} = [{}]", lists.join(", ")));
            }
        }
        for key in &table.foreign_keys {
            if key.columns.len() > 1 || relations.target(key).is_none() {
                self.notes.push(format!(
                    "The foreign key ({}) to `{}` ({}) leads to no model here.",
                    key.columns.join(", "),
                    key.to_table,
                    key.to_columns.join(", ")
                ));
            }
        }
    }

    fn add_constraints(&mut self, table: &Table, translation: &Translation<'_>) {
        for check in &table.checks {
            let attribute = translation.check(check);
            self.notes.extend(
                attribute.is_none().then(|| format!("A check: {}", one_line(&check.expression))),
            );
            self.attributes.extend(attribute);
        }
        for index in &table.special_indexes {
            // The index for `LIKE`, which belongs to each index of text on PostgreSQL.
            if index.definition.contains("_pattern_ops)") {
                continue;
            }
            let attribute = translation.index(index);
            let definition = one_line(&index.definition);
            self.notes.extend(attribute.is_none().then(|| {
                if definition.is_empty() {
                    format!("The index `{}` is over more than columns.", index.name)
                } else {
                    format!("An index: {definition}")
                }
            }));
            self.attributes.extend(attribute);
        }
    }
}

/// A field and its name without `r#`, or the reason why the column is not a field.
fn field(
    table: &Table,
    column: &Column,
    relations: &Relations,
    kind: DatabaseKind,
    taken: &mut BTreeSet<String>,
) -> Result<(String, Field), String> {
    if column.computed {
        return Err("it is computed from others.".to_owned());
    }
    let refused = if column.null || column.default.is_some() {
        ""
    } else {
        " It is NOT NULL without a default: rows of this site would be refused."
    };
    let held = held(column, kind)
        .ok_or_else(|| format!("no field holds the type `{}`.{refused}", column.declared))?;
    let key = table.foreign_keys.iter().find(|key| key.columns == [column.name.as_str()]);
    let target = key.and_then(|key| Some((key, relations.target(key)?)));
    let has_index = |unique: bool| {
        let mut indexes = table.indexes.iter();
        indexes.any(|index| index.columns == [column.name.as_str()] && index.unique == unique)
    };
    let mut attributes = Vec::new();
    let (name, inner, notes) = match target {
        Some((key, target)) => {
            let stem = column.name.strip_suffix("_id").or(column.name.strip_suffix("Id"));
            let name = field_name(stem.filter(|it| !it.is_empty()).unwrap_or(&column.name), taken);
            if column.name != format!("{name}_id") {
                attributes.push(column_attribute(&column.name));
            }
            if has_index(true) {
                attributes.push("one_to_one".to_owned());
            }
            attributes.push(format!("on_delete = {}", on_delete(key, column.null)));
            (name, format!("ForeignKey<{target}>"), Vec::new())
        }
        None => {
            let name = field_name(&column.name, taken);
            if column.name != name {
                attributes.push(column_attribute(&column.name));
            }
            attributes.extend(held.attributes);
            if has_index(true) {
                attributes.push("unique".to_owned());
            } else if has_index(false) {
                attributes.push("index".to_owned());
            }
            (name, held.rust.to_owned(), held.notes)
        }
    };
    let rust = if column.null { format!("Option<{inner}>") } else { inner };
    if column.null {
        attributes.push("blank".to_owned());
    }
    let field = Field { name: in_code(&name), rust, attributes, notes };
    Ok((name, field))
}

/// The `on_delete` of a foreign key in the database; if that leaves it to Django, the one that loses
/// no data.
fn on_delete(key: &ForeignKey, null: bool) -> &'static str {
    match &*key.on_delete {
        "CASCADE" => "cascade",
        "SET NULL" if null => "set_null",
        _ => "protect",
    }
}

fn many_to_many(
    table: &Table,
    between: &Between,
    relations: &Relations,
    taken: &mut BTreeSet<String>,
) -> Field {
    let own = relations.name_of(table);
    let target = relations.target(&between.target).expect("the table was found by its target");
    let name = field_name(&between.field, taken);
    let mut attributes = Vec::new();
    if between.table != format!("{}_{name}", table.name) {
        attributes.push(format!("table = {}", literal(&between.table)));
    }
    let target_name = target.rsplit_once("::").map_or(target, |(_, ident)| ident).to_lowercase();
    let (source, other) = if target == own.ident {
        (format!("from_{}_id", own.name()), format!("to_{}_id", own.name()))
    } else {
        (format!("{}_id", own.name()), format!("{target_name}_id"))
    };
    let other_column = &between.target.columns[0];
    if between.source_column != source {
        attributes.push(format!("source_column = {}", literal(&between.source_column)));
    }
    if *other_column != other {
        attributes.push(format!("target_column = {}", literal(other_column)));
    }
    attributes.push("blank".to_owned());
    Field {
        name: in_code(&name),
        rust: format!("ManyToMany<{target}>"),
        attributes,
        notes: Vec::new(),
    }
}

fn texts(table: &Table) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(|column| column.kind == ColumnKind::Text)
}

fn column_attribute(column: &str) -> String {
    format!("column = {}", literal(column))
}

fn one_line(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}
