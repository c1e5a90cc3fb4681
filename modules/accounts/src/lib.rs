//! Accounts: users, groups and permissions in the tables of Django's `contenttypes` and `auth`,
//! passwords, and sessions.

mod admin;
mod authentication;
mod commands;
mod devices;
mod expired;
mod first_administrator;
pub mod models;
pub mod new_password;
mod new_user;
mod password_reset;
pub mod passwords;
mod permissions;
mod random_text;
mod reset_mail;
mod routes;
mod secret;
pub mod sessions;
mod settings;
mod signed_in;
pub mod throttle;
mod usernames;
mod visitor;

use module_api::admin::ModelAdmin;
use module_api::auth::LoginRoute;
use module_api::db::Db;
use module_api::model::{Model, ModelInfo};
use module_api::{
    AfterMigrate, Check, Command, Configure, DatabaseCheck, Files, Gauge, LocalStart, Module,
    ModuleFuture, SettingsSchema, embed, register,
};
use rocket::Route;

use crate::models::{ContentType, Device, Group, PasswordReset, Permission, Session, User};
use crate::passwords::Hasher;
use crate::reset_mail::Outbox;
use crate::signed_in::SessionFairing;

pub use crate::new_user::NewUser;
pub use crate::settings::AccountsSettings;

struct Accounts;

register!(Accounts);

impl Module for Accounts {
    fn name(&self) -> &'static str {
        "accounts"
    }

    fn uses(&self) -> &'static [&'static str] {
        &["admin"]
    }

    fn routes(&self) -> Vec<Route> {
        routes::all()
    }

    fn templates(&self) -> Files {
        embed!("templates")
    }

    fn models(&self) -> Vec<&'static ModelInfo> {
        vec![
            ContentType::INFO,
            Permission::INFO,
            Group::INFO,
            User::INFO,
            Session::INFO,
            Device::INFO,
            PasswordReset::INFO,
        ]
    }

    fn admin(&self) -> Vec<ModelAdmin> {
        admin::models()
    }

    fn migrations(&self) -> Files {
        embed!("migrations")
    }

    fn after_migrate(&self) -> Option<AfterMigrate> {
        Some(after_migrate)
    }

    fn checks(&self) -> Vec<Check> {
        vec![reset_mail::can_be_sent]
    }

    fn database_checks(&self) -> Vec<DatabaseCheck> {
        vec![usernames::check_usernames, password_reset::triggers_are_there]
    }

    fn gauges(&self) -> Vec<Gauge> {
        let help = "Sessions in which somebody is signed in.";
        vec![Gauge { name: "sessions", help, value: sessions::count }]
    }

    fn commands(&self) -> Vec<Command> {
        commands::all()
    }

    fn local_start(&self) -> Option<LocalStart> {
        Some(first_administrator::create)
    }

    fn fixtures(&self) -> Files {
        embed!("fixtures")
    }

    fn settings(&self) -> SettingsSchema {
        SettingsSchema::with_rules::<AccountsSettings>()
    }

    fn configure(&self, configure: Configure) -> Configure {
        let passwords = AccountsSettings::of(&configure.figment).passwords;
        let outbox = Outbox::of(&configure.figment);
        configure
            .manage(Hasher::new(passwords))
            .manage(outbox)
            .manage(LoginRoute("accounts:login"))
            .attach(SessionFairing)
    }
}

fn after_migrate(db: &Db) -> ModuleFuture<'_> {
    Box::pin(async move {
        permissions::create_missing(db).await?;
        password_reset::restore_triggers(db).await
    })
}
