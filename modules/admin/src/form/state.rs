//! The state of a page's whole form: the object, and the other objects in it.

use module_api::auth::Action;
use module_api::forms::Posted;

use super::object::ObjectForm;
use super::password::NewPassword;
use super::plan::{Plan, PlannedField};
use super::rows::RowForms;
use super::stored::Stored;
use crate::access::AdminContext;

/// The form of a page.
#[derive(Debug)]
pub(crate) struct FormState<'r> {
    pub(crate) plan: Plan<'r>,
    pub(crate) main: ObjectForm,
    /// In the order of the plan.
    pub(crate) targets: Vec<ObjectForm>,
    /// In the order of the plan.
    pub(crate) rows: Vec<RowForms>,
    /// The password of a new user.
    pub(crate) password: Option<NewPassword>,
    /// The fingerprint of the stored values; `None` if the object is new.
    pub(crate) fingerprint: Option<String>,
}

impl<'r> FormState<'r> {
    /// Creates the form of a new object.
    pub(crate) fn to_add(plan: Plan<'r>) -> Self {
        let main = ObjectForm::of_new(plan.admin.model, String::new(), &plan.fields);
        let targets = plan
            .targets
            .iter()
            .map(|target| ObjectForm::of_new(target.model, target.prefix.clone(), &target.fields));
        Self {
            main,
            targets: targets.collect(),
            rows: plan.rows.iter().map(|_| RowForms::none()).collect(),
            password: NewPassword::of(plan.admin),
            fingerprint: None,
            plan,
        }
    }

    /// Creates the form of a stored object.
    pub(crate) fn to_change(cx: &AdminContext<'r>, plan: Plan<'r>, stored: Stored) -> Self {
        let fingerprint = Some(stored.fingerprint(&plan));
        let rows = plan.rows.iter().zip(&stored.rows);
        let rows = rows.map(|(planned, rows)| RowForms::of_stored(cx, planned, rows)).collect();
        let targets = plan.targets.iter().zip(stored.targets).map(|(planned, target)| {
            let prefix = planned.prefix.clone();
            let Some(target) = target else {
                return ObjectForm::of_new(planned.model, prefix, &planned.fields);
            };
            let may = cx.may_with(planned.model, Action::Change, Some(&target.record));
            let of_field =
                |field: &PlannedField| PlannedField { editable: field.editable && may, ..*field };
            let fields: Vec<PlannedField> = planned.fields.iter().map(of_field).collect();
            ObjectForm::of_stored(target, prefix, &fields, &[])
        });
        let targets = targets.collect();
        let main = ObjectForm::of_stored(stored.main, String::new(), &plan.fields, &stored.many);
        Self { plan, main, targets, rows, password: None, fingerprint }
    }

    /// Reads the submitted values. `as_new` reads all objects as new ones.
    pub(crate) fn take(&mut self, posted: &Posted, as_new: bool) {
        self.main.take(posted);
        for target in &mut self.targets {
            target.take(posted);
        }
        for (rows, planned) in self.rows.iter_mut().zip(&self.plan.rows) {
            if as_new {
                rows.take_as_new(planned, posted);
            } else {
                rows.take(planned, posted);
            }
        }
    }

    /// Replaces the submitted value of the input with that name by the stored one.
    pub(crate) fn take_stored(&mut self, input: &str) {
        let rows = self.rows.iter_mut().flat_map(|rows| &mut rows.rows).map(|row| &mut row.form);
        // The longest prefixes are those of rows; that of the form itself is empty.
        for form in rows.chain(&mut self.targets).chain([&mut self.main]) {
            if let Some(name) = input.strip_prefix(form.prefix.as_str()) {
                form.take_stored(name);
            }
        }
    }

    /// Adds the empty forms of inline objects, and numbers all.
    pub(crate) fn complete(&mut self) {
        for (rows, planned) in self.rows.iter_mut().zip(&self.plan.rows) {
            rows.complete(planned, self.plan.may_save);
        }
    }

    /// All forms of the page.
    pub(crate) fn forms(&self) -> impl Iterator<Item = &ObjectForm> {
        let rows = self.rows.iter().flat_map(|rows| &rows.rows).map(|row| &row.form);
        [&self.main].into_iter().chain(&self.targets).chain(rows)
    }

    /// Returns the number of errors.
    pub(crate) fn count_errors(&self) -> usize {
        let of_password = self.password.iter().flat_map(|password| &password.errors);
        let of_password = of_password.filter(|errors| !errors.is_empty()).count();
        self.forms().map(ObjectForm::count_errors).sum::<usize>() + of_password
    }
}
