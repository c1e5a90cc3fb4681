//! The admin: lists, forms and histories of the models that modules register, for staff.

mod access;
mod csv;
mod deletion;
mod denied;
mod export;
mod form;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod import;
mod labels;
mod list;
mod log;
pub mod models;
mod object;
mod routes;
mod search;
mod search_index;
mod shell;
mod text;

use module_api::model::{Model, ModelInfo};
use module_api::{AfterMigrate, Files, MigrationCode, Module, embed, register};
use rocket::{Catcher, Route};

use crate::models::LogEntry;

struct Admin;

register!(Admin);

impl Module for Admin {
    fn name(&self) -> &'static str {
        "admin"
    }

    fn requires(&self) -> &'static [&'static str] {
        &["accounts"]
    }

    fn routes(&self) -> Vec<Route> {
        routes::all()
    }

    fn catchers(&self) -> Vec<Catcher> {
        routes::catchers()
    }

    fn models(&self) -> Vec<&'static ModelInfo> {
        vec![LogEntry::INFO]
    }

    fn migrations(&self) -> Files {
        embed!("migrations")
    }

    fn migration_code(&self) -> Vec<MigrationCode> {
        let index = MigrationCode::new("0002_search_index", MigrationCode::nothing);
        vec![index.down(search_index::remove_all)]
    }

    fn after_migrate(&self) -> Option<AfterMigrate> {
        Some(search_index::prepare)
    }

    fn templates(&self) -> Files {
        embed!("templates")
    }

    fn assets(&self) -> Files {
        embed!("assets")
    }
}
