//! Values for existing rows in columns that need one.

use module_api::db::{Value, datetime_text};
use module_api::model::{DefaultValue, FieldInfo, FieldKind, ModelInfo};

use super::MakeMigrationsError;
use super::sql::{Filling, Fillings};

/// The fields' defaults, and the values from the command line.
pub(super) fn fillings(
    models: &[&'static ModelInfo],
    given: &[(String, String)],
) -> Result<Fillings, MakeMigrationsError> {
    let mut fillings = Fillings::new();
    for model in models {
        for field in model.fields {
            let filling = match field.default {
                Some(DefaultValue::Now) => now(field),
                Some(DefaultValue::Random) => Some(Filling::RandomUuid),
                Some(_) => of_value(&field.default_value()),
                None if field.is_text() && field.blank && !field.null => {
                    Some(Filling::Text(String::new()))
                }
                None => None,
            };
            let Some(filling) = filling else { continue };
            fillings.insert((model.table.to_owned(), field.column.to_owned()), filling);
        }
    }
    for (path, text) in given {
        let found = path.rsplit_once('.').and_then(|(label, field)| {
            let model = models.iter().find(|model| model.label.eq_ignore_ascii_case(label))?;
            let is_it = |known: &&FieldInfo| known.name.eq_ignore_ascii_case(field);
            Some((model, model.fields.iter().find(is_it)?))
        });
        // It may be a field of another module.
        let Some((model, field)) = found else { continue };
        let wrong = |why: String| MakeMigrationsError::Default(path.clone(), why);
        let filling = parse(field, text).map_err(wrong)?;
        fillings.insert((model.table.to_owned(), field.column.to_owned()), filling);
    }
    Ok(fillings)
}

fn parse(field: &FieldInfo, text: &str) -> Result<Filling, String> {
    if text == "now"
        && let Some(now) = now(field)
    {
        return Ok(now);
    }
    let value = field.normalized(field.parse(text)?);
    let problems = field.validate(&value);
    if !problems.is_empty() {
        return Err(problems.join(" "));
    }
    of_value(&value).ok_or_else(|| "a value is needed".to_owned())
}

/// The current time, in the field's kind.
fn now(field: &FieldInfo) -> Option<Filling> {
    match field.kind {
        FieldKind::DateTime => Some(Filling::Now),
        FieldKind::Date => Some(Filling::Today),
        FieldKind::Time => Some(Filling::TimeOfNow),
        _ => None,
    }
}

fn of_value(value: &Value) -> Option<Filling> {
    if value.is_null() {
        return None;
    }
    Some(match value {
        Value::Bool(value) => Filling::Bool((*value)?),
        Value::Int(value) => Filling::Int((*value)?),
        Value::Float(_) | Value::Decimal(_) => Filling::Number(value.to_string()),
        Value::DateTime(value) => Filling::Moment(datetime_text((*value)?)),
        Value::Duration(value) => {
            Filling::Microseconds(i64::try_from((*value)?.whole_microseconds()).ok()?)
        }
        Value::Uuid(_) => Filling::Uuid(value.to_string()),
        Value::Binary(value) => Filling::Bytes(hex::encode(value.as_ref()?)),
        _ => Filling::Text(value.to_string()),
    })
}
