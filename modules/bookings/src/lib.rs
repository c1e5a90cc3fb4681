//! Bookings: visitors request nights of a letting, and staff confirm them.

mod admin;
pub mod models;
mod offer;
mod routes;

use module_api::admin::{AdminExtension, ModelAdmin};
use module_api::model::{Model, ModelInfo};
use module_api::{Files, Module, NavigationItem, Section, embed, register};
use rocket::Route;

use crate::models::{Booking, Rate};

struct Bookings;

register!(Bookings);

impl Module for Bookings {
    fn name(&self) -> &'static str {
        "bookings"
    }

    fn requires(&self) -> &'static [&'static str] {
        &["accounts", "lettings"]
    }

    fn routes(&self) -> Vec<Route> {
        rocket::routes![routes::mine, routes::form, routes::ask, routes::cancel]
    }

    fn sections(&self) -> Vec<Section> {
        vec![Section::new("lettings:letting", "bookings/offer").load(routes::section).kept()]
    }

    fn templates(&self) -> Files {
        embed!("templates")
    }

    fn assets(&self) -> Files {
        embed!("assets")
    }

    fn models(&self) -> Vec<&'static ModelInfo> {
        vec![Rate::INFO, Booking::INFO]
    }

    fn admin(&self) -> Vec<ModelAdmin> {
        admin::models()
    }

    fn extend_admin(&self) -> Vec<AdminExtension> {
        admin::extensions()
    }

    fn migrations(&self) -> Files {
        embed!("migrations")
    }

    fn fixtures(&self) -> Files {
        embed!("fixtures")
    }

    fn navigation(&self) -> Vec<NavigationItem> {
        vec![NavigationItem::new("My bookings", "bookings:mine").for_signed_in()]
    }
}
