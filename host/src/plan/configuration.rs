//! Calls the `configure` hooks of the active modules.

use module_api::Configure;

use super::Parts;
use crate::planned::{PlannedModule, PlannedModules};
use crate::settings::Settings;

/// Calls the hooks of the active modules, once.
pub(super) fn ask(modules: &PlannedModules, settings: &Settings) -> Parts {
    let ask = |module: &PlannedModule| {
        let configure = Configure::new(settings.figment.clone(), module.mount.clone());
        (module.name(), module.registration.module.configure(configure))
    };
    Parts(modules.active().map(ask).collect())
}
