//! The plan of an import: the objects of the file, compared with those in the database.

mod natural;
mod targets;
mod unique;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use module_api::admin::Change as AdminChange;
use module_api::auth::Action;
use module_api::db::{DbError, Transaction, Value};
use module_api::model::{
    FieldInfo, ModelInfo, NON_FIELD_ERRORS, Path, Record, Records, ValidationErrors, WriteError,
    capitalized,
};
use sha2::{Digest, Sha256};

use super::draft::{Draft, GivenValue, Place};
use super::lookups;
use super::{Drafts, Importable, Problem};
use crate::access::AdminContext;
use crate::object::Object;
use crate::text::Shown;

/// The plan of an import.
pub(crate) struct Plan {
    /// The steps for the objects, in the order of the file.
    pub(crate) rows: Vec<Row>,
    /// The errors. If there are any, nothing is written.
    pub(crate) problems: Vec<Problem>,
    /// The fields of the file that are not imported, with the reasons.
    pub(crate) left_out: BTreeMap<String, &'static str>,
    /// `true` if the file was decoded as Windows-1252.
    pub(crate) is_windows_1252: bool,
    /// The greatest primary key, if there are new objects: if it has grown by the confirmation,
    /// they may have been imported already.
    newest: Option<i64>,
}

/// The step for an object.
pub(crate) struct Row {
    pub(crate) place: Place,
    pub(crate) step: Step,
    /// The primary key; `None` if the database will assign it.
    pub(crate) id: Option<i64>,
    /// The label of the stored object.
    pub(crate) text: Option<String>,
    /// The given fields with a new value.
    pub(crate) changes: Vec<Change>,
    /// The values, one for each field of the model.
    pub(crate) values: Vec<Value>,
    /// The new targets of the many-to-many fields, by their indexes; unchanged fields are omitted.
    pub(crate) many: Vec<(usize, Vec<i64>)>,
    /// The stored object.
    pub(super) before: Option<Record>,
}

/// The kind of step for an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The object is new.
    Add,
    /// The object exists, and differs from the file.
    Change,
    /// The object exists, and is the same as in the file.
    Keep,
    /// The object has errors.
    Refuse,
}

/// A changed field.
pub(crate) struct Change {
    /// The field's name for people.
    pub(crate) label: String,
    /// The field; `None` for a many-to-many field, whose values are lists of primary keys.
    pub(crate) field: Option<&'static FieldInfo>,
    /// The stored value; `None` if the object is new.
    pub(crate) old: Option<Value>,
    pub(crate) new: Value,
}

impl Change {
    /// Formats a value of the field. Moments are shown in full, so that any change is visible.
    pub(crate) fn shown(&self, value: &Value) -> Shown {
        match (self.field, value) {
            (Some(_), Value::DateTime(Some(_))) | (None, _) => Shown::text(value.to_string()),
            (Some(field), value) => Shown::of(field, value),
        }
    }
}

impl Plan {
    /// Compares the objects of a file with the database, without writing.
    pub(crate) async fn new(
        cx: &AdminContext<'_>,
        importable: &Importable<'_>,
        drafts: Drafts,
        on: &mut Transaction,
    ) -> Result<Self, DbError> {
        let model = importable.model();
        let Drafts { objects: mut drafts, left_out, is_windows_1252 } = drafts;
        natural::resolve(model, &mut drafts, on).await?;
        refuse_repeated(&mut drafts, model);
        let ids = drafts.iter().filter_map(|draft| draft.id);
        let existing = lookups::existing(cx, model, ids, on).await?;
        let related = related(model, &drafts, &existing, on).await?;
        let mut rows: Vec<Row> = Vec::with_capacity(drafts.len());
        for draft in &mut drafts {
            rows.push(row(cx, importable, draft, &existing, &related));
        }
        targets::check(model, &mut drafts, &rows, on).await?;
        unique::check(model, &mut drafts, &rows, on).await?;
        check_rules(model, &mut drafts, &rows, on).await?;
        ask(cx, importable, &mut drafts, &rows, on).await?;
        let mut problems = Vec::new();
        for (draft, row) in drafts.into_iter().zip(&mut rows) {
            if !draft.problems.is_empty() {
                row.step = Step::Refuse;
            }
            problems.extend(draft.problems);
        }
        let has_new = rows.iter().any(|row| row.step == Step::Add);
        let newest = if has_new {
            let key = Path::of(model.primary_key());
            Records::of(model).order_by(key, true).first(on).await?.map(|record| record.id())
        } else {
            None
        };
        Ok(Self { rows, problems, left_out, is_windows_1252, newest })
    }

    /// The number of objects with that step.
    pub(crate) fn count(&self, step: Step) -> usize {
        self.rows.iter().filter(|row| row.step == step).count()
    }

    /// Returns `true` if there are changes to write, and no errors.
    pub(crate) fn is_good(&self) -> bool {
        self.problems.is_empty() && self.rows.iter().any(|row| row.step != Step::Keep)
    }

    /// Returns a fingerprint of the file and the plan: all values to be written, and the stored
    /// ones.
    pub(crate) fn fingerprint(&self, file: &[u8]) -> String {
        let mut digest = Sha256::new();
        digest.update(Sha256::digest(file));
        digest.update(format!("{:?}", self.newest));
        for row in &self.rows {
            // Values that are not given, such as defaults, may depend on the moment.
            let Row { place, step, id, changes, .. } = row;
            digest.update(format!("{place:?}{step:?}{id:?}\n"));
            for Change { label, old, new, .. } in changes {
                digest.update(format!("{label:?}{old:?}{new:?}\n"));
            }
        }
        URL_SAFE_NO_PAD.encode(digest.finalize())
    }
}

/// Returns `true` if a query can contain the value.
fn is_searchable(value: &Value) -> bool {
    !value.is_null() && !value.as_text().is_some_and(|text| text.contains('\0'))
}

/// Refuses objects whose primary key is a duplicate of an earlier one in the file.
fn refuse_repeated(drafts: &mut [Draft], model: &'static ModelInfo) {
    let mut seen: HashMap<i64, Place> = HashMap::new();
    for draft in drafts {
        let Some(id) = draft.id else { continue };
        if let Some(first) = seen.get(&id) {
            let message = format!("Duplicate: the same object is in {first}.");
            draft.refuse(Some(model.primary_key().name), message);
        } else {
            seen.insert(id, draft.place);
        }
    }
}

/// Returns the current targets of many-to-many fields, by the indexes of the fields.
async fn related(
    model: &'static ModelInfo,
    drafts: &[Draft],
    existing: &HashMap<i64, Object>,
    on: &mut Transaction,
) -> Result<HashMap<usize, HashMap<i64, Vec<i64>>>, DbError> {
    let mut related = HashMap::new();
    let given: BTreeSet<usize> =
        drafts.iter().flat_map(|draft| draft.many.iter().map(|(place, _)| *place)).collect();
    let ids: Vec<i64> = existing.keys().copied().collect();
    for place in given {
        let of_field = lookups::related(&model.many_to_many[place], &ids, on).await?;
        related.insert(place, of_field);
    }
    Ok(related)
}

/// Returns the step for an object.
fn row(
    cx: &AdminContext<'_>,
    importable: &Importable<'_>,
    draft: &mut Draft,
    existing: &HashMap<i64, Object>,
    related: &HashMap<usize, HashMap<i64, Vec<i64>>>,
) -> Row {
    let (admin, model) = (importable.admin, importable.model());
    let found = draft.id.and_then(|id| existing.get(&id));
    if let Some(found) = found
        && !cx.may(admin, Action::View, Some(&found.record))
    {
        // A preview would disclose the object.
        draft.refuse(None, "You do not have permission to change it.");
    }
    let mut values: Vec<Value> = match found {
        Some(found) => found.record.values().to_vec(),
        None => model.fields.iter().map(FieldInfo::default_value).collect(),
    };
    if found.is_none() {
        values[0] = Value::from(draft.id.unwrap_or(0));
        if let Some(place) = admin.password.and_then(|name| model.position(name)) {
            values[place] = Value::from(accounts::passwords::unusable());
        }
    }
    let mut changes = Vec::new();
    let mut many = Vec::new();
    if draft.is_refused_as_a_whole(model.primary_key().name) {
        let (place, step, text) = (draft.place, Step::Refuse, None);
        return Row { place, step, id: None, text, changes, values, many, before: None };
    }
    for (place, given) in &draft.fields {
        let field = &model.fields[*place];
        let old = &values[*place];
        let new = match given {
            GivenValue::Value(value) => value.clone(),
            GivenValue::EmptyCell if is_empty(old) => continue,
            GivenValue::EmptyCell => field.null_value(),
            GivenValue::Natural(_) => continue,
        };
        if found.is_some() && *old == new {
            continue;
        }
        changes.push(Change {
            label: field.capitalized_name(),
            field: Some(field),
            old: found.map(|_| old.clone()),
            new: new.clone(),
        });
        values[*place] = new;
    }
    for (place, given) in &draft.many {
        let id = |given: &GivenValue| {
            if let GivenValue::Value(value) = given { value.as_int() } else { None }
        };
        let ids: BTreeSet<i64> = given.iter().filter_map(id).collect();
        let new: Vec<i64> = ids.into_iter().collect();
        let of_object = |id: &i64| related.get(place).and_then(|of_field| of_field.get(id));
        let old = draft.id.as_ref().and_then(of_object).cloned().unwrap_or_default();
        if found.is_some() && old == new {
            continue;
        }
        let label = capitalized(model.many_to_many[*place].verbose_name);
        let old = found.map(|_| list(&old));
        changes.push(Change { label, field: None, old, new: list(&new) });
        many.push((*place, new));
    }
    let step = match found {
        None => Step::Add,
        Some(_) if changes.is_empty() => Step::Keep,
        Some(_) => Step::Change,
    };
    check_values(cx, importable, draft, found, step, &values, &many);
    Row {
        place: draft.place,
        step,
        id: draft.id,
        text: found.map(|found| found.label.clone()),
        changes,
        values,
        many,
        before: found.map(|found| found.record.clone()),
    }
}

fn list(ids: &[i64]) -> Value {
    Value::from(ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

/// Checks conditions that do not need the database: the user's permissions, and the fields' values.
fn check_values(
    cx: &AdminContext<'_>,
    importable: &Importable<'_>,
    draft: &mut Draft,
    found: Option<&Object>,
    step: Step,
    values: &[Value],
    many: &[(usize, Vec<i64>)],
) {
    let (admin, model) = (importable.admin, importable.model());
    let names = model.verbose_name_plural;
    match step {
        Step::Keep | Step::Refuse => return,
        Step::Add if !cx.may(admin, Action::Add, None) => {
            draft
                .refuse(None, format!("It is new, and you do not have permission to add {names}."));
        }
        Step::Change if !cx.may(admin, Action::Change, found.map(|found| &found.record)) => {
            draft.refuse(None, "You do not have permission to change it.");
        }
        Step::Add | Step::Change => {}
    }
    let before = found.map(|found| found.record.values());
    let checked = model.validate_changes(before, values);
    refuse(draft, &checked.err().unwrap_or_default());
    for (place, ids) in many {
        let field = &model.many_to_many[*place];
        if !field.blank && ids.is_empty() && !draft.is_refused(field.name) {
            draft.refuse(Some(field.name), "This field is required.");
        }
    }
}

/// Checks the rules that query the database, before any object of the file is written.
async fn check_rules(
    model: &'static ModelInfo,
    drafts: &mut [Draft],
    rows: &[Row],
    on: &mut Transaction,
) -> Result<(), DbError> {
    for (draft, row) in drafts.iter_mut().zip(rows) {
        if !draft.problems.is_empty() || !matches!(row.step, Step::Add | Step::Change) {
            continue;
        }
        match model.check_rows(&row.values, &mut *on).await {
            Ok(()) => {}
            Err(WriteError::Invalid(errors)) => refuse(draft, &errors),
            Err(WriteError::Database(error)) => return Err(error),
            Err(other) => draft.refuse(None, other.to_string()),
        }
    }
    Ok(())
}

/// Adds the errors of an object, one for each field.
fn refuse(draft: &mut Draft, errors: &ValidationErrors) {
    for (field, messages) in errors.iter() {
        if !draft.is_refused(field) {
            let field = (field != NON_FIELD_ERRORS).then_some(field);
            for message in messages {
                draft.refuse(field, message.as_str());
            }
        }
    }
}

/// Refuses changes that would have to be confirmed, which is not possible in an import.
async fn ask(
    cx: &AdminContext<'_>,
    importable: &Importable<'_>,
    drafts: &mut [Draft],
    rows: &[Row],
    on: &mut Transaction,
) -> Result<(), DbError> {
    for (draft, row) in drafts.iter_mut().zip(rows) {
        if draft.problems.is_empty()
            && let Some(question) = question(cx, importable, row, on).await?
        {
            let message = format!("This change requires confirmation in the form: {question}");
            draft.refuse(None, message);
        }
    }
    Ok(())
}

/// Returns the question before an object is changed, if there is one.
pub(super) async fn question(
    cx: &AdminContext<'_>,
    importable: &Importable<'_>,
    row: &Row,
    on: &mut Transaction,
) -> Result<Option<String>, DbError> {
    let (Some(confirm), Some(before)) = (importable.admin.confirm, &row.before) else {
        return Ok(None);
    };
    if row.step != Step::Change {
        return Ok(None);
    }
    let after = Record::new(importable.model(), row.values.clone());
    let before = std::slice::from_ref(before);
    confirm(AdminChange { user: &cx.user, before, after: Some(&after) }, on).await
}

/// Returns `true` for empty text and empty bytes, which a cell cannot distinguish from `NULL`.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Text(Some(text)) => text.is_empty(),
        Value::Binary(Some(bytes)) => bytes.is_empty(),
        _ => false,
    }
}
