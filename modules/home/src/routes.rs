//! The one page of this module.

use module_api::{Page, context, template_name};
use rocket::get;

/// The home page. What it links to is the site's navigation, so it stands with any modules.
#[get("/")]
pub(crate) fn index() -> Page {
    Page::render(template_name!("home/index"), context! {}).kept()
}
