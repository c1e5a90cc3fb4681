//! A form in the context of a template.

use std::borrow::Cow;
use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, Value as TemplateValue, from_args};
use minijinja::{Error, ErrorKind, State};
use serde::{Serialize, Serializer};

use super::field::{FormField, FormInput};
use super::text::shown_again;
use super::typed::Typed;
use super::widget::{ChoiceView, Input, Widget, with_typed};
use crate::db::Value;
use crate::model::{NON_FIELD_ERRORS, ValidationErrors, capitalized};

/// The template with the macros that render forms. A site can override it.
const TEMPLATE: &str = "form";

/// A form with its submitted values and errors, for a template.
///
/// | in a template | what |
/// |---|---|
/// | `form.render()` | all that stands inside `<form>` but the buttons: the CSRF token, the error summary, the fields |
/// | `form.head()` | of that, what comes before the fields: the CSRF token, the error summary, hidden fields |
/// | `form.fields` | the fields, without hidden ones |
/// | `form.NAME` | the field of that name |
/// | `form.errors` | all errors, in the order of the fields: each has `message`, and `label` and `id` if it is a field's; empty if there are none |
/// | `field.render()` | a field with its label, errors, inputs and help |
/// | `field.label_tag()`, `field.errors_tag()`, `field.input()`, `field.help_tag()` | its parts |
/// | `field.name`, `field.id`, `field.label`, `field.help`, `field.errors`, `field.required`, `field.value` | its properties |
///
/// `field.input(rows=3, placeholder="…")` adds attributes to an input. The markup is that of the
/// template `form`, which a site can override.
///
/// ```jinja
/// <form method="post">
///   {{ form.render() }}
///   <button class="button">Send</button>
/// </form>
/// ```
#[derive(Debug, Clone)]
pub struct FormView {
    fields: Vec<BoundField>,
    /// Errors that concern several fields.
    errors: Vec<String>,
    /// The field that is focused although it has no error.
    focus: Option<&'static str>,
    /// The prefix of the names of the inputs, if several forms on the page have the same fields.
    prefix: Option<Cow<'static, str>>,
}

/// A field with its content.
#[derive(Debug, Clone)]
pub(super) struct BoundField {
    pub(super) field: &'static FormField,
    pub(super) typed: Typed,
    pub(super) errors: Vec<String>,
    /// The choices with their labels, if the handler set them.
    pub(super) choices: Option<Vec<(String, String)>>,
    help: Vec<Cow<'static, str>>,
}

impl FormView {
    /// Creates a form with these values in its fields.
    pub(super) fn of(fields: &'static [FormField], values: &[Value]) -> Self {
        let bound = |(field, value): (&'static FormField, &Value)| {
            let help = field.help_text.unwrap_or(field.info.help_text);
            BoundField {
                field,
                typed: Typed::of(field.info, value),
                errors: Vec::new(),
                choices: None,
                help: if help.is_empty() { Vec::new() } else { vec![help.into()] },
            }
        };
        let fields = fields.iter().zip(values).map(bound).collect();
        Self { fields, errors: Vec::new(), focus: None, prefix: None }
    }

    /// Returns the fields, each with the name of its inputs.
    pub(super) fn inputs_mut(&mut self) -> impl Iterator<Item = (&mut BoundField, String)> {
        let prefix = self.prefix.as_deref();
        self.fields.iter_mut().map(move |bound| {
            let name = input_name(prefix, bound.field.info.name);
            (bound, name)
        })
    }

    /// Returns `true` if the form has errors.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty() || self.fields.iter().any(|bound| !bound.errors.is_empty())
    }

    /// Adds errors, each to its field. Those of [`NON_FIELD_ERRORS`], and of fields that the form
    /// does not have, belong to the whole form.
    pub fn add_errors(&mut self, errors: &ValidationErrors) {
        for (name, messages) in errors.iter() {
            let bound = self.fields.iter_mut().find(|bound| bound.field.info.name == name);
            match bound {
                Some(bound) => bound.errors.extend_from_slice(messages),
                None if name == NON_FIELD_ERRORS => self.errors.extend_from_slice(messages),
                None => {
                    let label = capitalized(&name.replace('_', " "));
                    self.errors.extend(messages.iter().map(|said| format!("{label}: {said}")));
                }
            }
        }
    }

    /// Adds these errors.
    #[must_use]
    pub fn with_errors(mut self, errors: &ValidationErrors) -> Self {
        self.add_errors(errors);
        self
    }

    /// Adds an error that concerns no single field.
    #[must_use]
    pub fn with_error(mut self, message: impl Into<String>) -> Self {
        self.errors.push(message.into());
        self
    }

    /// Sets the value of a field.
    ///
    /// # Panics
    ///
    /// The form has no such field.
    #[must_use]
    pub fn with_value(mut self, field: &str, value: impl Into<Value>) -> Self {
        let bound = self.bound(field);
        bound.typed = Typed::of(bound.field.info, &value.into());
        self
    }

    /// Sets the choices of a field, each with its label.
    ///
    /// # Panics
    ///
    /// The form has no such field.
    #[must_use]
    pub fn with_choices<V: ToString, L: Into<String>>(
        mut self,
        field: &str,
        choices: impl IntoIterator<Item = (V, L)>,
    ) -> Self {
        let choices = choices.into_iter().map(|(value, label)| (value.to_string(), label.into()));
        self.bound(field).choices = Some(choices.collect());
        self
    }

    /// Sets the help texts of a field, in place of its own.
    ///
    /// # Panics
    ///
    /// The form has no such field.
    #[must_use]
    pub fn with_help<T: Into<Cow<'static, str>>>(
        mut self,
        field: &str,
        texts: impl IntoIterator<Item = T>,
    ) -> Self {
        self.bound(field).help = texts.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the field with the focus, unless another field has an error.
    ///
    /// # Panics
    ///
    /// The form has no such field.
    #[must_use]
    pub fn with_focus(mut self, field: &str) -> Self {
        self.focus = Some(self.bound(field).field.info.name);
        self
    }

    /// Sets a prefix: names and ids of the inputs begin with it and `-`, as in Django, for a page with
    /// several forms that have fields of the same names. It has to be set when the form is submitted, too:
    /// `submitted.shown(|form| form.with_prefix("billing"))`.
    ///
    /// ```
    /// use module_api::forms::{Form, FormAnswer, FormView, Submitted};
    /// use module_api::rocket::response::Redirect;
    /// use module_api::rocket::{get, post};
    /// use module_api::{Error, Page, context};
    ///
    /// #[derive(Form)]
    /// struct AddressForm {
    ///     #[form(max_length = 64)]
    ///     street: String,
    /// }
    ///
    /// fn billing() -> FormView {
    ///     AddressForm::blank().with_prefix("billing")
    /// }
    ///
    /// fn page(billing: FormView, delivery: FormView) -> Page {
    ///     Page::render("shop/addresses", context! { billing, delivery })
    /// }
    ///
    /// #[get("/addresses")]
    /// fn addresses() -> Page {
    ///     page(billing(), AddressForm::blank())
    /// }
    ///
    /// #[post("/addresses/billing", data = "<address>")]
    /// async fn bill(address: Submitted<AddressForm>) -> Result<FormAnswer, Error> {
    ///     let address = address.shown(|form| form.with_prefix("billing"));
    ///     let again = |form| page(form, AddressForm::blank());
    ///     address.answer(again, async |_| Ok(Redirect::to("/shop/"))).await
    /// }
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<Cow<'static, str>>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    fn bound(&mut self, name: &str) -> &mut BoundField {
        let found = self.fields.iter_mut().find(|bound| bound.field.info.name == name);
        found.unwrap_or_else(|| panic!("the form has no field `{name}`"))
    }

    fn to_template(&self) -> FormObject {
        let mut errors: Vec<ErrorView> = Vec::new();
        errors.extend(self.errors.iter().map(|message| ErrorView::of_form(shown_again(message))));
        let first = self.fields.iter().find(|it| !it.errors.is_empty() && !it.field.is_hidden());
        let focus = first.map(|bound| bound.field.info.name).or(self.focus);
        let mut fields = Vec::new();
        for bound in &self.fields {
            let name = bound.field.info.name;
            let view = bound.view(input_name(self.prefix.as_deref(), name), focus == Some(name));
            let is_hidden = bound.field.is_hidden();
            errors.extend(view.errors.iter().map(|message| {
                if is_hidden {
                    ErrorView::of_form(format!("{}: {message}", view.label))
                } else {
                    view.error(message)
                }
            }));
            let object = FieldObject(TemplateValue::from_serialize(&view));
            fields.push((name, is_hidden, TemplateValue::from_object(object)));
        }
        FormObject { fields, errors: TemplateValue::from_serialize(errors) }
    }
}

/// Serializes the form as an object for templates.
impl Serialize for FormView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        TemplateValue::from_object(self.to_template()).serialize(serializer)
    }
}

/// An error in the summary.
#[derive(Debug, Serialize)]
struct ErrorView {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// The id of the input with the error.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

impl ErrorView {
    fn of_form(message: String) -> Self {
        Self { message, label: None, id: None }
    }
}

/// A field for a template.
#[derive(Debug, Serialize)]
struct FieldView {
    /// The name of its inputs.
    name: String,
    id: String,
    label: String,
    help: Vec<Cow<'static, str>>,
    required: bool,
    errors: Vec<String>,
    focus: bool,
    autocomplete: Option<&'static str>,
    described_by: Option<String>,
    #[serde(flatten)]
    widget: Widget,
}

impl FieldView {
    /// An error of the field, with a link to the first of its inputs.
    fn error(&self, message: &str) -> ErrorView {
        let id = match self.widget {
            Widget::Moment { .. } | Widget::Radios { .. } => format!("{}_0", self.id),
            _ => self.id.clone(),
        };
        ErrorView { message: message.to_owned(), label: Some(self.label.clone()), id: Some(id) }
    }
}

impl BoundField {
    fn view(&self, name: String, focus: bool) -> FieldView {
        let mut described_by = Vec::new();
        if !self.errors.is_empty() {
            described_by.push(format!("{name}-error"));
        }
        if !self.help.is_empty() {
            described_by.push(format!("{name}-help"));
        }
        FieldView {
            id: format!("id_{name}"),
            name,
            label: self.field.label(),
            help: self.help.clone(),
            required: self.field.is_required(),
            errors: self.errors.iter().map(|message| shown_again(message)).collect(),
            focus,
            autocomplete: self.field.autocomplete,
            described_by: (!described_by.is_empty()).then(|| described_by.join(" ")),
            widget: self.widget(),
        }
    }

    fn widget(&self) -> Widget {
        let info = self.field.info;
        let text = match &self.typed {
            Typed::Text(text) => text.as_str(),
            _ => return Widget::of(info, &self.typed),
        };
        let max_length = info.max_length();
        let usual = match &self.choices {
            Some(choices) => {
                let option = |(value, label): &(String, String)| ChoiceView {
                    value: value.clone(),
                    label: label.clone(),
                    chosen: value == text.trim(),
                };
                let mut options = vec![ChoiceView::none(text.is_empty())];
                options.extend(choices.iter().map(option));
                Widget::Select { options: with_typed(options, text) }
            }
            None => Widget::of(info, &self.typed),
        };
        match (self.field.input, usual) {
            (Some(FormInput::Textarea), _) => {
                Widget::Textarea { value: shown_again(text), max_length }
            }
            (Some(FormInput::Password), _) => {
                Widget::Input(Input::of_text("password", String::new(), max_length))
            }
            (Some(FormInput::Type(kind)), _) => {
                Widget::Input(Input::of_text(kind, shown_again(text), max_length))
            }
            (Some(FormInput::Radios), Widget::Select { mut options }) => {
                options.retain(|option| !option.value.is_empty() || !self.field.is_required());
                Widget::Radios { options }
            }
            (_, usual) => usual,
        }
    }
}

/// The name of a field's inputs.
fn input_name(prefix: Option<&str>, name: &str) -> String {
    prefix.map_or_else(|| name.to_owned(), |prefix| format!("{prefix}-{name}"))
}

/// A form for a template: its fields, each with its name and whether it is hidden.
#[derive(Debug)]
struct FormObject {
    fields: Vec<(&'static str, bool, TemplateValue)>,
    errors: TemplateValue,
}

impl FormObject {
    fn fields(&self, hidden: bool) -> TemplateValue {
        let fields = self.fields.iter().filter(|(_, is_hidden, _)| *is_hidden == hidden);
        fields.map(|(_, _, field)| field.clone()).collect()
    }
}

impl Object for FormObject {
    fn get_value(self: &Arc<Self>, key: &TemplateValue) -> Option<TemplateValue> {
        match key.as_str()? {
            "fields" => Some(self.fields(false)),
            "hidden_fields" => Some(self.fields(true)),
            "errors" => Some(self.errors.clone()),
            name => {
                let found = self.fields.iter().find(|(known, ..)| *known == name);
                found.map(|(_, _, field)| field.clone())
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["fields", "hidden_fields", "errors"])
    }

    fn call_method(
        self: &Arc<Self>,
        state: &State<'_, '_>,
        method: &str,
        arguments: &[TemplateValue],
    ) -> Result<TemplateValue, Error> {
        match method {
            "render" | "head" => {
                let () = from_args(arguments)?;
                render(state, method, &[TemplateValue::from_dyn_object(Arc::clone(self))])
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// A field for a template.
#[derive(Debug)]
struct FieldObject(TemplateValue);

impl Object for FieldObject {
    fn get_value(self: &Arc<Self>, key: &TemplateValue) -> Option<TemplateValue> {
        self.0.get_item(key).ok().filter(|value| !value.is_undefined())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.0
            .try_iter()
            .map_or(Enumerator::NonEnumerable, |keys| Enumerator::Values(keys.collect()))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &State<'_, '_>,
        method: &str,
        arguments: &[TemplateValue],
    ) -> Result<TemplateValue, Error> {
        let this = TemplateValue::from_dyn_object(Arc::clone(self));
        match method {
            "render" => render(state, "field", &[this, attributes(arguments)?]),
            "input" => render(state, "input", &[this, attributes(arguments)?]),
            "label_tag" | "errors_tag" | "help_tag" => {
                let () = from_args(arguments)?;
                render(state, method, &[this])
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

/// Additional attributes of an input, of which `_` in the name stands for `-`.
fn attributes(arguments: &[TemplateValue]) -> Result<TemplateValue, Error> {
    let (given,): (Kwargs,) = from_args(arguments)?;
    let pairs =
        given.args().map(|name| Ok((name.replace('_', "-"), given.get::<TemplateValue>(name)?)));
    pairs.collect::<Result<Vec<_>, Error>>().map(TemplateValue::from_iter)
}

/// Calls a macro of the template that renders forms.
fn render(
    state: &State<'_, '_>,
    name: &str,
    arguments: &[TemplateValue],
) -> Result<TemplateValue, Error> {
    let template = state.env().get_template(TEMPLATE)?.render_captured(())?;
    let html = template.state().call_macro(name, arguments)?;
    Ok(TemplateValue::from_safe_string(html))
}
