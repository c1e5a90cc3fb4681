//! The list of lettings, and the page of each.

use module_api::db::Db;
use module_api::model::Model;
use module_api::serde::Serialize;
use module_api::{Connection, Error, Id, Page, PageNumber, context, template_name};
use rocket::{State, get};

use crate::models::{Address, Letting, zip_code_of};
use crate::settings::LettingsSettings;

/// A letting with its address, for display.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Shown {
    id: i64,
    title: String,
    /// The zip code of the address, with leading zeros.
    zip_code: String,
    address: Address,
}

impl From<(Letting, Address)> for Shown {
    fn from((letting, address): (Letting, Address)) -> Self {
        let zip_code = zip_code_of(address.zip_code.into(), &address.country_iso_code);
        Self { id: letting.id, title: letting.title, zip_code, address }
    }
}

/// The list of lettings, page by page.
#[get("/?<page>")]
pub(crate) async fn index(
    mut db: Connection<Db>,
    page: PageNumber,
    settings: &State<LettingsSettings>,
) -> Result<Page, Error> {
    let size = settings.page_size.get();
    let lettings = Letting::objects().with(&Letting::ADDRESS);
    let (lettings, pagination) = lettings.page(page, size, &mut db).await?;
    let lettings: Vec<Shown> = lettings.into_iter().map(Shown::from).collect();
    Ok(Page::render(template_name!("lettings/index"), context! { lettings, pagination }).kept())
}

/// The page of a letting.
#[get("/<letting_id>")]
pub(crate) async fn letting(mut db: Connection<Db>, letting_id: Id) -> Result<Page, Error> {
    let letting = Letting::objects().filter(Letting::ID.eq(letting_id)).with(&Letting::ADDRESS);
    let letting = letting.first(&mut db).await?.map(Shown::from).ok_or(Error::NotFound)?;
    Ok(Page::render(template_name!("lettings/letting"), context! { letting }).kept())
}
