//! The forms of the inline objects with a foreign key to the page's object, under Django's names:
//! `letting_set-TOTAL_FORMS`, `letting_set-0-id`, `letting_set-0-DELETE`.

use std::collections::BTreeSet;

use module_api::auth::Action;
use module_api::db::Value;
use module_api::forms::{NO_SUCH_CHOICE, Posted};

use super::object::{NewValues, ObjectForm};
use super::plan::{PlannedField, PlannedRows};
use super::stored::StoredRows;
use crate::access::AdminContext;

/// The placeholder for the index in names, in the blank form that a script copies.
pub(crate) const ANY_NUMBER: &str = "__prefix__";

/// The form of one inline object.
#[derive(Debug, Clone)]
pub(crate) struct RowForm {
    pub(crate) form: ObjectForm,
    pub(crate) may_delete: bool,
    /// `true` if the object is marked for deletion.
    pub(crate) delete: bool,
    /// `true` if it was submitted for a stored object that does not exist.
    pub(crate) unknown: bool,
}

/// The forms of all inline objects.
#[derive(Debug, Clone)]
pub(crate) struct RowForms {
    pub(crate) rows: Vec<RowForm>,
    /// `true` if there are more stored objects than forms.
    pub(crate) more: bool,
}

impl RowForm {
    /// Creates the form of a new object.
    fn new(planned: &PlannedRows) -> Self {
        let form = ObjectForm::of_new(planned.model, String::new(), &planned.fields);
        Self { form, may_delete: false, delete: false, unknown: false }
    }

    /// Returns `true` unless it is the blank form of a new object.
    pub(crate) fn is_filled(&self) -> bool {
        self.form.stored.is_some() || self.unknown || !self.form.is_untouched()
    }

    /// Parses the values, with the foreign key to the page's object; it is unset if that is new.
    pub(crate) fn read(&mut self, planned: &PlannedRows, main: Option<i64>) -> NewValues {
        let mut values = self.form.read();
        if let Some(place) = planned.model.position(planned.foreign_key.name) {
            values.columns[place] = Value::Int(main);
        }
        values
    }
}

impl RowForms {
    /// Creates the forms of stored objects, as far as the user may change each.
    pub(crate) fn of_stored(
        cx: &AdminContext<'_>,
        planned: &PlannedRows,
        stored: &StoredRows,
    ) -> Self {
        let row = |loaded: &super::stored::Loaded| {
            let may = |action| cx.may_with(planned.model, action, Some(&loaded.record));
            let may_change = planned.may_change && may(Action::Change);
            let fields: Vec<PlannedField> = planned
                .fields
                .iter()
                .map(|field| PlannedField { editable: field.editable && may_change, ..*field })
                .collect();
            RowForm {
                form: ObjectForm::of_stored(loaded.clone(), String::new(), &fields, &[]),
                may_delete: planned.may_delete && may(Action::Delete),
                delete: false,
                unknown: false,
            }
        };
        Self { rows: stored.rows.iter().map(row).collect(), more: stored.more }
    }

    /// Creates an empty list of forms.
    pub(crate) fn none() -> Self {
        Self { rows: Vec::new(), more: false }
    }

    /// Reads the submitted forms. A form for a row that is not one of these is marked as unknown:
    /// the row may be deleted, or never have been one of them.
    pub(crate) fn take(&mut self, planned: &PlannedRows, posted: &Posted) {
        let mut seen = BTreeSet::new();
        for number in 0..sent_forms(planned, posted) {
            let prefix = format!("{}-{number}-", planned.prefix);
            let delete = is_checked(posted, &format!("{prefix}DELETE"));
            let id = posted.get(&format!("{prefix}id")).unwrap_or_default().trim();
            if id.is_empty() {
                self.take_new(planned, &prefix, delete, posted);
                continue;
            }
            let is_it = |row: &&mut RowForm| {
                row.form.stored.as_ref().is_some_and(|stored| stored.id().to_string() == id)
            };
            if !seen.insert(id.to_owned()) {
                continue;
            }
            match self.rows.iter_mut().find(is_it) {
                Some(row) => {
                    row.form.prefix = prefix;
                    row.form.take(posted);
                    row.delete = delete && row.may_delete;
                }
                None => {
                    let mut row = RowForm::new(planned);
                    row.form.prefix = prefix;
                    row.form.take(posted);
                    (row.unknown, row.delete) = (true, delete);
                    self.rows.push(row);
                }
            }
        }
    }

    /// Reads all submitted forms as those of new objects, as for a copy of the page's object.
    pub(crate) fn take_as_new(&mut self, planned: &PlannedRows, posted: &Posted) {
        for number in 0..sent_forms(planned, posted) {
            let prefix = format!("{}-{number}-", planned.prefix);
            let delete = is_checked(posted, &format!("{prefix}DELETE"));
            self.take_new(planned, &prefix, delete, posted);
        }
    }

    fn take_new(&mut self, planned: &PlannedRows, prefix: &str, delete: bool, posted: &Posted) {
        if !planned.may_add || delete {
            return;
        }
        let mut row = RowForm::new(planned);
        prefix.clone_into(&mut row.form.prefix);
        row.form.take(posted);
        if row.is_filled() {
            self.rows.push(row);
        }
    }

    /// Adds an error to each form of an unknown row.
    pub(crate) fn refuse_unknown(&mut self) {
        for row in self.rows.iter_mut().filter(|row| row.unknown && !row.delete) {
            row.form.errors.push(NO_SUCH_CHOICE.to_owned());
        }
    }

    /// Turns the forms of deleted rows into those of new objects, to be saved again; those that
    /// were marked for deletion are dropped.
    pub(crate) fn renew_unknown(&mut self, planned: &PlannedRows) {
        self.rows.retain(|row| !row.unknown || (!row.delete && planned.may_add));
        for row in &mut self.rows {
            row.unknown = false;
        }
    }

    /// Adds the empty forms, and numbers all.
    pub(crate) fn complete(&mut self, planned: &PlannedRows, with_extra: bool) {
        let most = usize::try_from(planned.most()).unwrap_or(usize::MAX);
        let new = self.rows.iter().filter(|row| row.form.stored.is_none()).count();
        let wanted = usize::try_from(planned.extra).unwrap_or(0).saturating_sub(new);
        if planned.may_add && with_extra && !self.more {
            let free = most.saturating_sub(self.rows.len());
            self.rows.extend((0..wanted.min(free)).map(|_| RowForm::new(planned)));
        }
        for (number, row) in self.rows.iter_mut().enumerate() {
            row.form.prefix = format!("{}-{number}-", planned.prefix);
        }
    }

    /// Creates an empty form as a template for scripts.
    pub(crate) fn blank(planned: &PlannedRows) -> RowForm {
        let mut row = RowForm::new(planned);
        row.form.prefix = format!("{}-{ANY_NUMBER}-", planned.prefix);
        row
    }
}

/// Returns the declared number of submitted forms.
fn sent_forms(planned: &PlannedRows, posted: &Posted) -> u32 {
    let total = posted.get(&format!("{}-TOTAL_FORMS", planned.prefix));
    let total = total.and_then(|total| total.trim().parse::<u32>().ok()).unwrap_or(0);
    // More than the maximum, since a deleted row may be replaced by another.
    total.min(2 * super::plan::MAX_ROWS)
}

fn is_checked(posted: &Posted, name: &str) -> bool {
    posted.get(name).is_some_and(|value| !matches!(value, "" | "False" | "false" | "0"))
}
