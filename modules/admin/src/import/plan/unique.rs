//! Checks unique values, in the file and in the database.

use std::collections::HashMap;

use module_api::db::{DbError, Transaction, Value};
use module_api::model::{FieldInfo, ModelInfo};

use super::super::draft::{Draft, Place};
use super::super::lookups;
use super::{Row, Step, is_searchable};

/// Refuses objects with duplicates of unique values: in the database, or earlier in the file. A
/// value that another object of the file gives up still counts as taken, so that objects can be
/// written in any order.
pub(super) async fn check(
    model: &'static ModelInfo,
    drafts: &mut [Draft],
    rows: &[Row],
    on: &mut Transaction,
) -> Result<(), DbError> {
    let single = model.fields.iter().skip(1).filter(|field| field.unique).map(|field| vec![field]);
    let together = model.unique_together.iter().map(|names| {
        names.iter().filter_map(|name| model.field(name)).collect::<Vec<&'static FieldInfo>>()
    });
    for fields in single.chain(together) {
        check_fields(model, &fields, drafts, rows, on).await?;
    }
    Ok(())
}

async fn check_fields(
    model: &'static ModelInfo,
    fields: &[&'static FieldInfo],
    drafts: &mut [Draft],
    rows: &[Row],
    on: &mut Transaction,
) -> Result<(), DbError> {
    let places: Vec<usize> = fields.iter().filter_map(|field| model.position(field.name)).collect();
    let mut checked: Vec<(usize, Vec<&Value>)> = Vec::new();
    for (index, (draft, row)) in drafts.iter().zip(rows).enumerate() {
        let is_written = matches!(row.step, Step::Add | Step::Change);
        let values: Vec<&Value> = places.iter().map(|place| &row.values[*place]).collect();
        let is_good = values.iter().all(|value| is_searchable(value))
            && !fields.iter().any(|field| draft.is_refused(field.name));
        if is_written && is_good {
            checked.push((index, values));
        }
    }
    let wanted: Vec<Vec<&Value>> = checked.iter().map(|(_, values)| values.clone()).collect();
    let owners = lookups::owners(model, fields, &wanted, on).await?;
    let names: Vec<String> = fields.iter().map(|field| field.capitalized_name()).collect();
    let (object, names) = (model.capitalized_name(), names.join(" and "));
    let field = if let [field] = fields { Some(field.name) } else { None };
    let mut seen: HashMap<String, Place> = HashMap::new();
    for (index, values) in checked {
        let key = lookups::key_of(&values);
        let draft = &mut drafts[index];
        if owners.get(&key).is_some_and(|owner| Some(*owner) != rows[index].id) {
            draft.refuse(field, format!("{object} with this {names} already exists."));
        } else if let Some(first) = seen.get(&key) {
            draft.refuse(field, format!("{object} with this {names} is in {first} already."));
        } else {
            seen.insert(key, draft.place);
        }
    }
    Ok(())
}
