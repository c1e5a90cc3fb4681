//! The modules' own error pages, confined to their mounts.

use module_api::Problem;
use rocket::Catcher;

use super::{Parts, mounts};
use crate::assets;
use crate::planned::PlannedModules;

/// The catchers of the active modules, with their bases inside the mounts.
pub(super) fn collect(
    modules: &PlannedModules,
    parts: &mut Parts,
    problems: &mut Vec<Problem>,
) -> Vec<Catcher> {
    let mut found: Vec<(&'static str, Catcher)> = Vec::new();
    for module in modules.active() {
        for catcher in module.registration.module.catchers() {
            let catcher = rebased(&module.mount, catcher, module.name(), problems);
            found.extend(catcher.map(|catcher| (module.name(), catcher)));
        }
    }
    for (name, configure) in &mut parts.0 {
        for (base, catcher) in configure.catchers.drain(..) {
            let Some(catcher) = rebased(&base, catcher, name, problems) else { continue };
            let path = catcher.base.path().as_str();
            if mounts::contains(&configure.mount, path) {
                found.push((name, catcher));
                continue;
            }
            let message = format!(
                "`{name}` registers a catcher at {path}, which is outside its mount {}",
                configure.mount,
            );
            let hint = "register it at configure.inside(…)";
            problems.push(Problem::error("routes.E001", message).module(*name).hint(hint));
        }
    }
    for (index, (name, catcher)) in found.iter().enumerate() {
        let (base, code) = (catcher.base.path(), describe(catcher.code));
        if base == "/" {
            let message =
                format!("`{name}` catches {code} at /, where the host does for the whole site");
            let hint = "override the templates errors/404, errors/500, errors/503 and errors/error \
                        of the site, or mount the module elsewhere";
            let problem = Problem::error("routes.E007", message).module(*name).module("host");
            problems.push(problem.hint(hint));
        }
        let below_assets = mounts::contains(assets::PREFIX, base.as_str());
        if base != "/" && (below_assets || mounts::contains(base.as_str(), assets::PREFIX)) {
            let message = format!("`{name}` catches {code} at {base}, where the host has assets");
            let hint = "mount the module elsewhere, or leave the catcher out";
            let problem = Problem::error("routes.E008", message).module(*name).module("host");
            problems.push(problem.hint(hint));
        }
        for nested in modules.active() {
            let is_inside = mounts::contains(base.as_str(), &nested.mount);
            // The longest base wins, so a module with a catcher of its own is not affected.
            let has_own = found.iter().any(|(owner, own)| {
                *owner == nested.name() && (own.code.is_none() || own.code == catcher.code)
            });
            if base != "/" && nested.name() != *name && is_inside && !has_own {
                let message = format!(
                    "`{name}` catches {code} at {base}, and so for `{}` at {}",
                    nested.name(),
                    nested.mount,
                );
                let hint = "mount one of the modules elsewhere, or leave the catcher out";
                let problem = Problem::error("routes.E008", message).module(*name);
                problems.push(problem.module(nested.name()).hint(hint));
            }
        }
        for (other, second) in &found[index + 1..] {
            if second.base.path() == base && second.code == catcher.code {
                let message = format!("`{name}` and `{other}` both catch {code} at {base}");
                let hint = "mount one of the modules elsewhere, or leave one of the catchers out";
                let problem = Problem::error("routes.E008", message).module(*name).hint(hint);
                problems.push(if other == name { problem } else { problem.module(*other) });
            }
        }
    }
    found.into_iter().map(|(_, catcher)| catcher).collect()
}

fn describe(code: Option<u16>) -> String {
    code.map_or_else(|| "all errors".to_owned(), |code| format!("status {code}"))
}

/// Moves a catcher below `base`.
fn rebased(
    base: &str,
    catcher: Catcher,
    module: &'static str,
    problems: &mut Vec<Problem>,
) -> Option<Catcher> {
    match catcher.map_base(|inner| format!("{base}{inner}")) {
        Ok(catcher) => Some(catcher),
        Err(error) => {
            let message = format!("`{module}` registers a catcher at `{base}`: {error}");
            let hint = "a base is a path without parameters or a query";
            problems.push(Problem::error("routes.E006", message).module(module).hint(hint));
            None
        }
    }
}
