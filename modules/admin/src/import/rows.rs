//! A table in CSV: names or labels of fields in its first line, one object in each other.

use module_api::db::Value;
use module_api::model::{FieldInfo, FieldKind};

use super::cells::{Line, Lines};
use super::draft::{Draft, GivenValue, Place};
use super::{Drafts, Importable, MAX_OBJECTS, Slot};
use crate::csv::unguarded;

/// The maximum number of columns that are read: no model has as many.
const MAX_COLUMNS: usize = 200;

/// Reads the objects of a table.
pub(super) fn read(text: &str, importable: &Importable<'_>) -> Result<Drafts, String> {
    let mut lines = Lines::of(text);
    let header = match lines.next() {
        Some(Ok(header)) => header,
        Some(Err(message)) => return Err(format!("is not valid CSV: {message}")),
        None => return Err("is empty".to_owned()),
    };
    let mut drafts = Drafts::default();
    let slots = slots(&header, importable, &mut drafts)?;
    for line in lines {
        let line = line.map_err(|message| format!("is not valid CSV: {message}"))?;
        if drafts.objects.len() == MAX_OBJECTS {
            return Err(super::objects::too_many());
        }
        let (number, cells) = (line.number, line.cells.len());
        if cells != slots.len() {
            return Err(format!(
                "is not valid CSV: line {number} has {}, but the header {}",
                crate::text::counted(cells as u64, "cell", "cells"),
                slots.len()
            ));
        }
        drafts.objects.push(draft(&line, &slots, importable));
    }
    if drafts.objects.is_empty() {
        return Err("has a header, but no rows".to_owned());
    }
    Ok(drafts)
}

/// Returns the meaning of each column.
fn slots(
    header: &Line,
    importable: &Importable<'_>,
    drafts: &mut Drafts,
) -> Result<Vec<Slot>, String> {
    if header.cells.len() > MAX_COLUMNS {
        return Err(format!(
            "has {} columns, and {} has {} fields",
            header.cells.len(),
            importable.model().verbose_name,
            importable.names().len()
        ));
    }
    let mut slots: Vec<Slot> = Vec::new();
    for cell in &header.cells {
        let name = unguarded(cell);
        let name = name.trim();
        let slot = importable
            .slot_of_heading(name)
            .map_err(|wrong| format!("was not imported. {wrong}"))?;
        if let Slot::LeftOut(why) = slot {
            drafts.left_out.insert(name.to_owned(), why);
        } else if slots.contains(&slot) {
            return Err(format!("has two columns for the field “{name}”"));
        }
        slots.push(slot);
    }
    if slots.iter().all(|slot| matches!(slot, Slot::Key | Slot::LeftOut(_))) {
        return Err("has no columns that can be imported".to_owned());
    }
    Ok(slots)
}

fn draft(line: &Line, slots: &[Slot], importable: &Importable<'_>) -> Draft {
    let model = importable.model();
    let mut draft = Draft::at(Place::Line(line.number));
    for (cell, slot) in line.cells.iter().zip(slots) {
        let cell = &*unguarded(cell);
        match *slot {
            Slot::LeftOut(_) => {}
            Slot::Key => {
                let key = model.primary_key();
                draft.set_id(key, key.parse(cell.trim()));
            }
            Slot::Field(place) => {
                let field = &model.fields[place];
                match given(field, cell) {
                    Ok(given) => draft.fields.push((place, given)),
                    Err(message) => draft.refuse(Some(field.name), message),
                }
            }
            Slot::Many(place) => {
                let field = &model.many_to_many[place];
                let key = (field.target)().primary_key();
                let numbers = cell.split([',', ';', ' ']).filter(|number| !number.is_empty());
                let ids: Result<Vec<GivenValue>, String> =
                    numbers.map(|number| key.parse(number).map(GivenValue::Value)).collect();
                match ids {
                    Ok(ids) => draft.many.push((place, ids)),
                    Err(message) => draft.refuse(Some(field.name), message),
                }
            }
        }
    }
    draft
}

fn given(field: &FieldInfo, cell: &str) -> Result<GivenValue, String> {
    if field.is_text() {
        let is_either = cell.is_empty() && field.null;
        return if is_either {
            Ok(GivenValue::EmptyCell)
        } else {
            field.parse(cell).map(GivenValue::Value)
        };
    }
    let cell = cell.trim();
    if matches!(field.kind, FieldKind::Binary) && cell.is_empty() {
        let no_bytes = GivenValue::Value(Value::from(Vec::<u8>::new()));
        return Ok(if field.null { GivenValue::EmptyCell } else { no_bytes });
    }
    match boolean(cell).filter(|_| matches!(field.kind, FieldKind::Bool)) {
        Some(value) => Ok(GivenValue::Value(Value::from(value))),
        None => field.parse(cell).map(GivenValue::Value),
    }
}

/// Boolean words of spreadsheets, in several languages, case-insensitive.
fn boolean(cell: &str) -> Option<bool> {
    const TRUE: [&str; 11] =
        ["true", "yes", "y", "on", "vrai", "oui", "wahr", "ja", "verdadero", "sí", "vero"];
    const FALSE: [&str; 10] =
        ["false", "no", "n", "off", "faux", "non", "falsch", "nein", "falso", "nee"];
    let word = cell.to_lowercase();
    let is_true = TRUE.contains(&&*word);
    (is_true || FALSE.contains(&&*word)).then_some(is_true)
}
