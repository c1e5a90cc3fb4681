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

use crate::access::Desk;
use crate::form::afterwards::{ListQuery, go_on, list_address};
use crate::form::page::FormPage;
use crate::form::plan::Plan;
use crate::form::posted::{AddressQuery, PostedForm};
use crate::form::state::FormState;
use crate::form::stored::{Stored, object};
use crate::form::submit::{Reason, SAVE_AS_NEW, Sender, Submission};
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
    desk: Desk<'_>,
    app: &str,
    model: &str,
    query: AddressQuery,
    db: &State<Db>,
) -> Result<Answer, Error> {
    let admin = &desk.model(app, model, Action::Add)?.admin;
    let list = ListQuery::of(&query.0);
    let mut state = FormState::to_add(Plan::to_add(&desk, admin));
    state.main.begin_with(&query.0);
    let page = page(&desk, admin, &list, db, None)?.render(state, None).await?;
    Ok(Answer::page(Status::Ok, page))
}

/// Adds an object.
#[post("/<app>/<model>/add", data = "<posted>")]
#[expect(clippy::too_many_arguments, reason = "each is a guard")]
pub(crate) async fn add_submit(
    desk: Desk<'_>,
    app: &str,
    model: &str,
    query: AddressQuery,
    db: &State<Db>,
    hasher: &State<Hasher>,
    messages: Messages<'_>,
    posted: Result<PostedForm, Unreadable>,
) -> Result<Answer, Error> {
    let admin = &desk.model(app, model, Action::Add)?.admin;
    let posted = match posted {
        Ok(PostedForm(posted)) => posted,
        Err(unreadable) => return refused(&desk, admin, unreadable),
    };
    let sender = Sender { desk: &desk, admin, id: None, posted: &posted, db, hasher };
    submit(sender, &query, messages).await
}

/// The form of an object.
#[get("/<app>/<model>/<id>/change")]
pub(crate) async fn change(
    desk: Desk<'_>,
    app: &str,
    model: &str,
    id: i64,
    query: AddressQuery,
    db: &State<Db>,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let admin = &desk.model(app, model, Action::View)?.admin;
    let mut connection = db.acquire().await?;
    let Some(main) = object(&desk, admin.model, id, &mut connection).await? else {
        return Ok(Answer::Redirect(Box::new(gone(&desk, admin, id, messages)?)));
    };
    desk.check(admin, Action::View, Some(&main.record))?;
    let plan = Plan::to_change(&desk, admin, &main.record);
    let stored = Stored::load(&desk, main, &plan, &mut connection).await?;
    drop(connection);
    let state = FormState::to_change(&desk, plan, stored);
    let list = ListQuery::of(&query.0);
    let page = page(&desk, admin, &list, db, Some(id))?.render(state, None).await?;
    Ok(Answer::page(Status::Ok, page))
}

/// Changes an object, or makes a new one of it.
#[post("/<app>/<model>/<id>/change", data = "<posted>")]
#[expect(clippy::too_many_arguments, reason = "each is a guard")]
pub(crate) async fn change_submit(
    desk: Desk<'_>,
    app: &str,
    model: &str,
    id: i64,
    query: AddressQuery,
    db: &State<Db>,
    hasher: &State<Hasher>,
    messages: Messages<'_>,
    posted: Result<PostedForm, Unreadable>,
) -> Result<Answer, Error> {
    let admin = &desk.model(app, model, Action::View)?.admin;
    let posted = match posted {
        Ok(PostedForm(posted)) => posted,
        Err(unreadable) => return refused(&desk, admin, unreadable),
    };
    let action = if posted.has(SAVE_AS_NEW) { Action::Add } else { Action::Change };
    desk.check(admin, action, None)?;
    let sender = Sender { desk: &desk, admin, id: Some(id), posted: &posted, db, hasher };
    submit(sender, &query, messages).await
}

/// An object's address without more leads to its form, as in Django.
#[get("/<app>/<model>/<id>", rank = 50)]
#[expect(clippy::needless_pass_by_value, reason = "it is a guard")]
pub(crate) fn object_itself(
    desk: Desk<'_>,
    app: &str,
    model: &str,
    id: i64,
) -> Result<Redirect, Error> {
    let admin = &desk.model(app, model, Action::View)?.admin;
    Ok(Redirect::to(desk.object_url("change", admin, id)?))
}

fn page<'a, 'r>(
    desk: &'a Desk<'r>,
    admin: &ModelAdmin,
    list: &ListQuery,
    db: &'a Db,
    id: Option<i64>,
) -> Result<FormPage<'a, 'r>, Error> {
    let (address, query) = (list_address(desk, admin, list)?, list.suffix());
    Ok(FormPage { desk, db, list: address, query, id })
}

async fn submit(
    sender: Sender<'_, '_>,
    query: &AddressQuery,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let Sender { desk, admin, id, posted, db, .. } = sender;
    let list = ListQuery::of(&query.0);
    let (state, reason) = match sender.submit().await? {
        Submission::Saved(saved) => {
            let is_new = id != Some(saved.id);
            let address = go_on(desk, admin, &saved, is_new, posted, &list, messages)?;
            return Ok(Answer::redirect(address));
        }
        Submission::Again(state, reason) => (state, reason),
    };
    let status = match reason {
        Reason::Conflict | Reason::Gone | Reason::Refused => Status::Conflict,
        Reason::Errors | Reason::Question(_) => Status::Ok,
    };
    let page = page(desk, admin, &list, db, id)?.render(*state, Some(&reason)).await?;
    Ok(Answer::page(status, page))
}

/// The page that says why a form cannot be read.
fn refused(desk: &Desk<'_>, admin: &ModelAdmin, unreadable: Unreadable) -> Result<Answer, Error> {
    let title = "The form cannot be read";
    let shell = Shell::of_model(desk, title, admin, vec![Crumb::here(title)])?;
    let explanation = unreadable.explanation();
    let page = Page::render(template_name!("admin/unreadable"), context! { shell, explanation });
    Ok(Answer::page(unreadable.status(), page))
}
