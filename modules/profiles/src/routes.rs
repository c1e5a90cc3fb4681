//! The list of members, and the page of each.

use module_api::db::Db;
use module_api::{Connection, Error, Page, PageNumber, context, template_name};
use rocket::{State, get};

use crate::member::Member;
use crate::settings::ProfilesSettings;
use crate::username::Username;

/// The list of members, page by page.
#[get("/?<page>")]
pub(crate) async fn index(
    mut db: Connection<Db>,
    page: PageNumber,
    settings: &State<ProfilesSettings>,
) -> Result<Page, Error> {
    let size = settings.page_size.get();
    let (profiles, pagination) = Member::all().page(page, size, &mut db).await?;
    Ok(Page::render(template_name!("profiles/index"), context! { profiles, pagination }).kept())
}

/// The page of a member.
#[get("/<username>")]
pub(crate) async fn profile(mut db: Connection<Db>, username: Username<'_>) -> Result<Page, Error> {
    let profile = Member::find(username.0, &mut db).await?.ok_or(Error::NotFound)?;
    Ok(Page::render(template_name!("profiles/profile"), context! { profile }).kept())
}
