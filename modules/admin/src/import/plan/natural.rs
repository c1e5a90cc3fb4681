//! Resolves natural keys to objects.

use module_api::db::{DbError, Transaction, Value};
use module_api::model::ModelInfo;
use serde_json::Value as Json;

use super::super::draft::{Draft, GivenValue, Place};
use super::super::lookups::{self, NaturalKeys};
use super::is_searchable;

/// Replaces natural keys by primary keys, and finds objects without a primary key in the file by
/// their own natural keys.
pub(super) async fn resolve(
    model: &'static ModelInfo,
    drafts: &mut [Draft],
    on: &mut Transaction,
) -> Result<(), DbError> {
    let mut targets: Vec<&'static ModelInfo> =
        model.foreign_keys().map(|(_, key)| (key.target)()).collect();
    targets.extend(model.many_to_many.iter().map(|field| (field.target)()));
    targets.dedup_by_key(|target| target.label);
    for target in targets {
        let keys = drafts.iter().flat_map(|draft| natural_keys(model, draft, target));
        let keys: Vec<Vec<Json>> = keys.map(<[Json]>::to_vec).collect();
        if keys.is_empty() {
            continue;
        }
        let known = NaturalKeys::look_up(target, keys.iter().map(Vec::as_slice), on).await?;
        for draft in &mut *drafts {
            replace(model, draft, target, &known);
        }
    }
    find_by_own_key(model, drafts, on).await
}

/// The natural keys in an object of the file that refer to objects of a model.
fn natural_keys<'d>(
    model: &'static ModelInfo,
    draft: &'d Draft,
    target: &'static ModelInfo,
) -> impl Iterator<Item = &'d [Json]> {
    let leads_there = move |place: usize| {
        let key = model.fields[place].foreign_key();
        key.is_some_and(|key| (key.target)().is(target))
    };
    let fields = draft.fields.iter().filter(move |(place, _)| leads_there(*place));
    let many = draft
        .many
        .iter()
        .filter(move |(place, _)| (model.many_to_many[*place].target)().is(target))
        .flat_map(|(_, given)| given);
    fields.map(|(_, given)| given).chain(many).filter_map(|given| match given {
        GivenValue::Natural(key) => Some(key.as_slice()),
        GivenValue::Value(_) | GivenValue::EmptyCell => None,
    })
}

fn replace(
    model: &'static ModelInfo,
    draft: &mut Draft,
    target: &'static ModelInfo,
    known: &NaturalKeys,
) {
    let mut wrong = Vec::new();
    let mut look_up = |name: &'static str, given: &mut GivenValue| {
        if let GivenValue::Natural(key) = given {
            match known.id(key) {
                Ok(id) => *given = GivenValue::Value(Value::from(id)),
                Err(message) => wrong.push((name, message)),
            }
        }
    };
    for (place, given) in &mut draft.fields {
        let field = &model.fields[*place];
        if field.foreign_key().is_some_and(|key| (key.target)().is(target)) {
            look_up(field.name, given);
        }
    }
    for (place, all) in &mut draft.many {
        let field = &model.many_to_many[*place];
        if (field.target)().is(target) {
            for given in all {
                look_up(field.name, given);
            }
        }
    }
    for (name, message) in wrong {
        draft.refuse(Some(name), message);
    }
}

/// Finds existing objects for a file without primary keys, by the natural key of their model.
async fn find_by_own_key(
    model: &'static ModelInfo,
    drafts: &mut [Draft],
    on: &mut Transaction,
) -> Result<(), DbError> {
    let places: Vec<usize> =
        model.natural_key.iter().filter_map(|name| model.position(name)).collect();
    let fields: Vec<_> = places.iter().map(|place| &model.fields[*place]).collect();
    if places.is_empty() {
        return Ok(());
    }
    let key_of = |draft: &Draft| -> Option<Vec<Value>> {
        let is_meant = draft.id.is_none() && draft.problems.is_empty();
        let is_object = matches!(draft.place, Place::Object(_));
        let value = |place: &usize| match draft.fields.iter().find(|(other, _)| other == place)?.1 {
            GivenValue::Value(ref value) if is_searchable(value) => Some(value.clone()),
            _ => None,
        };
        if is_meant && is_object { places.iter().map(value).collect() } else { None }
    };
    let keys: Vec<Option<Vec<Value>>> = drafts.iter().map(key_of).collect();
    let wanted: Vec<Vec<&Value>> =
        keys.iter().flatten().map(|values| values.iter().collect()).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let owners = lookups::owners(model, &fields, &wanted, on).await?;
    for (draft, key) in drafts.iter_mut().zip(&keys) {
        if let Some(values) = key {
            let values: Vec<&Value> = values.iter().collect();
            draft.id = owners.get(&lookups::key_of(&values)).copied();
        }
    }
    Ok(())
}
