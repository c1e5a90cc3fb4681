//! The history of an object.

use module_api::auth::Action;
use module_api::db::Db;
use module_api::{Connection, Error, Messages, Page, PageNumber, context, template_name};
use rocket::get;

use super::Answer;
use crate::access::AdminContext;
use crate::log;
use crate::object::{gone, object};
use crate::shell::{Crumb, Shell};
use crate::text::counted;

/// The history of an object, page by page, the oldest entry first.
#[get("/<app>/<model>/<id>/history?<p>")]
pub(crate) async fn history(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    id: i64,
    p: PageNumber,
    mut db: Connection<Db>,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let admin = &cx.model(app, model, Action::View)?.admin;
    let Some(object) = object(&cx, admin.model, id, &mut db).await? else {
        return Ok(gone(&cx, admin, id, messages)?.into());
    };
    cx.check(admin, Action::View, Some(&object.record))?;
    let (entries, pages) = log::of_object(&cx, admin.model, id, p, &mut db).await?;
    let is_whole = pages.previous.is_none() && pages.next.is_none();
    let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    let count = is_whole.then(|| counted(count, "entry", "entries"));
    let change = cx.object_url("change", admin, id)?;
    let title = format!("Change history: {}", object.label);
    let crumbs = vec![Crumb::to(object.label, change), Crumb::here("History")];
    let shell = Shell::of_model(&cx, title, admin, crumbs)?;
    let page = context! { shell, entries, pages, count };
    Ok(Answer::Page(Page::render(template_name!("admin/history"), page)))
}
