//! The objects that are edited in one form with deleted ones, and are kept unless they are selected
//! too: the address of a letting.

use std::collections::BTreeSet;

use module_api::admin::{InlineRelation, ModelAdmin};
use module_api::db::{DbError, Executor};
use module_api::model::{FieldInfo, ModelInfo};

use super::consequences::{Referring, chunks, records};
use crate::text::counted;

/// The objects that share a form with these, by the foreign keys that refer to them.
pub(super) async fn targets(
    admin: &ModelAdmin,
    ids: &BTreeSet<i64>,
    mut on: Executor<'_>,
) -> Result<Vec<Referring>, DbError> {
    let target = |inline: &module_api::admin::Inline| match inline.relation {
        InlineRelation::Target { foreign_key } => {
            Some((inline.model, admin.model.field(foreign_key)?))
        }
        InlineRelation::Rows { .. } => None,
    };
    let fields: Vec<(&'static ModelInfo, &'static FieldInfo)> =
        admin.inlines.iter().filter_map(target).collect();
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let mut targets: Vec<Referring> =
        fields.into_iter().map(|(model, field)| (model, field, BTreeSet::new())).collect();
    for chunk in chunks(ids) {
        for record in records(admin.model, chunk, on.reborrow()).await? {
            for (_, field, keys) in &mut targets {
                keys.extend(record.get(field.name).as_int());
            }
        }
    }
    targets.retain(|(.., keys)| !keys.is_empty());
    Ok(targets)
}

/// The number of objects in words: `1 address`.
pub(super) fn in_words(targets: &[Referring]) -> String {
    let count = |(model, _, keys): &Referring| {
        let count = u64::try_from(keys.len()).unwrap_or(u64::MAX);
        counted(count, model.verbose_name, model.verbose_name_plural)
    };
    targets.iter().map(count).collect::<Vec<_>>().join(", ")
}
