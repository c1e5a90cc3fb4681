//! Lookups in the database, for many objects at once.

use std::collections::{HashMap, HashSet};

use module_api::db::{DbError, Transaction, Value};
use module_api::model::related_ids_of;
use module_api::model::{FieldInfo, Filter, ManyToManyInfo, ModelInfo, Path, Records};
use serde_json::Value as Json;

use super::objects::value_of;
use crate::access::AdminContext;
use crate::object::{CHUNK, Object, objects};

/// The maximum number of objects in one query by several values each, which take a condition per
/// object.
const TOGETHER_AT_ONCE: usize = 50;

/// The maximum number of foreign keys along the path of a natural key.
const MAX_DEPTH: usize = 8;

/// The objects of a model with one of these primary keys.
pub(super) async fn existing(
    cx: &AdminContext<'_>,
    model: &'static ModelInfo,
    ids: impl IntoIterator<Item = i64>,
    on: &mut Transaction,
) -> Result<HashMap<i64, Object>, DbError> {
    let ids: Vec<i64> = ids.into_iter().collect();
    let mut found = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let objects = objects(cx, model, ids.iter().copied(), &mut *on).await?;
        found.extend(objects.into_iter().map(|object| (object.record.id(), object)));
    }
    Ok(found)
}

/// The primary keys among these that exist.
pub(super) async fn present(
    model: &'static ModelInfo,
    ids: impl IntoIterator<Item = i64>,
    on: &mut Transaction,
) -> Result<HashSet<i64>, DbError> {
    let ids: Vec<i64> = ids.into_iter().collect();
    let mut present = HashSet::new();
    for ids in ids.chunks(CHUNK) {
        let records = Records::of(model).filter(Filter::key_is_in(model, ids.iter().copied()));
        present.extend(records.ids(&mut *on).await?);
    }
    Ok(present)
}

/// Returns the objects related through a many-to-many field, in ascending order.
pub(super) async fn related(
    field: &'static ManyToManyInfo,
    ids: &[i64],
    on: &mut Transaction,
) -> Result<HashMap<i64, Vec<i64>>, DbError> {
    let mut related: HashMap<i64, Vec<i64>> = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        for (source, target) in related_ids_of(field, ids, &mut *on).await? {
            related.entry(source).or_default().push(target);
        }
    }
    Ok(related)
}

/// Formats values as text that is equal for equal values.
pub(super) fn key_of(values: &[&Value]) -> String {
    format!("{values:?}")
}

/// The objects of a model with these values in some of its fields: their primary keys, by
/// [`key_of`] the values.
pub(super) async fn owners(
    model: &'static ModelInfo,
    fields: &[&'static FieldInfo],
    values: &[Vec<&Value>],
    on: &mut Transaction,
) -> Result<HashMap<String, i64>, DbError> {
    let at_once = if fields.len() == 1 { CHUNK } else { TOGETHER_AT_ONCE };
    let mut owners = HashMap::new();
    for values in values.chunks(at_once) {
        let filter = if let [field] = fields {
            Filter::is_in(Path::of(field), values.iter().map(|values| values[0].clone()))
        } else {
            let one = |values: &Vec<&Value>| {
                let pairs = fields.iter().zip(values);
                Filter::all(
                    pairs.map(|(field, value)| Filter::is(Path::of(field), (*value).clone())),
                )
            };
            Filter::any(values.iter().map(one))
        };
        for record in Records::of(model).filter(filter).fetch(&mut *on).await? {
            let values: Vec<&Value> = fields.iter().map(|field| record.get(field.name)).collect();
            owners.insert(key_of(&values), record.id());
        }
    }
    Ok(owners)
}

/// The objects of a model by their natural keys in a file.
pub(super) struct NaturalKeys {
    model: &'static ModelInfo,
    paths: Vec<Path>,
    found: HashMap<String, i64>,
}

impl NaturalKeys {
    /// Looks these keys up.
    pub(super) async fn look_up<'k>(
        model: &'static ModelInfo,
        keys: impl IntoIterator<Item = &'k [Json]>,
        on: &mut Transaction,
    ) -> Result<Self, DbError> {
        let mut paths = Vec::new();
        expand(model, None, &mut paths);
        let mut keys_of = Self { model, paths, found: HashMap::new() };
        let mut wanted: HashMap<String, Vec<Value>> = HashMap::new();
        for key in keys {
            if let Ok(values) = keys_of.values(key) {
                wanted.insert(key_of(&values.iter().collect::<Vec<_>>()), values);
            }
        }
        let wanted: Vec<Vec<Value>> = wanted.into_values().collect();
        for keys in wanted.chunks(TOGETHER_AT_ONCE) {
            let one = |values: &Vec<Value>| {
                let pairs = keys_of.paths.iter().cloned().zip(values.iter().cloned());
                Filter::all(pairs.map(|(path, value)| Filter::is(path, value)))
            };
            let mut records = Records::of(model).filter(Filter::any(keys.iter().map(one)));
            let places: Vec<_> =
                keys_of.paths.iter().map(|path| records.column(path.clone())).collect();
            for record in records.fetch(&mut *on).await? {
                let values: Vec<&Value> = places.iter().map(|place| record.at(*place)).collect();
                keys_of.found.insert(key_of(&values), record.id());
            }
        }
        Ok(keys_of)
    }

    /// The primary key of the object with that natural key.
    pub(super) fn id(&self, key: &[Json]) -> Result<i64, String> {
        let values = self.values(key)?;
        let found = self.found.get(&key_of(&values.iter().collect::<Vec<_>>()));
        found.copied().ok_or_else(|| {
            let shown: Vec<String> = values.iter().map(ToString::to_string).collect();
            let name = self.model.verbose_name;
            format!("{name} instance with the natural key “{}” does not exist.", shown.join(", "))
        })
    }

    /// Parses the values of a natural key.
    fn values(&self, key: &[Json]) -> Result<Vec<Value>, String> {
        let label = self.model.label;
        if self.paths.is_empty() {
            return Err(format!("“{label}” has no natural key: give the primary key."));
        }
        if self.paths.len() != key.len() {
            let names: Vec<String> = self.paths.iter().map(ToString::to_string).collect();
            let (names, given) = (names.join(", "), key.len());
            return Err(format!(
                "The natural key of “{label}” is [{names}]; this has {given} values."
            ));
        }
        let values = self.paths.iter().zip(key).map(|(path, json)| {
            let value = value_of(path.field(), json)?;
            let has_null = value.as_text().is_some_and(|text| text.contains('\0'));
            if has_null { Err("Null characters are not allowed.".to_owned()) } else { Ok(value) }
        });
        values.collect()
    }
}

/// Collects the paths of a natural key. A foreign key in it stands for the natural key of its
/// target, or for the primary key if that has none.
fn expand(model: &'static ModelInfo, before: Option<&Path>, paths: &mut Vec<Path>) {
    for field in model.natural_key.iter().filter_map(|name| model.field(name)) {
        let path = before.map_or_else(|| Path::of(field), |before| before.to(field));
        match field.foreign_key().map(|key| (key.target)()) {
            Some(target) if !target.natural_key.is_empty() && path.fields().len() < MAX_DEPTH => {
                expand(target, Some(&path), paths);
            }
            _ => paths.push(path),
        }
    }
}
