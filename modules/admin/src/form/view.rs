//! A form in the context of its template.

use module_api::Error;
use module_api::serde::Serialize;

use super::choices::Choices;
use super::object::{FormField, ObjectForm};
use super::password::{INPUTS, NewPassword};
use super::widgets::Widget;
use crate::access::AdminContext;

/// A field with its inputs.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct FieldView {
    /// The name of its input.
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) label: String,
    help: Vec<String>,
    required: bool,
    errors: Vec<String>,
    /// `true` if the browser focuses it first.
    pub(crate) focus: bool,
    /// The ids of the elements that describe it.
    described_by: Option<String>,
    #[serde(flatten)]
    widget: Widget,
}

/// The conversion of a form's fields into values for its template.
pub(crate) struct Viewer<'a, 'r> {
    pub(crate) cx: &'a AdminContext<'r>,
    pub(crate) choices: &'a Choices,
}

impl Viewer<'_, '_> {
    /// The fields of a form.
    pub(crate) fn fields(&self, form: &ObjectForm) -> Result<Vec<FieldView>, Error> {
        form.fields.iter().map(|field| self.field(form, field)).collect()
    }

    fn field(&self, form: &ObjectForm, field: &FormField) -> Result<FieldView, Error> {
        let name = form.input(field.content.name());
        let help = field.content.help();
        let mut view = FieldView {
            id: format!("id_{name}"),
            label: field.content.label(),
            help: if help.is_empty() { Vec::new() } else { vec![help.to_owned()] },
            required: field.editable && field.content.is_required(),
            errors: field.errors.clone(),
            focus: false,
            described_by: None,
            widget: self.widget(form, field)?,
            name,
        };
        view.describe();
        Ok(view)
    }
}

impl FieldView {
    /// The two inputs of a new password.
    pub(crate) fn of_new_password(password: &NewPassword) -> [Self; 2] {
        let rules = accounts::passwords::password_help_texts().to_vec();
        let again = vec!["Enter the same password as before, for verification.".to_owned()];
        let label = password.field.capitalized_name();
        let labels = [label.clone(), format!("{label} confirmation")];
        let mut index = 0;
        [rules, again].map(|help| {
            let name = INPUTS[index];
            let mut view = Self {
                name: name.to_owned(),
                id: format!("id_{name}"),
                label: labels[index].clone(),
                help,
                required: true,
                errors: password.errors[index].clone(),
                focus: false,
                described_by: None,
                widget: Widget::NewPassword,
            };
            index += 1;
            view.describe();
            view
        })
    }

    /// Returns `true` if it has errors.
    pub(crate) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    fn describe(&mut self) {
        let mut ids = Vec::new();
        if !self.errors.is_empty() {
            ids.push(format!("{}_errors", self.id));
        }
        if !self.help.is_empty() {
            ids.push(format!("{}_help", self.id));
        }
        if matches!(self.widget, Widget::Search { .. }) {
            ids.push(format!("{}_chosen", self.id));
        }
        self.described_by = (!ids.is_empty()).then(|| ids.join(" "));
    }
}
