//! Asks each active module's hook what it wants of Rocket.

use module_api::Configure;

use super::{Parts, PlannedModule, active};
use crate::Settings;

/// What the hooks of the active modules ask for. They are called once, here.
pub(super) fn ask(modules: &[PlannedModule], settings: &Settings) -> Parts {
    let ask = |module: &PlannedModule| {
        let configure = Configure::new(settings.figment.clone(), module.mount.clone());
        (module.name(), module.registration.module.configure(configure))
    };
    Parts(active(modules).map(ask).collect())
}
