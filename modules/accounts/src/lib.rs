//! Accounts: users, groups and permissions, in the tables of Django's `contenttypes` and `auth`.

mod admin;
pub mod models;
pub mod passwords;
mod permissions;

use module_api::admin::ModelAdmin;
use module_api::model::{Model, ModelInfo};
use module_api::{AfterMigrate, Files, Module, embed, register};

use crate::models::{ContentType, Group, Permission, User};

struct Accounts;

register!(Accounts);

impl Module for Accounts {
    fn name(&self) -> &'static str {
        "accounts"
    }

    fn models(&self) -> Vec<&'static ModelInfo> {
        vec![ContentType::INFO, Permission::INFO, Group::INFO, User::INFO]
    }

    fn admin(&self) -> Vec<ModelAdmin> {
        admin::models()
    }

    fn migrations(&self) -> Files {
        embed!("migrations")
    }

    fn after_migrate(&self) -> Option<AfterMigrate> {
        Some(permissions::create_missing)
    }

    fn fixtures(&self) -> Files {
        embed!("fixtures")
    }
}
