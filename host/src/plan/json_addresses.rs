//! The addresses of the active modules that answer JSON.

use module_api::Problem;

use crate::json_errors::JsonAddresses;
use crate::planned::PlannedModules;

/// The paths below which errors are JSON, mounts included.
pub(super) fn collect(modules: &PlannedModules, problems: &mut Vec<Problem>) -> JsonAddresses {
    let mut addresses = JsonAddresses::default();
    for planned in modules.active() {
        for path in planned.registration.module.json_below() {
            if !path.starts_with('/') || path.contains(['<', '?', '#']) || path.contains("//") {
                let name = planned.name();
                let message = format!("`{name}` answers JSON below `{path}`, which is not a path");
                let hint = "write a path below the mount: `/` for all of it, or `/api`";
                problems.push(Problem::error("routes.E012", message).module(name).hint(hint));
            }
            addresses.0.push(format!("{}{path}", planned.mount.trim_end_matches('/')));
        }
    }
    addresses
}
