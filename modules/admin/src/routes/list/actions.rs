//! Actions on the selected rows of a list.

use std::collections::BTreeSet;

use module_api::admin::{AdminAction, ModelAdmin, RegisteredModel};
use module_api::auth::Action;
use module_api::db::{Db, DbError, Transaction};
use module_api::model::{Filter, Records, WriteError};
use module_api::serde::Serialize;
use module_api::{Error, Messages};
use rocket::form::{Form, FromForm};
use rocket::http::uri::Origin;
use rocket::response::Redirect;
use rocket::{State, post};

use super::{page, read, redirect_to_unfiltered};
use crate::access::AdminContext;
use crate::deletion::{self, Answers, Outcome, PageFrame};
use crate::list::ListQuery;
use crate::list::parameters::ERROR;
use crate::log::{self, ActionFlag};
use crate::object::{CHUNK, Object, objects};
use crate::routes::Answer;
use crate::shell::Crumb;
use crate::text::{by_key, counted};

/// The built-in action of each list.
const DELETE_SELECTED: &str = "delete_selected";

/// The maximum number of selected rows.
pub(crate) const MAX_ROWS: u32 = 10_000;

/// An action that the user may run.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
pub(crate) struct OfferedAction {
    name: &'static str,
    label: String,
}

/// Returns the actions that the user may run on selected rows.
pub(crate) fn offered(cx: &AdminContext<'_>, admin: &ModelAdmin) -> Vec<OfferedAction> {
    let may = |action| cx.may(admin, action, None);
    let delete = may(Action::Delete).then(|| OfferedAction {
        name: DELETE_SELECTED,
        label: format!("Delete selected {}", admin.model.verbose_name_plural),
    });
    let own = admin.actions.iter().filter(|action| may(action.requires));
    let own = own.map(|action| OfferedAction { name: action.name, label: action.label.to_owned() });
    delete.into_iter().chain(own).collect()
}

/// The form around the rows of a list.
#[derive(FromForm)]
pub(crate) struct Selection {
    /// The name of the action: of several, the first that is not empty.
    action: Vec<String>,
    /// The primary keys of the rows.
    #[field(name = "_selected_action")]
    ids: Vec<String>,
    /// `true` if all rows of the list are selected, on all pages.
    select_across: Vec<String>,
    /// `true` if the deletion was confirmed on the confirmation page.
    #[field(default = String::new())]
    post: String,
    #[field(name = "_fingerprint", default = String::new())]
    fingerprint: String,
    #[field(name = "_confirmed", default = String::new())]
    confirmed: String,
    #[field(name = "_along", default = String::new())]
    along: String,
}

impl Selection {
    pub(super) fn action(&self) -> &str {
        self.action.iter().map(String::as_str).find(|name| !name.is_empty()).unwrap_or_default()
    }

    pub(super) fn ids(&self) -> BTreeSet<i64> {
        self.ids.iter().filter_map(|id| id.parse().ok()).collect()
    }

    pub(super) fn is_all(&self) -> bool {
        self.select_across.iter().any(|value| !matches!(value.as_str(), "" | "0"))
    }
}

/// Runs an action on the selected rows of a list.
#[post("/<app>/<model>", data = "<selection>")]
pub(crate) async fn list_submit(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    uri: &Origin<'_>,
    db: &State<Db>,
    messages: Messages<'_>,
    selection: Form<Selection>,
) -> Result<Answer, Error> {
    let registered = cx.model(app, model, Action::View)?;
    let query = match read(&cx, registered, uri) {
        Ok(query) => query,
        Err(malformed) => {
            let all = redirect_to_unfiltered(&cx, registered, &malformed, messages)?;
            return Ok(all.into());
        }
    };
    let list = cx.model_url("list", &registered.admin)?;
    let here = query.parameters.without(&[ERROR]).on(&list);
    let back = Answer::from(Redirect::to(here.clone()));
    let name = selection.action();
    let own = registered.admin.actions.iter().find(|action| action.name == name);
    if own.is_none() && name != DELETE_SELECTED {
        messages.warning("No action selected.");
        return again(&cx, registered, &query, &selection, db).await;
    }
    let requires = own.map_or(Action::Delete, |action| action.requires);
    cx.check(&registered.admin, requires, None)?;
    if selection.ids().is_empty() && !selection.is_all() {
        let plural = registered.admin.model.verbose_name_plural;
        messages.warning(format!("No {plural} selected. Nothing was changed."));
        return again(&cx, registered, &query, &selection, db).await;
    }
    let chosen = chosen(&query, &selection);
    let Some(action) = own else {
        let ids = chosen.ids(&mut db.acquire().await?).await?;
        if is_too_many(&ids, messages) {
            return Ok(back);
        }
        return delete_selected(&cx, &query, &selection, &ids, here, db, messages).await;
    };
    let mut transaction = db.begin().await?;
    let ids = chosen.ids(&mut transaction).await?;
    if is_too_many(&ids, messages) {
        return Ok(back);
    }
    let admin = &registered.admin;
    let objects = match permitted(&cx, admin, requires, &ids, &mut transaction).await? {
        Ok(objects) => objects,
        Err(refused) => {
            messages.error(format!(
                "You do not have permission to do this with “{refused}”. Nothing was changed."
            ));
            return Ok(back);
        }
    };
    match run(&cx, admin, action, &objects, transaction).await {
        Ok(text) => messages.success(text),
        Err(WriteError::Database(error)) if !error.is_conflict() => return Err(error.into()),
        Err(error) => messages.error(format!(
            "“{}” failed, and nothing was changed: {}",
            action.label,
            reason(&error)
        )),
    }
    Ok(back)
}

/// The list with its selection, since the action was not run.
async fn again(
    cx: &AdminContext<'_>,
    registered: &RegisteredModel,
    query: &ListQuery<'_>,
    selection: &Selection,
    db: &Db,
) -> Result<Answer, Error> {
    let mut connection = db.acquire().await?;
    let on = (&mut connection).into();
    Ok(Answer::Page(page(cx, registered, query, Some(selection), on).await?))
}

/// The selected rows of the list, up to one more than the maximum.
fn chosen(query: &ListQuery<'_>, selection: &Selection) -> Records {
    let rows = query.sorted_rows().limit(MAX_ROWS + 1);
    if selection.is_all() {
        return rows;
    }
    rows.filter(Filter::key_is_in(query.admin.model, selection.ids()))
}

/// Adds a message and returns `true` if too many rows are selected.
fn is_too_many(ids: &[i64], messages: Messages<'_>) -> bool {
    let is_too_many = ids.len() > MAX_ROWS as usize;
    if is_too_many {
        messages.error(format!(
            "More than {MAX_ROWS} objects are selected. Nothing was changed. Narrow the list down \
             first."
        ));
    }
    is_too_many
}

/// Returns the rows with these primary keys; if the registration's rule refuses the action for some,
/// the label of the first of them is the error.
async fn permitted(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    action: Action,
    ids: &[i64],
    on: &mut Transaction,
) -> Result<Result<Vec<Object>, String>, DbError> {
    let mut permitted = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let objects = objects(cx, admin.model, ids.iter().copied(), &mut *on).await?;
        let is_refused =
            |object: &&Object| admin.rule.is_some() && !cx.may(admin, action, Some(&object.record));
        if let Some(refused) = objects.iter().find(is_refused) {
            let may_view = cx.may(admin, Action::View, Some(&refused.record));
            let by_key = || by_key(admin.model, refused.record.id());
            return Ok(Err(if may_view { refused.label.clone() } else { by_key() }));
        }
        permitted.extend(objects);
    }
    Ok(Ok(permitted))
}

/// Shows the consequences, and deletes the rows once they are confirmed.
async fn delete_selected(
    cx: &AdminContext<'_>,
    query: &ListQuery<'_>,
    selection: &Selection,
    ids: &[i64],
    here: String,
    db: &Db,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let admin = query.admin;
    let (one, several) = (admin.model.verbose_name, admin.model.verbose_name_plural);
    let answers = Answers {
        is_sent: !selection.post.is_empty(),
        fingerprint: &selection.fingerprint,
        confirmed: &selection.confirmed,
        along: !selection.along.is_empty(),
    };
    match deletion::delete(cx, admin, &ids.iter().copied().collect(), answers, db).await? {
        Outcome::Gone => messages.warning(format!("The selected {several} no longer exist.")),
        Outcome::Deleted { count, note } => {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            let counted = counted(count, one, several);
            messages.success(format!("Deleted {counted}.{note}"));
        }
        Outcome::Ask(asked) => {
            let selected = if ids.len() == 1 { one } else { several };
            let name = counted(ids.len() as u64, one, several);
            let title = format!("Delete {name}");
            let mut hidden = vec![("action".to_owned(), DELETE_SELECTED.to_owned())];
            if selection.is_all() {
                hidden.push(("select_across".to_owned(), "1".to_owned()));
            } else {
                let id = |id: &i64| ("_selected_action".to_owned(), id.to_string());
                hidden.extend(ids.iter().map(id));
            }
            let around = PageFrame {
                what: format!("the selected {selected}"),
                name,
                crumbs: vec![Crumb::here(title.clone())],
                title,
                action: here.clone(),
                hidden,
                back: here,
            };
            return Ok(Answer::Page(deletion::page(cx, admin, *asked, around)?));
        }
    }
    Ok(Redirect::to(here).into())
}

/// Runs an action of the registration, with a log entry for each row.
async fn run(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    action: &AdminAction,
    objects: &[Object],
    mut transaction: Transaction,
) -> Result<String, WriteError> {
    let ids: Vec<i64> = objects.iter().map(|object| object.record.id()).collect();
    let text = (action.run)(&ids, &cx.user, &mut transaction).await?;
    let objects: Vec<log::Object<'_>> =
        objects.iter().map(|object| (object.record.id(), object.text.as_str())).collect();
    let flag = match action.requires {
        Action::Delete => ActionFlag::Deletion,
        Action::Add | Action::Change | Action::View => ActionFlag::Change,
    };
    let entry = (flag, action.label);
    log::acted(&cx.user, admin.model, &objects, entry, &mut transaction).await?;
    transaction.commit().await?;
    Ok(text)
}

fn reason(error: &WriteError) -> String {
    match error {
        // Concurrent changes, or rows that refer to these.
        WriteError::Database(_) => "it conflicts with other objects.".to_owned(),
        error => error.to_string(),
    }
}
