//! The list of lettings, and the page of each.

use module_api::db::Db;
use module_api::{Connection, Error, Id, Page, PageNumber, context};
use rocket::{State, get};

use crate::models::{LETTINGS, Letting};
use crate::settings::LettingsSettings;

/// The list of lettings, page by page.
#[get("/?<page>")]
pub(crate) async fn index(
    mut db: Connection<Db>,
    page: PageNumber,
    settings: &State<LettingsSettings>,
) -> Result<Page, Error> {
    let size = settings.page_size.get();
    let (lettings, pagination) = LETTINGS.fetch::<Letting>(page, size, &mut db).await?;
    Ok(Page::render("lettings/index", context! { lettings, pagination }))
}

/// The page of a letting.
#[get("/<letting_id>")]
pub(crate) async fn letting(mut db: Connection<Db>, letting_id: Id) -> Result<Page, Error> {
    let letting = Letting::find(letting_id, &mut db).await?.ok_or(Error::NotFound)?;
    Ok(Page::render("lettings/letting", context! { letting }))
}
