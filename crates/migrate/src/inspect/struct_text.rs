//! The file of models, formatted like rustfmt's output.

use std::fmt::Write;

use module_api::db::DatabaseKind;

use super::fields::{Field, StructBody};
use super::names::literal;
use super::relations::{Relations, key_of};
use crate::schema::Table;

/// The maximum width of a line.
const WIDTH: usize = 100;

/// The types of fields that are imported, by their modules.
const IMPORTS: &[(&str, &[&str])] = &[
    ("std::net", &["IpAddr"]),
    ("module_api::db", &["Decimal", "Uuid"]),
    ("module_api::model", &["ForeignKey", "Json", "ManyToMany", "Model"]),
    ("module_api::time", &["Date", "Duration", "Time", "UtcDateTime"]),
    ("serde_json", &["Value"]),
];

const HEAD: &str = "\
//! Models of existing tables, as `inspectdb` wrote them.
//!
//! Comments name what no attribute describes. Where a database leaves it to Django what
//! becomes of a row when the one it refers to is deleted, `on_delete` is `protect`: correct it.
";

/// The file.
pub(super) fn file(tables: &[&Table], relations: &Relations, kind: DatabaseKind) -> String {
    let written = tables.iter().filter(|table| !relations.is_between(table));
    let (models, others): (Vec<&Table>, Vec<&Table>) =
        written.partition(|table| key_of(table).is_ok());
    let models: Vec<(&Table, StructBody)> =
        models.into_iter().map(|table| (table, StructBody::of(table, relations, kind))).collect();
    let mut text = HEAD.to_owned();
    let fields: Vec<&Field> = models.iter().flat_map(|(_, body)| &body.fields).collect();
    text.push_str(&imports(&fields));
    for (table, body) in &models {
        text.push_str(&model(table, body, relations));
    }
    for table in others {
        let why = key_of(table).err().unwrap_or_default();
        comment(&mut text, "\n", &format!("The table `{}` has no model: {why}.", table.name));
        for column in &table.columns {
            let null = if column.null { "" } else { " NOT NULL" };
            comment(&mut text, "", &format!("`{}` {}{null}", column.name, column.declared));
        }
    }
    text
}

/// The lines that import what the fields need.
fn imports(fields: &[&Field]) -> String {
    let is_needed = |name: &str| {
        let words = |rust: &str| rust.split(['<', '>', ':']).any(|word| word == name);
        // In a path to another module's struct, only the surrounding type counts.
        name == "Model" || fields.iter().any(|field| words(around(&field.rust)))
    };
    let mut text = String::new();
    let mut of_std = false;
    for (module, names) in IMPORTS {
        let needed: Vec<&str> = names.iter().copied().filter(|name| is_needed(name)).collect();
        let list = match &needed[..] {
            [] => continue,
            [only] => (*only).to_owned(),
            several => format!("{{{}}}", several.join(", ")),
        };
        if text.is_empty() || of_std {
            text.push('\n');
        }
        of_std = *module == "std::net";
        writeln!(text, "use {module}::{list};").expect("a string takes it");
    }
    text
}

/// A type without the struct that a foreign key refers to.
fn around(rust: &str) -> &str {
    let inner = rust.strip_prefix("Option<").unwrap_or(rust);
    let leads = inner.starts_with("ForeignKey<") || inner.starts_with("ManyToMany<");
    if leads { inner.split('<').next().unwrap_or(inner) } else { inner }
}

fn model(table: &Table, body: &StructBody, relations: &Relations) -> String {
    let named = relations.name_of(table);
    let mut text = "\n".to_owned();
    for note in &body.notes {
        comment(&mut text, "", note);
    }
    text.push_str("#[derive(Debug, Clone, Model)]\n");
    let mut attributes = vec![format!("label = {}", literal(&named.label))];
    if named.label.replace('.', "_") != table.name {
        attributes.push(format!("table = {}", literal(&table.name)));
    }
    attributes.extend(body.attributes.iter().cloned());
    text.push_str(&attribute(&attributes, ""));
    writeln!(text, "pub struct {} {{", named.ident).expect("a string takes it");
    for field in &body.fields {
        for note in &field.notes {
            comment(&mut text, "    ", note);
        }
        if !field.attributes.is_empty() {
            text.push_str(&attribute(&field.attributes, "    "));
        }
        writeln!(text, "    pub {}: {},", field.name, field.rust).expect("a string takes it");
    }
    text.push_str("}\n");
    text
}

/// `#[model(…)]` on one line, or on several if it is too long.
fn attribute(parts: &[String], indent: &str) -> String {
    let line = format!("{indent}#[model({})]\n", parts.join(", "));
    if line.len() <= WIDTH + 1 {
        return line;
    }
    let inner = parts.join(&format!(",\n{indent}    "));
    format!("{indent}#[model(\n{indent}    {inner}\n{indent})]\n")
}

/// Adds a comment, wrapped.
fn comment(text: &mut String, before: &str, words: &str) {
    let (lead, indent) = before.strip_prefix('\n').map_or(("", before), |rest| ("\n", rest));
    text.push_str(lead);
    let mut line = format!("{indent}//");
    for word in words.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH && !line.ends_with("//") {
            text.push_str(&line);
            text.push('\n');
            line = format!("{indent}//");
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
}
