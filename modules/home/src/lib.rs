//! The home page: a welcome, and links to the other modules of the site.

mod routes;

use std::borrow::Cow;

use module_api::{Files, Module, NavigationItem, embed, register};
use rocket::Route;

struct Home;

register!(Home);

impl Module for Home {
    fn name(&self) -> &'static str {
        "home"
    }

    fn mount(&self) -> Cow<'static, str> {
        "/".into()
    }

    fn routes(&self) -> Vec<Route> {
        rocket::routes![routes::index]
    }

    fn templates(&self) -> Files {
        embed!("templates")
    }

    fn assets(&self) -> Files {
        embed!("assets")
    }

    fn navigation(&self) -> Vec<NavigationItem> {
        vec![NavigationItem::new("Home", "home:index").weight(-100)]
    }
}
