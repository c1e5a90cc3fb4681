//! A JSON list of objects in the format of Django's fixtures, of `dumpdata` and of exports.

use std::fmt;

use module_api::db::Value;
use module_api::model::{FieldInfo, FieldKind};
use module_api::program_name;
use module_api::serde::Deserialize;
use module_api::serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;

use super::draft::{Draft, GivenValue, Place};
use super::{Drafts, Importable, MAX_OBJECTS, Slot};

#[derive(Deserialize)]
#[serde(crate = "module_api::serde", deny_unknown_fields)]
struct Object {
    model: String,
    #[serde(default)]
    pk: Json,
    fields: Fields,
}

/// The fields of an object, in order, including duplicates.
struct Fields(Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Fields(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// Reads the objects of a list.
pub(super) fn read(text: &str, importable: &Importable<'_>) -> Result<Drafts, String> {
    let objects: Vec<Object> = serde_json::from_str(text).map_err(|error| {
        format!("is not a JSON list of objects as `dumpdata` writes it: {error}")
    })?;
    if objects.is_empty() {
        return Err("has no objects".to_owned());
    }
    if objects.len() > MAX_OBJECTS {
        return Err(too_many());
    }
    let mut drafts = Drafts::default();
    for (index, object) in objects.into_iter().enumerate() {
        let draft = draft(index + 1, object, importable, &mut drafts);
        drafts.objects.push(draft);
    }
    Ok(drafts)
}

/// Returns the message for a file with too many objects.
pub(super) fn too_many() -> String {
    format!(
        "has more than {MAX_OBJECTS} objects: import it in parts, or load it with `{} loaddata`",
        program_name()
    )
}

fn draft(number: usize, object: Object, importable: &Importable<'_>, drafts: &mut Drafts) -> Draft {
    let model = importable.model();
    let mut draft = Draft::at(Place::Object(number));
    if !object.model.eq_ignore_ascii_case(model.label) {
        let other: String = object.model.chars().take(100).collect();
        let label = model.label;
        draft.refuse(None, format!("Its model is “{other}”. Only “{label}” can be imported here."));
        return draft;
    }
    let key = model.primary_key();
    draft.set_id(key, value_of(key, &object.pk));
    let mut seen = Vec::new();
    for (name, json) in object.fields.0 {
        let slot = match importable.slot(&name) {
            None | Some(Slot::Key) => {
                draft.refuse(None, format!("{}.", importable.unknown("field", &name)));
                continue;
            }
            Some(Slot::LeftOut(why)) => {
                drafts.left_out.insert(name, why);
                continue;
            }
            Some(slot) => slot,
        };
        if seen.contains(&slot) {
            draft.refuse(None, format!("Duplicate field “{name}”."));
            continue;
        }
        seen.push(slot);
        match slot {
            Slot::Field(place) => {
                let field = &model.fields[place];
                match given(field, json) {
                    Ok(given) => draft.fields.push((place, given)),
                    Err(message) => draft.refuse(Some(field.name), message),
                }
            }
            Slot::Many(place) => {
                let field = &model.many_to_many[place];
                match many((field.target)().primary_key(), json) {
                    Ok(given) => draft.many.push((place, given)),
                    Err(message) => draft.refuse(Some(field.name), message),
                }
            }
            Slot::Key | Slot::LeftOut(_) => {}
        }
    }
    draft
}

fn given(field: &FieldInfo, json: Json) -> Result<GivenValue, String> {
    match json {
        Json::Array(key) if field.foreign_key().is_some() => Ok(GivenValue::Natural(key)),
        json => value_of(field, &json).map(GivenValue::Value),
    }
}

fn many(key: &FieldInfo, json: Json) -> Result<Vec<GivenValue>, String> {
    let Json::Array(elements) = json else {
        return Err(format!("“{}” is not a list.", shortened(&json)));
    };
    let given = |element| match element {
        Json::Array(key) => Ok(GivenValue::Natural(key)),
        Json::Null => Err("This field cannot be null.".to_owned()),
        json => value_of(key, &json).map(GivenValue::Value),
    };
    elements.into_iter().map(given).collect()
}

/// The value of a field for a JSON value.
pub(super) fn value_of(field: &FieldInfo, json: &Json) -> Result<Value, String> {
    match (json, field.is_text()) {
        (Json::Null, _) if field.null => Ok(field.null_value()),
        (json, _) if matches!(field.kind, FieldKind::Json) => {
            Ok(Value::Json(Some(json.to_string())))
        }
        (Json::Null, _) => Ok(field.null_value()),
        (Json::String(text), _) if text.is_empty() && matches!(field.kind, FieldKind::Binary) => {
            Ok(Value::from(Vec::<u8>::new()))
        }
        (Json::String(text), _) => field.parse(text),
        (Json::Number(number), true) if number.is_i64() || number.is_u64() => {
            Ok(Value::from(number.to_string()))
        }
        (json, true) => Err(format!("“{}” is not text.", shortened(json))),
        (Json::Bool(value), false) if matches!(field.kind, FieldKind::Bool) => {
            Ok(Value::from(*value))
        }
        (json, false) => match json.as_i64().filter(|_| field.is_integer()) {
            Some(number) => Ok(Value::from(number)),
            None => field.parse(&shortened(json)),
        },
    }
}

/// A JSON value, truncated for a message.
fn shortened(json: &Json) -> String {
    json.to_string().chars().take(50).collect()
}
