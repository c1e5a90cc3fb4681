//! What rows that are there get in columns that need a value.

use module_api::db::{Value, datetime_text};
use module_api::model::{DefaultValue, FieldInfo, FieldKind, ModelInfo};

use super::MakeMigrationsError;
use super::sql::{Filling, Fillings};

/// The fields' defaults, and what was said on the command line.
pub(super) fn fillings(
    models: &[&'static ModelInfo],
    given: &[(String, String)],
) -> Result<Fillings, MakeMigrationsError> {
    let mut fillings = Fillings::new();
    for model in models {
        for field in model.fields {
            let filling = match field.default {
                Some(DefaultValue::Bool(value)) => Filling::Bool(value),
                Some(DefaultValue::Int(value)) => Filling::Int(value),
                Some(DefaultValue::Text(value)) => Filling::Text(value.to_owned()),
                Some(DefaultValue::Now) => Filling::Now,
                None if field.is_text() && field.blank && !field.null => {
                    Filling::Text(String::new())
                }
                None => continue,
            };
            fillings.insert((model.table.to_owned(), field.column.to_owned()), filling);
        }
    }
    for (path, text) in given {
        let found = path.rsplit_once('.').and_then(|(label, field)| {
            let model = models.iter().find(|model| model.label.eq_ignore_ascii_case(label))?;
            let is_it = |known: &&FieldInfo| known.name.eq_ignore_ascii_case(field);
            Some((model, model.fields.iter().find(is_it)?))
        });
        // It may be one of another module's.
        let Some((model, field)) = found else { continue };
        let wrong = |why: String| MakeMigrationsError::Default(path.clone(), why);
        let filling = parse(field, text).map_err(wrong)?;
        fillings.insert((model.table.to_owned(), field.column.to_owned()), filling);
    }
    Ok(fillings)
}

fn parse(field: &FieldInfo, text: &str) -> Result<Filling, String> {
    if matches!(field.kind, FieldKind::DateTime) && text == "now" {
        return Ok(Filling::Now);
    }
    let value = field.parse(text)?;
    let problems = field.validate(&value);
    if !problems.is_empty() {
        return Err(problems.join(" "));
    }
    Ok(match value {
        Value::Bool(Some(value)) => Filling::Bool(value),
        Value::Int(Some(value)) => Filling::Int(value),
        Value::Text(Some(value)) => Filling::Text(value),
        Value::DateTime(Some(value)) => Filling::Moment(datetime_text(value)),
        _ => return Err("a value is needed".to_owned()),
    })
}
