//! The first page of the admin, that of an app, and what has no page.

use std::path::PathBuf;

use module_api::{Error, Page, context};
use rocket::get;

use crate::access::Desk;
use crate::shell::{Crumb, Shell};

/// All models one may see.
#[get("/")]
pub(crate) async fn index(desk: Desk<'_>) -> Result<Page, Error> {
    let shell = Shell::new(&desk, "Site administration", Vec::new())?;
    Ok(Page::render("admin/index", context! { shell }))
}

/// The models of an app, by the first part of their labels.
#[get("/<app>")]
pub(crate) async fn app(desk: Desk<'_>, app: &str) -> Result<Page, Error> {
    let title = desk
        .visible()
        .find(|registered| registered.admin.model.app() == app)
        .map(|registered| registered.module_title.clone())
        .ok_or(Error::NotFound)?;
    let shell = Shell::new(&desk, format!("{title} administration"), vec![Crumb::here(title)])?;
    Ok(Page::render("admin/app", context! { shell, app: app.to_owned() }))
}

/// What has no page. Visitors who are not signed in are sent to the login all the same, so that
/// nobody learns what there is.
#[get("/<_path..>", rank = 100)]
pub(crate) fn elsewhere(desk: Desk<'_>, _path: PathBuf) -> Error {
    drop(desk);
    Error::NotFound
}
