//! Validates submitted forms, and writes all of them in one transaction, or none.

use module_api::admin::Change;
use module_api::auth::User;
use module_api::db::{DbError, Transaction, Value};
use module_api::model::{
    Deletion, ModelInfo, Record, WriteError, insert_values, save_changes, set_related_ids,
};

use super::object::{NewValues, ObjectForm};
use super::state::FormState;
use super::stored::text_of;
use crate::log::ChangeMessage;

/// The new values of all objects in a form.
#[derive(Debug)]
pub(crate) struct NewState {
    main: NewValues,
    /// `None` for an optional object that is left blank.
    targets: Vec<Option<NewValues>>,
    /// `None` for an object that is to be deleted.
    rows: Vec<Vec<Option<NewValues>>>,
}

/// The result of writing.
#[derive(Debug)]
pub(crate) enum Written {
    /// The objects were written.
    Done(Saved),
    /// The form has errors.
    Refused,
}

/// A saved object.
#[derive(Debug)]
pub(crate) struct Saved {
    pub(crate) id: i64,
    /// The text of the object, for the log.
    pub(crate) text: String,
    /// The label for the user.
    pub(crate) label: String,
    /// The changed fields, for the log.
    pub(crate) message: ChangeMessage,
}

impl Saved {
    /// The result of a form without changes.
    pub(crate) fn unchanged(state: &FormState<'_>) -> Self {
        let (id, text, label) = match &state.main.stored {
            Some(stored) => (stored.id(), stored.text.clone(), stored.label.clone()),
            None => (0, String::new(), String::new()),
        };
        Self { id, text, label, message: ChangeMessage::default() }
    }
}

/// Parses and validates all forms. Errors are added to them.
pub(crate) async fn check(
    state: &mut FormState<'_>,
    on: &mut Transaction,
) -> Result<NewState, DbError> {
    let mut targets = Vec::new();
    // The foreign keys to rows created in the same form, whose values are not known yet.
    let mut given = Vec::new();
    for (form, planned) in state.targets.iter_mut().zip(&state.plan.targets) {
        let may_be_left_out = form.stored.is_none() && planned.foreign_key.null;
        if may_be_left_out && form.is_untouched() {
            targets.push(None);
            continue;
        }
        if form.stored.is_none() {
            given.push(planned.foreign_key.name);
        }
        let values = form.read();
        form.check(&values, &[], on).await?;
        targets.push(Some(values));
    }
    given.extend(state.password.iter().map(|password| password.field.name));
    let main = state.main.read();
    state.main.check(&main, &given, on).await?;
    let id = state.main.stored.as_ref().map(super::stored::Loaded::id);
    let mut rows = Vec::new();
    for (forms, planned) in state.rows.iter_mut().zip(&state.plan.rows) {
        forms.refuse_unknown();
        let given: &[&str] = if id.is_none() { &[planned.foreign_key.name] } else { &[] };
        let mut of_model = Vec::new();
        for row in &mut forms.rows {
            if row.delete {
                of_model.push(None);
                continue;
            }
            let values = row.read(planned, id);
            row.form.check(&values, given, on).await?;
            of_model.push(Some(values));
        }
        rows.push(of_model);
    }
    Ok(NewState { main, targets, rows })
}

impl NewState {
    /// Returns `true` if any value differs from the stored one.
    pub(crate) fn changes(&self, state: &FormState<'_>) -> bool {
        let is_changed = |form: &ObjectForm, values: &Option<NewValues>| match values {
            Some(values) => form.stored.is_none() || !form.changed(values).is_empty(),
            None => form.stored.is_some(),
        };
        let rows = state.rows.iter().zip(&self.rows);
        let mut rows = rows.flat_map(|(forms, rows)| forms.rows.iter().zip(rows));
        state.plan.adding
            || !state.main.changed(&self.main).is_empty()
            || state
                .targets
                .iter()
                .zip(&self.targets)
                .any(|(form, new)| new.is_some() && is_changed(form, new))
            || rows.any(|(row, values)| is_changed(&row.form, values))
    }

    /// Returns the question of the model's registration before a change, if there is one.
    pub(crate) async fn question(
        &self,
        state: &FormState<'_>,
        user: &User,
        on: &mut Transaction,
    ) -> Result<Option<String>, DbError> {
        let Some(confirm) = state.plan.admin.confirm else { return Ok(None) };
        let before: Vec<Record> =
            state.main.stored.iter().map(|stored| stored.record.clone()).collect();
        let after = Record::new(state.main.model, self.main.columns.clone());
        confirm(Change { user, before: &before, after: Some(&after) }, on).await
    }

    /// Sets the password hash of a new object.
    pub(crate) fn set(&mut self, model: &ModelInfo, name: &str, value: Value) {
        if let Some(place) = model.position(name) {
            self.main.columns[place] = value;
        }
    }

    /// Writes all objects.
    pub(crate) async fn write(
        mut self,
        state: &mut FormState<'_>,
        on: &mut Transaction,
    ) -> Result<Written, DbError> {
        let mut inlines = Vec::new();
        for (index, values) in self.targets.iter().enumerate() {
            let (form, planned) = (&mut state.targets[index], &state.plan.targets[index]);
            let Some(values) = values else { continue };
            let Some(change) = write_object(form, values.clone(), on).await? else {
                return Ok(Written::Refused);
            };
            if form.stored.is_none()
                && let Some(place) = state.main.model.position(planned.foreign_key.name)
            {
                self.main.columns[place] = Value::from(change.id);
            }
            inlines.extend(change.inline);
        }
        let fields = state.main.changed(&self.main);
        let Some(main) = write_row(&mut state.main, self.main, on).await? else {
            return Ok(Written::Refused);
        };
        for index in 0..self.rows.len() {
            let values = std::mem::take(&mut self.rows[index]);
            let Some(changes) = write_rows(state, index, values, main.id(), on).await? else {
                return Ok(Written::Refused);
            };
            inlines.extend(changes);
        }
        // Last, since the label may come from another object in the form.
        let text = text_of(&main, &mut *on).await?;
        let mut message =
            if state.plan.adding { ChangeMessage::added() } else { ChangeMessage::changed(fields) };
        for inline in inlines {
            inline.tell(&mut message);
        }
        Ok(Written::Done(Saved { id: main.id(), label: text.clone(), text, message }))
    }
}

/// A change of an object in an inline form.
#[derive(Debug)]
enum InlineChange {
    Added { name: &'static str, object: String },
    Changed { name: &'static str, object: String, fields: Vec<String> },
    Deleted { name: &'static str, object: String },
}

impl InlineChange {
    fn tell(self, message: &mut ChangeMessage) {
        match self {
            Self::Added { name, object } => message.inline_added(name, &object),
            Self::Changed { name, object, fields } => {
                message.inline_changed(name, &object, fields);
            }
            Self::Deleted { name, object } => message.inline_deleted(name, &object),
        }
    }
}

/// A written inline object, with its part of the log message.
struct ObjectWritten {
    id: i64,
    inline: Option<InlineChange>,
}

/// Writes an inline object; `None` if it is refused.
async fn write_object(
    form: &mut ObjectForm,
    values: NewValues,
    on: &mut Transaction,
) -> Result<Option<ObjectWritten>, DbError> {
    let fields = form.changed(&values);
    let Some(written) = write_row(form, values, on).await? else { return Ok(None) };
    let (id, is_new) = (written.id(), form.stored.is_none());
    if !is_new && fields.is_empty() {
        return Ok(Some(ObjectWritten { id, inline: None }));
    }
    let object = text_of(&written, on).await?;
    let name = form.model.verbose_name;
    let inline = if is_new {
        InlineChange::Added { name, object }
    } else {
        InlineChange::Changed { name, object, fields }
    };
    Ok(Some(ObjectWritten { id, inline: Some(inline) }))
}

/// Writes an object if it was changed, and returns its values; `None` if it is refused.
async fn write_row(
    form: &mut ObjectForm,
    values: NewValues,
    on: &mut Transaction,
) -> Result<Option<Record>, DbError> {
    let model = form.model;
    let stored = form.stored.as_ref();
    let is_same = stored.is_some_and(|stored| stored.record.values() == values.columns);
    let mut columns = values.columns.clone();
    let written = match stored {
        Some(stored) if is_same => Ok(stored.id()),
        Some(stored) => {
            let id = stored.id();
            let before = stored.record.values();
            save_changes(model, before, values.columns, on).await.map(|()| id)
        }
        None => insert_values(model, values.columns, on).await,
    };
    let id = match written {
        Ok(id) => id,
        Err(error) => return refuse(form, error).map(|()| None),
    };
    for (field, ids) in &values.many {
        set_related_ids(field, id, ids, on).await?;
    }
    columns[0] = Value::from(id);
    Ok(Some(Record::new(model, columns)))
}

/// Writes the inline objects with a foreign key to the form's object: deletions before insertions.
/// `None` if one is refused.
async fn write_rows(
    state: &mut FormState<'_>,
    index: usize,
    values: Vec<Option<NewValues>>,
    main: i64,
    on: &mut Transaction,
) -> Result<Option<Vec<InlineChange>>, DbError> {
    let (forms, planned) = (&mut state.rows[index], &state.plan.rows[index]);
    let (mut added, mut changed, mut deleted) = (Vec::new(), Vec::new(), Vec::new());
    for row in forms.rows.iter_mut().filter(|row| row.delete) {
        let Some(stored) = row.form.stored.clone() else { continue };
        let deletion = Deletion::of(planned.model, [stored.id()], on).await;
        let done = match deletion {
            Ok(deletion) => deletion.run(on).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            let error = match error {
                WriteError::Protected(protected) => {
                    let name = planned.model.capitalized_name();
                    row.form.errors.push(format!("{name} “{}” {protected}.", stored.label));
                    return Ok(None);
                }
                other => other,
            };
            return refuse(&mut row.form, error).map(|()| None);
        }
        let name = planned.model.verbose_name;
        deleted.push(InlineChange::Deleted { name, object: stored.text });
    }
    for (row, values) in forms.rows.iter_mut().zip(values) {
        let Some(mut values) = values else { continue };
        if let Some(place) = planned.model.position(planned.foreign_key.name) {
            values.columns[place] = Value::from(main);
        }
        let Some(written) = write_object(&mut row.form, values, on).await? else {
            return Ok(None);
        };
        match written.inline {
            Some(change @ InlineChange::Added { .. }) => added.push(change),
            Some(change) => changed.push(change),
            None => {}
        }
    }
    // In Django's order.
    added.extend(changed);
    added.extend(deleted);
    Ok(Some(added))
}

/// Adds the error of a refused object to its form.
fn refuse(form: &mut ObjectForm, error: WriteError) -> Result<(), DbError> {
    match error {
        WriteError::Invalid(errors) => form.add_errors(&errors, &[]),
        WriteError::Database(error) => return Err(error),
        other => form.errors.push(other.to_string()),
    }
    Ok(())
}
