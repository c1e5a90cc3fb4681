//! The form of one object: its stored values, the submitted ones, and the errors.

use std::collections::BTreeSet;

use module_api::db::{DbError, Transaction, Value};
use module_api::forms::{Posted, REQUIRED, Typed};
use module_api::model::{
    DefaultValue, FieldInfo, Filter, ManyToManyInfo, ModelInfo, NON_FIELD_ERRORS, Records,
    ValidationErrors, WriteError, validate_changes_in, validate_in,
};
use module_api::time::UtcDateTime;

use super::plan::{Content, PlannedField};
use super::stored::Loaded;

/// A field with the content of its inputs.
#[derive(Debug, Clone)]
pub(crate) struct FormField {
    pub(crate) content: Content,
    pub(crate) editable: bool,
    pub(crate) typed: Typed,
    /// The stored primary keys of a many-to-many field.
    pub(crate) ids: Vec<i64>,
    pub(crate) errors: Vec<String>,
}

/// The form of one object.
#[derive(Debug, Clone)]
pub(crate) struct ObjectForm {
    pub(crate) model: &'static ModelInfo,
    /// The prefix of its inputs' names: empty, `address-`, `letting_set-0-`.
    pub(crate) prefix: String,
    pub(crate) fields: Vec<FormField>,
    /// The stored object; `None` if it is new.
    pub(crate) stored: Option<Loaded>,
    /// Errors of several fields together, or of a field that is not displayed.
    pub(crate) errors: Vec<String>,
}

/// The submitted values of an object.
#[derive(Debug, Clone)]
pub(crate) struct NewValues {
    /// One value for each of the model's fields.
    pub(crate) columns: Vec<Value>,
    /// The related rows of the many-to-many fields that the user may fill.
    pub(crate) many: Vec<(&'static ManyToManyInfo, Vec<i64>)>,
}

impl ObjectForm {
    /// Creates the form of a stored object.
    pub(crate) fn of_stored(
        stored: Loaded,
        prefix: String,
        fields: &[PlannedField],
        many: &[(&'static str, Vec<i64>)],
    ) -> Self {
        let field = |planned: &PlannedField| {
            let name = planned.content.name();
            let ids = many.iter().find(|(known, _)| *known == name);
            let ids = ids.map_or_else(Vec::new, |(_, ids)| ids.clone());
            let typed = match planned.content {
                Content::Column(field) => Typed::of(field, stored.record.get(name)),
                Content::Many(_) => Typed::of_many(&ids),
                Content::Password(_) => Typed::Text(String::new()),
            };
            let (content, editable) = (planned.content, planned.editable);
            FormField { content, editable, typed, ids, errors: Vec::new() }
        };
        let fields = fields.iter().map(field).collect();
        let model = stored.record.model();
        Self { model, prefix, fields, stored: Some(stored), errors: Vec::new() }
    }

    /// Creates the form of a new object, with the defaults of its fields.
    pub(crate) fn of_new(
        model: &'static ModelInfo,
        prefix: String,
        fields: &[PlannedField],
    ) -> Self {
        let field = |planned: &PlannedField| {
            let typed = match planned.content {
                Content::Column(field) => Typed::of(field, &field.default_value()),
                Content::Many(_) => Typed::Many(Vec::new()),
                Content::Password(_) => Typed::Text(String::new()),
            };
            let (content, editable) = (planned.content, planned.editable);
            FormField { content, editable, typed, ids: Vec::new(), errors: Vec::new() }
        };
        let fields = fields.iter().map(field).collect();
        Self { model, prefix, fields, stored: None, errors: Vec::new() }
    }

    /// The name of the input of a field.
    pub(crate) fn input(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Sets initial values of fields from a query string, as in Django:
    /// `?title=Sea+view&groups=1,2`.
    pub(crate) fn begin_with(&mut self, query: &Posted) {
        for field in self.fields.iter_mut().filter(|field| field.editable) {
            let Some(value) = query.get(field.content.name()) else { continue };
            match field.content {
                Content::Column(info) => {
                    if let Some(typed) = Typed::from_query(info, value) {
                        field.typed = typed;
                    }
                }
                Content::Many(_) => {
                    let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
                    field.typed = Typed::Many(parts.map(str::to_owned).collect());
                }
                Content::Password(_) => {}
            }
        }
    }

    /// Reads the submitted values of the fields that the user may fill.
    pub(crate) fn take(&mut self, posted: &Posted) {
        let (is_new, prefix) = (self.stored.is_none(), &self.prefix);
        for field in self.fields.iter_mut().filter(|field| field.editable) {
            let name = format!("{prefix}{}", field.content.name());
            match field.content {
                Content::Column(info) => {
                    let sent = Typed::read(info, &name, posted);
                    // As in Django, a field that is missing in the form gets its default.
                    let keeps_default = is_new && info.default.is_some();
                    let nothing = || Typed::of(info, &info.null_value());
                    match sent {
                        Some(typed) => field.typed = typed,
                        None if keeps_default => {}
                        None => field.typed = nothing(),
                    }
                }
                Content::Many(_) => {
                    let mut values: Vec<String> = posted.all(&name).to_vec();
                    // If the choices are not listed, more are added by their keys.
                    let more = posted.get(&format!("{name}_add")).unwrap_or_default();
                    let more = more.split([',', ' ']).filter(|part| !part.is_empty());
                    values.extend(more.map(str::to_owned));
                    field.typed = Typed::Many(values);
                }
                Content::Password(_) => {}
            }
        }
    }

    /// Replaces the submitted value of a field by the stored one.
    pub(crate) fn take_stored(&mut self, name: &str) {
        let Some(stored) = &self.stored else { return };
        for field in self.fields.iter_mut().filter(|field| field.content.name() == name) {
            field.typed = match field.content {
                Content::Column(info) => Typed::of(info, stored.record.get(name)),
                Content::Many(_) => Typed::of_many(&field.ids),
                Content::Password(_) => continue,
            };
        }
    }

    /// Returns `true` if the form of a new object still has its initial values.
    pub(crate) fn is_untouched(&self) -> bool {
        self.fields.iter().filter(|field| field.editable).all(|field| match field.content {
            Content::Column(info) => {
                info.default == Some(DefaultValue::Now)
                    || field.typed.is_empty()
                    || field.typed == Typed::of(info, &info.default_value())
            }
            Content::Many(_) => field.typed.is_empty(),
            Content::Password(_) => true,
        })
    }

    /// Returns `true` if the submitted value of a field equals the stored one.
    pub(crate) fn is_as_stored(&self, name: &str) -> bool {
        let (Some(stored), Some(info)) = (&self.stored, self.model.field(name)) else {
            return false;
        };
        let field = self.fields.iter().find(|field| field.content.name() == name);
        let value = field.and_then(|field| field.typed.parse(info).ok());
        value.is_some_and(|value| value == *stored.record.get(name))
    }

    /// Returns the number of fields with errors.
    pub(crate) fn count_errors(&self) -> usize {
        let fields = self.fields.iter().filter(|field| !field.errors.is_empty());
        self.errors.len() + fields.count()
    }

    /// Parses the submitted values; one that cannot be parsed is an error of its field, and keeps
    /// the stored value.
    pub(crate) fn read(&mut self) -> NewValues {
        let mut columns: Vec<Value> = match &self.stored {
            Some(stored) => stored.record.values().to_vec(),
            None => self.model.fields.iter().map(new_value).collect(),
        };
        let mut many = Vec::new();
        for field in self.fields.iter_mut().filter(|field| field.editable) {
            if field.typed.is_empty() && field.content.is_required() {
                field.errors.push(REQUIRED.to_owned());
                continue;
            }
            match field.content {
                Content::Column(info) => {
                    let Some(place) = self.model.position(info.name) else { continue };
                    match typed_value(info, &field.typed, self.stored.as_ref(), &columns[place]) {
                        Ok(value) => columns[place] = value,
                        Err(messages) => field.errors.extend(messages),
                    }
                }
                Content::Many(info) => match ids(&field.typed) {
                    Ok(ids) => many.push((info, ids)),
                    Err(message) => field.errors.push(message),
                },
                Content::Password(_) => {}
            }
        }
        NewValues { columns, many }
    }

    /// Validates the values, including conditions that need the database. The foreign keys in
    /// `given`, whose rows are created in the same form, are not checked.
    pub(crate) async fn check(
        &mut self,
        values: &NewValues,
        given: &[&str],
        on: &mut Transaction,
    ) -> Result<(), DbError> {
        let checked = match &self.stored {
            Some(stored) => {
                let before = stored.record.values();
                validate_changes_in(self.model, before, &values.columns, &mut *on).await
            }
            None => validate_in(self.model, &values.columns, &mut *on).await,
        };
        match checked {
            Ok(()) => {}
            Err(WriteError::Invalid(errors)) => self.add_errors(&errors, given),
            Err(WriteError::Database(error)) => return Err(error),
            Err(other) => self.errors.push(other.to_string()),
        }
        for (info, ids) in &values.many {
            let target = (info.target)();
            let known = Filter::key_is_in(target, ids.iter().copied());
            let known: BTreeSet<i64> =
                Records::of(target).filter(known).ids(&mut *on).await?.into_iter().collect();
            let Some(unknown) = ids.iter().find(|id| !known.contains(id)) else { continue };
            let message =
                format!("Select a valid choice. {unknown} is not one of the available choices.");
            if let Some(field) = self.field_mut(info.name) {
                field.errors.push(message);
            }
        }
        Ok(())
    }

    /// Adds each error to its field. Errors of fields that cannot be filled here are added to the
    /// whole form.
    pub(crate) fn add_errors(&mut self, errors: &ValidationErrors, given: &[&str]) {
        for (name, messages) in errors.iter() {
            if given.contains(&name) {
                continue;
            }
            if name == NON_FIELD_ERRORS {
                self.errors.extend_from_slice(messages);
                continue;
            }
            let label = self.model.field(name).map(FieldInfo::capitalized_name);
            match self.field_mut(name).filter(|field| field.editable) {
                // One error at a time: the first one prevents further validation.
                Some(field) if !field.errors.is_empty() => {}
                Some(field) => field.errors.extend_from_slice(messages),
                None => {
                    let label = label.unwrap_or_else(|| name.to_owned());
                    let said = |message: &String| format!("{label}: {message}");
                    self.errors.extend(messages.iter().map(said));
                }
            }
        }
    }

    fn field_mut(&mut self, name: &str) -> Option<&mut FormField> {
        self.fields.iter_mut().find(|field| field.content.name() == name)
    }

    /// The labels of the fields that will be changed, in the order of the form.
    pub(crate) fn changed(&self, values: &NewValues) -> Vec<String> {
        let Some(stored) = &self.stored else { return Vec::new() };
        let is_changed = |field: &&FormField| match field.content {
            Content::Column(info) => {
                let place = self.model.position(info.name);
                place.is_some_and(|place| values.columns[place] != *stored.record.get(info.name))
            }
            Content::Many(info) => values
                .many
                .iter()
                .any(|(known, ids)| known.name == info.name && !same_ids(ids, &field.ids)),
            Content::Password(_) => false,
        };
        self.fields.iter().filter(is_changed).map(|field| field.content.label()).collect()
    }
}

fn same_ids(a: &[i64], b: &[i64]) -> bool {
    a.iter().collect::<BTreeSet<_>>() == b.iter().collect()
}

/// The default of a field in a new object; `NULL` for a required one without a default.
fn new_value(field: &FieldInfo) -> Value {
    if field.name == "id" { Value::from(0) } else { field.default_value() }
}

/// Parses the submitted value. An unchanged input keeps the stored value, even if it does not show
/// all of it: white space around a text, fractions of seconds.
fn typed_value(
    field: &FieldInfo,
    typed: &Typed,
    stored: Option<&Loaded>,
    present: &Value,
) -> Result<Value, Vec<String>> {
    if stored.is_some() && *typed == Typed::of(field, present) {
        return Ok(present.clone());
    }
    let value = typed.parse(field)?;
    match (&value, present) {
        (Value::DateTime(Some(new)), Value::DateTime(Some(old)))
            if stored.is_some() && same_second(*new, *old) =>
        {
            Ok(present.clone())
        }
        (Value::Time(Some(new)), Value::Time(Some(old)))
            if stored.is_some() && *new == old.truncate_to_second() =>
        {
            Ok(present.clone())
        }
        _ => Ok(value),
    }
}

/// Returns `true` if the first is the second without its fraction.
fn same_second(whole: UtcDateTime, exact: UtcDateTime) -> bool {
    whole.microsecond() == 0 && exact.replace_microsecond(0).is_ok_and(|exact| exact == whole)
}

/// The maximum number of objects in a many-to-many field, since a database limits the number of
/// parameters.
const MAX_RELATED: usize = 5000;

fn ids(typed: &Typed) -> Result<Vec<i64>, String> {
    let Typed::Many(values) = typed else { return Ok(Vec::new()) };
    if values.len() > MAX_RELATED {
        return Err(format!("Select at most {MAX_RELATED}."));
    }
    let mut ids = BTreeSet::new();
    for value in values {
        match value.trim().parse() {
            Ok(id) => ids.insert(id),
            Err(_) => return Err(format!("“{value}” is not a valid value.")),
        };
    }
    Ok(ids.into_iter().collect())
}
