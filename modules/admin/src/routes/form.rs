//! Adding and changing objects.

use accounts::passwords::Hasher;
use module_api::admin::ModelAdmin;
use module_api::auth::Action;
use module_api::db::Db;
use module_api::forms::Unreadable;
use module_api::{Error, Messages, Page, context, template_name};
use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{Responder, State, get, post};

use crate::access::AdminContext;
use crate::form::afterwards::{ListQuery, go_on, list_address};
use crate::form::page::FormPage;
use crate::form::plan::Plan;
use crate::form::posted::{AddressQuery, PostedForm};
use crate::form::state::FormState;
use crate::form::stored::{Stored, object};
use crate::form::submit::{FormSubmission, Reason, SAVE_AS_NEW, Submission};
use crate::object::gone;
use crate::shell::{Crumb, Shell};

/// The response to a form.
#[derive(Responder)]
pub(crate) enum Answer {
    Page(Box<(Status, Page)>),
    Redirect(Box<Redirect>),
}

impl Answer {
    fn page(status: Status, page: Page) -> Self {
        Self::Page(Box::new((status, page)))
    }

    fn redirect(address: String) -> Self {
        Self::Redirect(Box::new(Redirect::to(address)))
    }
}

/// The form of a new object.
#[get("/<app>/<model>/add")]
pub(crate) async fn add(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    query: AddressQuery,
    db: &State<Db>,
) -> Result<Answer, Error> {
    let admin = &cx.model(app, model, Action::Add)?.admin;
    let list = ListQuery::of(&query.0);
    let mut state = FormState::to_add(Plan::to_add(&cx, admin));
    state.main.begin_with(&query.0);
    let page = page(&cx, admin, &list, db, None)?.render(state, None).await?;
    Ok(Answer::page(Status::Ok, page))
}

/// Adds an object.
#[post("/<app>/<model>/add", data = "<posted>")]
#[expect(clippy::too_many_arguments, reason = "each is a guard")]
pub(crate) async fn add_submit(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    query: AddressQuery,
    db: &State<Db>,
    hasher: &State<Hasher>,
    messages: Messages<'_>,
    posted: Result<PostedForm, Unreadable>,
) -> Result<Answer, Error> {
    let admin = &cx.model(app, model, Action::Add)?.admin;
    let posted = match posted {
        Ok(PostedForm(posted)) => posted,
        Err(unreadable) => return refused(&cx, admin, unreadable),
    };
    let sender = FormSubmission { cx: &cx, admin, id: None, posted: &posted, db, hasher };
    submit(sender, &query, messages).await
}

/// The form of an object.
#[get("/<app>/<model>/<id>/change")]
pub(crate) async fn change(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    id: i64,
    query: AddressQuery,
    db: &State<Db>,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let admin = &cx.model(app, model, Action::View)?.admin;
    let mut connection = db.acquire().await?;
    let Some(main) = object(&cx, admin.model, id, &mut connection).await? else {
        return Ok(Answer::Redirect(Box::new(gone(&cx, admin, id, messages)?)));
    };
    cx.check(admin, Action::View, Some(&main.record))?;
    let plan = Plan::to_change(&cx, admin, &main.record);
    let stored = Stored::load(&cx, main, &plan, &mut connection).await?;
    drop(connection);
    let state = FormState::to_change(&cx, plan, stored);
    let list = ListQuery::of(&query.0);
    let page = page(&cx, admin, &list, db, Some(id))?.render(state, None).await?;
    Ok(Answer::page(Status::Ok, page))
}

/// Changes an object, or creates a new one from its values.
#[post("/<app>/<model>/<id>/change", data = "<posted>")]
#[expect(clippy::too_many_arguments, reason = "each is a guard")]
pub(crate) async fn change_submit(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    id: i64,
    query: AddressQuery,
    db: &State<Db>,
    hasher: &State<Hasher>,
    messages: Messages<'_>,
    posted: Result<PostedForm, Unreadable>,
) -> Result<Answer, Error> {
    let admin = &cx.model(app, model, Action::View)?.admin;
    let posted = match posted {
        Ok(PostedForm(posted)) => posted,
        Err(unreadable) => return refused(&cx, admin, unreadable),
    };
    let action = if posted.has(SAVE_AS_NEW) { Action::Add } else { Action::Change };
    cx.check(admin, action, None)?;
    let sender = FormSubmission { cx: &cx, admin, id: Some(id), posted: &posted, db, hasher };
    submit(sender, &query, messages).await
}

/// Redirects from an object's bare address to its form, as in Django.
#[get("/<app>/<model>/<id>", rank = 50)]
#[expect(clippy::needless_pass_by_value, reason = "it is a guard")]
pub(crate) fn object_itself(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    id: i64,
) -> Result<Redirect, Error> {
    let admin = &cx.model(app, model, Action::View)?.admin;
    Ok(Redirect::to(cx.object_url("change", admin, id)?))
}

fn page<'a, 'r>(
    cx: &'a AdminContext<'r>,
    admin: &ModelAdmin,
    list: &ListQuery,
    db: &'a Db,
    id: Option<i64>,
) -> Result<FormPage<'a, 'r>, Error> {
    let (address, query) = (list_address(cx, admin, list)?, list.suffix());
    Ok(FormPage { cx, db, list: address, query, id })
}

async fn submit(
    sender: FormSubmission<'_, '_>,
    query: &AddressQuery,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let FormSubmission { cx, admin, id, posted, db, .. } = sender;
    let list = ListQuery::of(&query.0);
    let (state, reason) = match sender.submit().await? {
        Submission::Saved(saved) => {
            let is_new = id != Some(saved.id);
            let address = go_on(cx, admin, &saved, is_new, posted, &list, messages)?;
            return Ok(Answer::redirect(address));
        }
        Submission::Again(state, reason) => (state, reason),
    };
    let status = match reason {
        Reason::Conflict | Reason::Gone | Reason::Refused => Status::Conflict,
        Reason::Errors | Reason::Question(_) => Status::Ok,
    };
    let page = page(cx, admin, &list, db, id)?.render(*state, Some(&reason)).await?;
    Ok(Answer::page(status, page))
}

/// The page of an unreadable form, with the reason.
fn refused(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    unreadable: Unreadable,
) -> Result<Answer, Error> {
    let title = "The form cannot be read";
    let shell = Shell::of_model(cx, title, admin, vec![Crumb::here(title)])?;
    let explanation = unreadable.explanation();
    let page = Page::render(template_name!("admin/unreadable"), context! { shell, explanation });
    Ok(Answer::page(unreadable.status(), page))
}
