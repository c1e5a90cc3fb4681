//! Deleting an object.

use std::collections::BTreeSet;

use module_api::admin::ModelAdmin;
use module_api::auth::Action;
use module_api::db::Db;
use module_api::{Error, Messages, route_name};
use rocket::form::{Form, FromForm};
use rocket::response::Redirect;
use rocket::{State, get, post};

use super::Answer;
use crate::access::AdminContext;
use crate::deletion::{Answers, Outcome, PageFrame, delete as delete_objects, page};
use crate::form::afterwards::{ListQuery, list_address};
use crate::form::posted::AddressQuery;
use crate::object::{Object, gone, object};
use crate::shell::Crumb;

/// The form of the page.
#[derive(FromForm)]
pub(crate) struct DeleteForm {
    #[field(default = String::new())]
    post: String,
    #[field(name = "_fingerprint", default = String::new())]
    fingerprint: String,
    #[field(name = "_confirmed", default = String::new())]
    confirmed: String,
    #[field(name = "_along", default = String::new())]
    along: String,
}

/// Shows the confirmation page for a deletion.
#[get("/<app>/<model>/<id>/delete")]
pub(crate) async fn delete(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    id: i64,
    query: AddressQuery,
    db: &State<Db>,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let admin = &cx.model(app, model, Action::Delete)?.admin;
    let list = ListQuery::of(&query.0);
    answer(&cx, admin, id, Answers::default(), &list, db, messages).await
}

/// Deletes an object.
#[post("/<app>/<model>/<id>/delete", data = "<form>")]
#[expect(clippy::too_many_arguments, reason = "each is what the request brings")]
pub(crate) async fn delete_submit(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    id: i64,
    query: AddressQuery,
    form: Form<DeleteForm>,
    db: &State<Db>,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let admin = &cx.model(app, model, Action::Delete)?.admin;
    let answers = Answers {
        is_sent: !form.post.is_empty(),
        fingerprint: &form.fingerprint,
        confirmed: &form.confirmed,
        along: !form.along.is_empty(),
    };
    answer(&cx, admin, id, answers, &ListQuery::of(&query.0), db, messages).await
}

async fn answer(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    id: i64,
    answers: Answers<'_>,
    list: &ListQuery,
    db: &Db,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let gone = || Ok(gone(cx, admin, id, messages)?.into());
    let Some(object) = object(cx, admin.model, id, &mut db.acquire().await?).await? else {
        return gone();
    };
    cx.check(admin, Action::Delete, Some(&object.record))?;
    match delete_objects(cx, admin, &BTreeSet::from([id]), answers, db).await? {
        Outcome::Gone => gone(),
        Outcome::Ask(asked) => {
            let around = around(cx, admin, &object, list)?;
            Ok(Answer::Page(page(cx, admin, *asked, around)?))
        }
        Outcome::Deleted { note, .. } => {
            let (name, text) = (admin.model.verbose_name, &object.label);
            messages.success(format!("The {name} “{text}” was deleted successfully.{note}"));
            Ok(Redirect::to(list_address(cx, admin, list)?).into())
        }
    }
}

fn around(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    object: &Object,
    list: &ListQuery,
) -> Result<PageFrame, Error> {
    let (id, name) = (object.record.id(), admin.model.verbose_name);
    let may_look = cx.may(admin, Action::View, Some(&object.record));
    let here = |route: &str| Ok::<_, Error>(cx.object_url(route, admin, id)? + &list.suffix());
    let change = may_look.then(|| here("change")).transpose()?;
    let crumb = match &change {
        Some(url) => Crumb::to(object.label.clone(), url.clone()),
        None => Crumb::here(object.label.clone()),
    };
    Ok(PageFrame {
        what: format!("the {name} “{}”", object.label),
        name: name.to_owned(),
        title: format!("Delete {name} “{}”", object.label),
        crumbs: vec![crumb, Crumb::here("Delete")],
        action: here("delete")?,
        hidden: Vec::new(),
        back: change.map_or_else(|| cx.urls.url(route_name!("admin:index"), &[]), Ok)?,
    })
}
