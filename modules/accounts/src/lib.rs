//! Accounts: users, groups and permissions, in the tables of Django's `contenttypes` and `auth`.

use module_api::{Files, Module, embed, register};

struct Accounts;

register!(Accounts);

impl Module for Accounts {
    fn name(&self) -> &'static str {
        "accounts"
    }

    fn migrations(&self) -> Files {
        embed!("migrations")
    }

    fn fixtures(&self) -> Files {
        embed!("fixtures")
    }
}
