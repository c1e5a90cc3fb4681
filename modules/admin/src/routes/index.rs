//! The index of the admin, that of an app, and the page for unknown addresses.

use std::path::PathBuf;

use module_api::auth::Action;
use module_api::db::Db;
use module_api::serde::Serialize;
use module_api::{Connection, Error, Page, context, template_name};
use rocket::get;

use crate::access::AdminContext;
use crate::labels::may_know_names;
use crate::log::{self, Done, Entry};
use crate::shell::{Crumb, Shell};

/// The number of the user's recent actions.
const RECENT: u32 = 10;

/// The models that the user may view, and the user's recent actions.
#[get("/")]
pub(crate) async fn index(cx: AdminContext<'_>, mut db: Connection<Db>) -> Result<Page, Error> {
    let entries = log::of_user(&cx, RECENT, &mut db).await?;
    let recent: Vec<Recent> = entries.into_iter().map(|entry| Recent::new(&cx, entry)).collect();
    let shell = Shell::new(&cx, "Site administration", Vec::new())?;
    Ok(Page::render(template_name!("admin/index"), context! { shell, recent }))
}

/// A recent action.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Recent {
    entry: Entry,
    /// The name of the model, if it is still registered.
    model: Option<String>,
    /// The address of the object's form, unless it was deleted or the user may not view it any
    /// more.
    url: Option<String>,
}

impl Recent {
    fn new(cx: &AdminContext<'_>, mut entry: Entry) -> Self {
        let label = entry.app.as_deref().zip(entry.model.as_deref());
        let registered = label.and_then(|(app, model)| cx.models.find(app, model));
        let visible = registered
            .filter(|registered| cx.may(&registered.admin, Action::View, None))
            .filter(|_| entry.done != Done::Deletion);
        let id = entry.object_id.as_deref().and_then(|id| id.parse::<i64>().ok());
        let url = visible
            .zip(id)
            .and_then(|(registered, id)| cx.object_url("change", &registered.admin, id).ok());
        let may_know = registered.is_some_and(|known| may_know_names(cx, &known.admin));
        if !cx.user.is_superuser && !may_know {
            // Without the permission the user may not see the names, either.
            entry.object = entry.object_id.clone().unwrap_or_default();
        }
        let model = registered.map(|registered| registered.admin.model.capitalized_name());
        Self { entry, model, url }
    }
}

/// The models of an app, by the first part of their labels.
#[get("/<app>")]
#[expect(clippy::needless_pass_by_value, reason = "Rocket hands guards over by value")]
pub(crate) fn app(cx: AdminContext<'_>, app: &str) -> Result<Page, Error> {
    let title = cx
        .visible()
        .find(|registered| registered.admin.model.app() == app)
        .map(|registered| registered.module_title.clone())
        .ok_or(Error::NotFound)?;
    let shell = Shell::new(&cx, format!("{title} administration"), vec![Crumb::here(title)])?;
    Ok(Page::render(template_name!("admin/app"), context! { shell, app: app.to_owned() }))
}

/// Answers all unknown addresses. Visitors who are not logged in are redirected to the login all
/// the same, so that they cannot probe which pages exist.
#[get("/<_path..>", rank = 100)]
pub(crate) fn elsewhere(cx: AdminContext<'_>, _path: PathBuf) -> Error {
    drop(cx);
    Error::NotFound
}
