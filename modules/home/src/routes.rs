//! The one page of this module.

use module_api::{Page, context, template_name};
use rocket::get;

/// The home page. Its links are the site's navigation, so it works with any modules.
#[get("/")]
pub(crate) fn index() -> Page {
    Page::render(template_name!("home/index"), context! {}).kept()
}
