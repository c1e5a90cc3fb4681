//! Checks that the targets of foreign keys and many-to-many fields exist.

use std::collections::{BTreeSet, HashSet};

use module_api::db::{DbError, Transaction};
use module_api::model::ModelInfo;

use super::super::draft::Draft;
use super::super::lookups;
use super::{Row, Step};

/// Checks that the targets of foreign keys and many-to-many fields exist.
pub(super) async fn check(
    model: &'static ModelInfo,
    drafts: &mut [Draft],
    rows: &[Row],
    on: &mut Transaction,
) -> Result<(), DbError> {
    let is_written = |row: &&Row| matches!(row.step, Step::Add | Step::Change);
    for (place, field) in model.fields.iter().enumerate() {
        let Some(key) = field.foreign_key() else { continue };
        let target = (key.target)();
        let ids: BTreeSet<i64> =
            rows.iter().filter(is_written).filter_map(|row| row.values[place].as_int()).collect();
        let mut present = lookups::present(target, ids, on).await?;
        for (draft, row) in drafts.iter_mut().zip(rows) {
            let id = row.values[place].as_int().filter(|_| is_written(&row));
            if let Some(id) = id.filter(|id| !present.contains(id))
                && !draft.is_refused(field.name)
            {
                draft.refuse(Some(field.name), missing(target, id));
            }
            // Earlier objects of the file exist by then.
            if target.is(model) && row.step == Step::Add {
                present.extend(row.id);
            }
        }
    }
    for (place, field) in model.many_to_many.iter().enumerate() {
        let target = (field.target)();
        let ids_of = |row: &Row| {
            row.many
                .iter()
                .filter(|(of, _)| *of == place)
                .flat_map(|(_, ids)| ids.clone())
                .collect()
        };
        let ids: HashSet<i64> =
            rows.iter().filter(is_written).flat_map(|row| -> Vec<i64> { ids_of(row) }).collect();
        let present = lookups::present(target, ids, on).await?;
        for (draft, row) in drafts.iter_mut().zip(rows) {
            let ids: Vec<i64> = ids_of(row);
            if let Some(id) = ids.into_iter().find(|id| !present.contains(id)) {
                draft.refuse(Some(field.name), missing(target, id));
            }
        }
    }
    Ok(())
}

fn missing(target: &ModelInfo, id: i64) -> String {
    let (name, key) = (target.verbose_name, target.primary_key().name);
    format!("{name} instance with {key} {id} does not exist.")
}
