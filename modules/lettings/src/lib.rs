//! Lettings: homes to rent, each with its address.

mod admin;
pub mod models;
mod routes;
mod settings;

use module_api::admin::ModelAdmin;
use module_api::model::{Model, ModelInfo};
use module_api::{Files, Module, NavigationItem, SettingsSchema, embed, register};
use rocket::Route;

use crate::models::{Address, Letting};
use crate::settings::LettingsSettings;

struct Lettings;

register!(Lettings);

impl Module for Lettings {
    fn name(&self) -> &'static str {
        "lettings"
    }

    fn routes(&self) -> Vec<Route> {
        rocket::routes![routes::index, routes::letting]
    }

    fn templates(&self) -> Files {
        embed!("templates")
    }

    fn assets(&self) -> Files {
        embed!("assets")
    }

    fn models(&self) -> Vec<&'static ModelInfo> {
        vec![Address::INFO, Letting::INFO]
    }

    fn admin(&self) -> Vec<ModelAdmin> {
        admin::models()
    }

    fn migrations(&self) -> Files {
        embed!("migrations")
    }

    fn fixtures(&self) -> Files {
        embed!("fixtures")
    }

    fn navigation(&self) -> Vec<NavigationItem> {
        let summary = "Homes by the coast and inland, to rent for a week or a season.";
        vec![NavigationItem::new("Lettings", "lettings:index").summary(summary)]
    }

    fn settings(&self) -> SettingsSchema {
        SettingsSchema::of::<LettingsSettings>()
    }
}
