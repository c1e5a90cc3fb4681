//! Profiles: the members, each with their favorite city.

mod admin;
mod member;
pub mod models;
mod routes;
mod settings;
mod username;

use module_api::admin::ModelAdmin;
use module_api::model::{Model, ModelInfo};
use module_api::{Files, Module, NavigationItem, SettingsSchema, embed, register};
use rocket::Route;

use crate::models::Profile;
use crate::settings::ProfilesSettings;

struct Profiles;

register!(Profiles);

impl Module for Profiles {
    fn name(&self) -> &'static str {
        "profiles"
    }

    fn requires(&self) -> &'static [&'static str] {
        &["accounts"]
    }

    fn routes(&self) -> Vec<Route> {
        rocket::routes![routes::index, routes::profile]
    }

    fn templates(&self) -> Files {
        embed!("templates")
    }

    fn assets(&self) -> Files {
        embed!("assets")
    }

    fn models(&self) -> Vec<&'static ModelInfo> {
        vec![Profile::INFO]
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
        let summary = "The people who let and rent here, and the cities they love.";
        vec![NavigationItem::new("Profiles", "profiles:index").summary(summary)]
    }

    fn settings(&self) -> SettingsSchema {
        SettingsSchema::of::<ProfilesSettings>()
    }
}
