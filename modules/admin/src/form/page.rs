//! The page of a form, rendered from the form's state.

use module_api::Page;
use module_api::auth::Action;
use module_api::db::Db;
use module_api::model::{ModelInfo, Record, capitalized};
use module_api::serde::Serialize;
use module_api::{Error, template_name};

use super::choices::Choices;
use super::conflict::{Comparison, LastChange, compare};
use super::object::ObjectForm;
use super::plan::{Content, MAX_ROWS, PlannedRows};
use super::rows::{RowForm, RowForms};
use super::state::FormState;
use super::submit::Reason;
use super::view::{FieldView, Viewer};
use crate::access::AdminContext;
use crate::deletion::fingerprint_of;
use crate::shell::{Crumb, Shell};

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct Context {
    shell: Shell,
    /// The name of the object's model.
    name: &'static str,
    adding: bool,
    /// The number of errors.
    wrong: usize,
    /// Errors of the object as a whole.
    errors: Vec<String>,
    /// `true` if the browser focuses these errors first.
    focus_errors: bool,
    sections: Vec<SectionView>,
    targets: Vec<TargetView>,
    rows: Vec<RowsView>,
    fingerprint: Option<String>,
    notice: Option<Notice>,
    buttons: Buttons,
    history: Option<String>,
    view_on_site: Option<String>,
    close: String,
}

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct SectionView {
    title: Option<&'static str>,
    description: &'static str,
    collapsed: bool,
    /// `true` if it is expanded since a field in it has errors, although it is collapsed by
    /// default.
    open: bool,
    fields: Vec<FieldView>,
}

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct TargetView {
    title: String,
    prefix: String,
    errors: Vec<String>,
    /// `true` if the browser focuses its errors first.
    focus: bool,
    fields: Vec<FieldView>,
}

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct RowsView {
    title: String,
    name: &'static str,
    prefix: String,
    is_tabular: bool,
    headings: Vec<Heading>,
    forms: Vec<RowView>,
    /// An empty form as a template for scripts, if more objects can be added.
    blank: Option<RowView>,
    stored: usize,
    most: u32,
    may_delete: bool,
    /// The link to the list, if there are more objects than a form shows.
    more: Option<MoreRows>,
}

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct MoreRows {
    shown: u32,
    list: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct Heading {
    label: String,
    required: bool,
}

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct RowView {
    prefix: String,
    /// The object's label; `None` if it is new.
    text: Option<String>,
    /// The address of its own form.
    url: Option<String>,
    id: String,
    errors: Vec<String>,
    /// `true` if the browser focuses its errors first.
    focus: bool,
    fields: Vec<FieldView>,
    /// `true` if it can be marked for deletion.
    may_delete: bool,
    delete: bool,
}

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde", tag = "kind", rename_all = "snake_case")]
enum Notice {
    Conflict { last: Option<LastChange>, objects: Vec<Comparison> },
    Gone { last: Option<LastChange>, may_add: bool },
    Question { question: String, fingerprint: String },
    Refused,
}

/// The buttons at the end of the form.
#[derive(Debug, Default, Serialize)]
#[serde(crate = "module_api::serde")]
#[expect(clippy::struct_excessive_bools, reason = "each is a button of its own")]
struct Buttons {
    save: bool,
    save_as_new: bool,
    add_another: bool,
    continue_editing: bool,
    delete: Option<String>,
}

impl Context {
    /// Marks the first error in the order of the page, which the browser focuses.
    fn focus_first_error(&mut self) {
        if !self.errors.is_empty() {
            self.focus_errors = true;
            return;
        }
        let of_sections = self.sections.iter_mut().map(|section| (None, &mut section.fields));
        let of_targets = self.targets.iter_mut().map(|target| {
            ((!target.errors.is_empty()).then_some(&mut target.focus), &mut target.fields)
        });
        let rows = self.rows.iter_mut().flat_map(|rows| &mut rows.forms);
        let of_rows =
            rows.map(|row| ((!row.errors.is_empty()).then_some(&mut row.focus), &mut row.fields));
        for (whole, fields) in of_sections.chain(of_targets).chain(of_rows) {
            let field = fields.iter_mut().find(|field| field.has_errors());
            if let Some(focus) = whole.or(field.map(|field| &mut field.focus)) {
                *focus = true;
                return;
            }
        }
    }
}

/// Renders the page of a form.
pub(crate) struct FormPage<'a, 'r> {
    pub(crate) cx: &'a AdminContext<'r>,
    pub(crate) db: &'a Db,
    /// The address of the list to return to.
    pub(crate) list: String,
    /// The query string for pages about an object, so that they lead back to that list.
    pub(crate) query: String,
    /// The primary key of the object; `None` for a new one.
    pub(crate) id: Option<i64>,
}

impl FormPage<'_, '_> {
    /// Renders the page. `reason` is the reason why a submitted form is shown again.
    pub(crate) async fn render(
        &self,
        mut state: FormState<'_>,
        reason: Option<&Reason>,
    ) -> Result<Page, Error> {
        let mut connection = self.db.acquire().await?;
        let unknown_are = |state: &mut FormState<'_>| {
            for (rows, planned) in state.rows.iter_mut().zip(&state.plan.rows) {
                rows.renew_unknown(planned);
            }
        };
        let choices = Choices::load(self.cx, &state, &mut connection).await?;
        let notice = match reason {
            Some(Reason::Conflict) => {
                let last = LastChange::of(self.cx, &objects_of(&state), &mut connection).await?;
                Some(Notice::Conflict { last, objects: compare(&state, &choices) })
            }
            Some(Reason::Gone) => {
                let gone = self.id.map(|id| (state.plan.admin.model, id));
                let gone: Vec<_> = gone.into_iter().collect();
                let last = LastChange::of(self.cx, &gone, &mut connection).await?;
                Some(Notice::Gone { last, may_add: state.plan.may_save })
            }
            Some(Reason::Question(question)) => {
                let fingerprint = fingerprint_of(question);
                Some(Notice::Question { question: question.clone(), fingerprint })
            }
            Some(Reason::Refused) => Some(Notice::Refused),
            Some(Reason::Errors) | None => None,
        };
        drop(connection);
        if reason == Some(&Reason::Conflict) {
            unknown_are(&mut state);
        }
        state.complete();
        let context = self.context(&state, &choices, notice, reason)?;
        Ok(Page::render(template_name!("admin/form"), context))
    }

    fn context(
        &self,
        state: &FormState<'_>,
        choices: &Choices,
        notice: Option<Notice>,
        reason: Option<&Reason>,
    ) -> Result<Context, Error> {
        let (cx, admin) = (self.cx, state.plan.admin);
        let viewer = Viewer { cx, choices };
        let model = admin.model;
        let stored = state.main.stored.as_ref();
        let adding = self.id.is_none();
        let verb = match (adding, state.plan.may_save || reason.is_some()) {
            (true, _) => "Add",
            (false, true) => "Change",
            (false, false) => "View",
        };
        let title = format!("{verb} {}", model.verbose_name);
        let crumb =
            Crumb::here(stored.map_or_else(|| title.clone(), |stored| stored.label.clone()));
        let record = stored.map(|stored| &stored.record);
        let object_url = |route: &str| {
            let url = stored.map(|stored| cx.object_url(route, admin, stored.id()));
            url.transpose()
        };
        let rows = state.rows.iter().zip(&state.plan.rows);
        let targets = state.targets.iter().zip(&state.plan.targets);
        let shell = Shell::of_model(cx, title, admin, vec![crumb])?;
        let mut context = Context {
            shell: shell.with_errors(state.count_errors() > 0),
            name: model.verbose_name,
            adding,
            wrong: state.count_errors(),
            errors: state.main.errors.clone(),
            focus_errors: false,
            sections: sections(state, &viewer)?,
            targets: targets
                .map(|(form, planned)| {
                    Ok(TargetView {
                        title: planned.foreign_key.capitalized_name(),
                        prefix: planned.prefix.clone(),
                        errors: form.errors.clone(),
                        focus: false,
                        fields: viewer.fields(form)?,
                    })
                })
                .collect::<Result<_, Error>>()?,
            rows: rows
                .map(|(rows, planned)| rows_view(rows, planned, &viewer))
                .collect::<Result<_, Error>>()?,
            fingerprint: state.fingerprint.clone(),
            notice,
            buttons: self.buttons(state, reason)?,
            history: object_url("history")?,
            view_on_site: record.and_then(|record| self.view_on_site(state, record)),
            close: self.list.clone(),
        };
        context.focus_first_error();
        Ok(context)
    }

    fn buttons(&self, state: &FormState<'_>, reason: Option<&Reason>) -> Result<Buttons, Error> {
        let (cx, admin) = (self.cx, state.plan.admin);
        if reason == Some(&Reason::Gone) {
            return Ok(Buttons { save_as_new: state.plan.may_save, ..Buttons::default() });
        }
        let (adding, may_save) = (self.id.is_none(), state.plan.may_save);
        if !adding && state.plan.adding {
            // A form submitted as new and shown again still creates a new object.
            return Ok(Buttons { save_as_new: may_save, ..Buttons::default() });
        }
        let stored = state.main.stored.as_ref();
        let may_delete = |record: &Record| cx.may(admin, Action::Delete, Some(record));
        let delete = stored.filter(|stored| may_delete(&stored.record));
        let delete = delete.map(|stored| cx.object_url("delete", admin, stored.id()));
        let may_add = cx.may(admin, Action::Add, None);
        Ok(Buttons {
            save: may_save,
            save_as_new: may_save && !adding && admin.save_as && state.plan.may_save_as_new(cx),
            add_another: may_save && may_add && (adding || !admin.save_as),
            continue_editing: may_save && (!adding || cx.may(admin, Action::View, None)),
            delete: delete.transpose()?.map(|url| format!("{url}{}", self.query)),
        })
    }

    /// The page of the object on the site, if it currently has one.
    fn view_on_site(&self, state: &FormState<'_>, record: &Record) -> Option<String> {
        let on_site = state.plan.admin.view_on_site?;
        let parameters = (on_site.parameters)(record)?;
        let parameters: Vec<(&str, &dyn std::fmt::Display)> = parameters
            .iter()
            .map(|(name, value)| (*name, value as &dyn std::fmt::Display))
            .collect();
        // The module with the page may be inactive.
        self.cx.urls.url(on_site.route, &parameters).ok()
    }
}

/// The stored objects in a form.
fn objects_of(state: &FormState<'_>) -> Vec<(&'static ModelInfo, i64)> {
    let stored = |form: &ObjectForm| form.stored.as_ref().map(|stored| (form.model, stored.id()));
    let own = [&state.main].into_iter().chain(&state.targets).filter_map(stored);
    let rows = state.rows.iter().flat_map(|rows| &rows.rows).filter_map(|row| stored(&row.form));
    own.chain(rows.take(10)).collect()
}

fn sections(state: &FormState<'_>, viewer: &Viewer<'_, '_>) -> Result<Vec<SectionView>, Error> {
    let mut fields = viewer.fields(&state.main)?.into_iter();
    let mut contents = state.main.fields.iter().map(|field| field.content);
    let section = |section: &super::plan::Section| {
        let mut of_section = Vec::new();
        for (field, content) in fields.by_ref().zip(contents.by_ref()).take(section.fields) {
            match (&state.password, content) {
                (Some(password), Content::Password(_)) => {
                    of_section.extend(FieldView::of_new_password(password));
                }
                _ => of_section.push(field),
            }
        }
        SectionView {
            title: section.title,
            description: section.description,
            collapsed: section.collapsed,
            open: of_section.iter().any(FieldView::has_errors),
            fields: of_section,
        }
    };
    Ok(state.plan.sections.iter().map(section).collect())
}

fn rows_view(
    rows: &RowForms,
    planned: &PlannedRows,
    viewer: &Viewer<'_, '_>,
) -> Result<RowsView, Error> {
    let model = planned.model;
    let forms = rows.rows.iter().map(|row| row_view(row, viewer)).collect::<Result<Vec<_>, _>>()?;
    let blank = RowForms::blank(planned);
    let heading = |field: &super::plan::PlannedField| Heading {
        label: field.content.label(),
        required: field.editable && field.content.is_required(),
    };
    let list = || {
        let registered = viewer.cx.models.of(model)?;
        viewer
            .cx
            .may_with(model, Action::View, None)
            .then(|| viewer.cx.model_url("list", &registered.admin))
    };
    let more = if rows.more {
        Some(MoreRows { shown: MAX_ROWS, list: list().transpose()? })
    } else {
        None
    };
    Ok(RowsView {
        title: if planned.one_to_one {
            model.capitalized_name()
        } else {
            capitalized(model.verbose_name_plural)
        },
        name: model.verbose_name,
        prefix: planned.prefix.clone(),
        is_tabular: planned.is_tabular,
        headings: planned.fields.iter().map(heading).collect(),
        stored: rows.rows.iter().filter(|row| row.form.stored.is_some()).count(),
        blank: if planned.may_add && !planned.one_to_one && !rows.more {
            Some(row_view(&blank, viewer)?)
        } else {
            None
        },
        may_delete: forms.iter().any(|row| row.may_delete),
        forms,
        most: planned.most(),
        more,
    })
}

fn row_view(row: &RowForm, viewer: &Viewer<'_, '_>) -> Result<RowView, Error> {
    let stored = row.form.stored.as_ref();
    let registered = viewer.cx.models.of(row.form.model);
    let url = match (stored, registered) {
        (Some(stored), Some(registered))
            if viewer.cx.may(&registered.admin, Action::View, Some(&stored.record)) =>
        {
            Some(viewer.cx.object_url("change", &registered.admin, stored.id())?)
        }
        _ => None,
    };
    // The input for a new object can be removed again.
    let may_drop = stored.is_none() && (row.is_filled() || row.unknown);
    Ok(RowView {
        prefix: row.form.prefix.clone(),
        text: stored.map(|stored| stored.label.clone()),
        url,
        id: stored.map_or_else(String::new, |stored| stored.id().to_string()),
        errors: row.form.errors.clone(),
        focus: false,
        fields: viewer.fields(&row.form)?,
        may_delete: row.may_delete || may_drop,
        delete: row.delete,
    })
}
