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
use module_api::{
    AfterMigrate, Command, Configure, DatabaseCheck, Files, MigrationCode, Module, embed, register,
};
use rocket::{Catcher, Route};

use crate::models::LogEntry;
use crate::search_index::UpkeepTask;

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
        let once = MigrationCode::new("0003_record_rows_once", search_index::record_rows_once);
        vec![index.down(search_index::remove_all), once.down(search_index::record_rows_repeatedly)]
    }

    fn configure(&self, configure: Configure) -> Configure {
        configure.manage(UpkeepTask::default())
    }

    fn after_migrate(&self) -> Option<AfterMigrate> {
        Some(search_index::prepare)
    }

    fn database_checks(&self) -> Vec<DatabaseCheck> {
        vec![search_index::are_usable]
    }

    fn commands(&self) -> Vec<Command> {
        vec![search_index::rebuild_command()]
    }

    fn templates(&self) -> Files {
        embed!("templates")
    }

    fn assets(&self) -> Files {
        embed!("assets")
    }
}
