//! The confirmation page of a deletion.

use std::collections::BTreeSet;

use module_api::admin::ModelAdmin;
use module_api::auth::Action;
use module_api::db::Executor;
use module_api::model::{Model, ModelInfo, Record, capitalized};
use module_api::serde::Serialize;
use module_api::{Error, Page, context, template_name};

use super::consequences::{Consequences, fingerprint_of};
use crate::access::AdminContext;
use crate::models::LogEntry;
use crate::object::objects;
use crate::shell::{Crumb, Shell};

/// The maximum number of objects of a model that are shown; others are counted.
const SHOWN: usize = 100;

/// The reason why the confirmation is requested again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(crate = "module_api::serde", rename_all = "lowercase")]
pub(super) enum Notice {
    /// The consequences differ from those that were shown.
    Changed,
    /// The database refuses, for a reason unknown to this site.
    Refused,
}

/// The content of the confirmation page.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct ConfirmationPage {
    /// The objects to be deleted by model, the selected ones first.
    going: Vec<Group>,
    /// The many-to-many relations to be deleted, with their numbers.
    relations: Vec<(String, usize)>,
    /// Objects that are kept and lose their reference.
    freed: Vec<Group>,
    /// Objects that prevent the deletion.
    protected: Vec<Group>,
    /// `true` if log entries refer to it, which prevents the deletion.
    is_in_log: bool,
    /// `true` if it is the user's own account.
    own_account: bool,
    /// Models for which the user lacks the permission to delete.
    lacking: Vec<String>,
    /// The objects that share a form with deleted ones, and are kept.
    staying: Vec<Group>,
    /// `true` if the objects that share a form with deleted ones are deleted, too.
    along: bool,
    notice: Option<Notice>,
    /// The question to confirm, and its fingerprint.
    question: Option<(String, String)>,
    fingerprint: String,
}

/// Some objects of a model.
#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct Group {
    name: String,
    /// The name of the foreign key, where the group has one.
    field: Option<&'static str>,
    count: usize,
    objects: Vec<Shown>,
    /// The number of objects that are not shown.
    more: usize,
}

#[derive(Debug, Serialize)]
#[serde(crate = "module_api::serde")]
struct Shown {
    text: String,
    /// The address of its form; `None` if there is none that the user may view.
    url: Option<String>,
}

impl ConfirmationPage {
    pub(super) async fn of(
        found: &Consequences,
        cx: &AdminContext<'_>,
        admin: &ModelAdmin,
        along: bool,
        (notice, question): (Option<Notice>, Option<String>),
        mut on: Executor<'_>,
    ) -> Result<Self, Error> {
        let mut rows: Vec<_> = found.deletion.rows().collect();
        rows.sort_by_key(|(model, _)| !model.is(admin.model));
        let mut going = Vec::new();
        for (model, ids) in rows {
            going.push(Group::of(cx, model, None, ids, on.reborrow()).await?);
        }
        let (mut freed, mut protected, mut staying) = (Vec::new(), Vec::new(), Vec::new());
        let nothing = Vec::new();
        let targets = if along { &nothing } else { &found.targets };
        for (groups, referring) in [
            (&mut freed, &found.freed),
            (&mut protected, &found.protected),
            (&mut staying, targets),
        ] {
            for (model, field, ids) in referring {
                let field = Some(field.verbose_name);
                groups.push(Group::of(cx, model, field, ids, on.reborrow()).await?);
            }
        }
        let relations = found.relations.iter().map(|(model, field, ids)| {
            let (from, to) = (model.verbose_name, (field.target)().verbose_name);
            (capitalized(&format!("{from}–{to} relationships")), ids.len())
        });
        Ok(Self {
            going,
            relations: relations.collect(),
            freed,
            protected,
            is_in_log: found.protected.iter().any(|(model, ..)| LogEntry::INFO.is(model)),
            own_account: found.own_account,
            staying,
            along: along && !found.targets.is_empty(),
            lacking: found.lacking.iter().map(|model| model.verbose_name.to_owned()).collect(),
            notice,
            question: question.map(|question| (fingerprint_of(&question), question)),
            fingerprint: found.fingerprint.clone(),
        })
    }

    /// Returns `true` if the deletion is impossible.
    fn is_impossible(&self) -> bool {
        !self.lacking.is_empty() || !self.protected.is_empty() || self.own_account
    }
}

impl Group {
    async fn of(
        cx: &AdminContext<'_>,
        model: &'static ModelInfo,
        field: Option<&'static str>,
        ids: &BTreeSet<i64>,
        on: Executor<'_>,
    ) -> Result<Self, Error> {
        let registered = cx.models.of(model).map(|registered| &registered.admin);
        let mut shown = Vec::new();
        if may_see_label(cx, model, None) {
            for object in objects(cx, model, ids.iter().copied().take(SHOWN), on).await? {
                let record = Some(&object.record);
                if !may_see_label(cx, model, record) {
                    continue;
                }
                let page = registered
                    .filter(|admin| cx.may(admin, Action::View, record))
                    .map(|admin| cx.object_url("change", admin, object.record.id()));
                shown.push(Shown { text: object.label, url: page.transpose()? });
            }
        }
        Ok(Self {
            name: capitalized(model.verbose_name_plural),
            field,
            count: ids.len(),
            more: ids.len() - shown.len(),
            objects: shown,
        })
    }
}

/// Returns `true` if the user may view an object's label: the permission to delete includes that.
fn may_see_label(cx: &AdminContext<'_>, model: &ModelInfo, record: Option<&Record>) -> bool {
    [Action::View, Action::Delete].into_iter().any(|action| cx.may_with(model, action, record))
}

/// The frame of the confirmation page.
pub(crate) struct PageFrame {
    /// The objects to be deleted: `the letting “X”`, `the selected lettings`.
    pub(crate) what: String,
    /// The noun for buttons and titles: `letting`, `3 lettings`.
    pub(crate) name: String,
    /// The title, if it can be deleted.
    pub(crate) title: String,
    /// The breadcrumbs from the list.
    pub(crate) crumbs: Vec<Crumb>,
    /// The address that the form is submitted to.
    pub(crate) action: String,
    /// The hidden fields of the form.
    pub(crate) hidden: Vec<(String, String)>,
    /// The target of “Cancel”.
    pub(crate) back: String,
}

/// Renders the page.
///
/// # Errors
///
/// An address cannot be made.
pub(crate) fn page(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    asked: ConfirmationPage,
    around: PageFrame,
) -> Result<Page, Error> {
    let PageFrame { what, name, title, crumbs, action, hidden, back } = around;
    let title = if asked.is_impossible() { format!("Cannot delete {name}") } else { title };
    let shell = Shell::of_model(cx, title, admin, crumbs)?;
    Ok(Page::render(
        template_name!("admin/delete"),
        context! { shell, asked, what, name, action, hidden, back },
    ))
}
