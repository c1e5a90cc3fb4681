//! Fairings and managed state, with at most one value of each type.

use module_api::Problem;
use module_api::host::{AttachedFairing, ManagedState};
use rocket::fairing::Kind;

use super::{ManagedType, Parts};
use crate::planned::PlannedModules;

/// A managed type, and the module that manages a value of it, or `host`.
type Managed = (&'static str, ManagedType);

/// Fairings with their modules, and managed state.
type Collected = (Vec<(&'static str, AttachedFairing)>, Vec<ManagedState>);

/// The fairings and the state from the modules' hooks.
pub(super) fn collect(
    modules: &PlannedModules,
    of_the_host: Vec<ManagedType>,
    parts: Parts,
    problems: &mut Vec<Problem>,
) -> Collected {
    let mut managed: Vec<Managed> =
        of_the_host.into_iter().map(|managed| ("host", managed)).collect();
    for module in modules.active() {
        if let Some((id, name)) = module.registration.module.settings().managed_type() {
            claim(&mut managed, (module.name(), ManagedType { id, name }), problems);
        }
    }
    let mut fairings: Vec<(&'static str, AttachedFairing)> = Vec::new();
    let mut state = Vec::new();
    for (name, configure) in parts.0 {
        for value in configure.state {
            let of_value = ManagedType { id: value.type_id, name: value.type_name };
            claim(&mut managed, (name, of_value), problems);
            state.push(value);
        }
        for fairing in configure.fairings {
            let singleton = fairing.info.kind.is(Kind::Singleton);
            let same = |(_, other): &&(_, AttachedFairing)| other.type_id == fairing.type_id;
            if let Some((other, _)) = fairings.iter().find(same).filter(|_| singleton) {
                let called = fairing.info.name;
                let message = format!("`{other}` and `{name}` both attach the fairing `{called}`");
                let hint = "of such a fairing Rocket keeps one: attach it in one of the modules";
                let problem = Problem::error("modules.E012", message).module(*other);
                problems.push(problem.module(name).hint(hint));
            }
            if fairing.info.name == "Templating" {
                let message =
                    format!("`{name}` attaches the template fairing, which is the host's");
                let hint = "return the templates from Module::templates";
                problems.push(Problem::error("modules.E011", message).module(name).hint(hint));
                continue;
            }
            fairings.push((name, fairing));
        }
    }
    (fairings, state)
}

fn claim(managed: &mut Vec<Managed>, claimed: Managed, problems: &mut Vec<Problem>) {
    let (owner, of_type) = claimed;
    if let Some((first, _)) = managed.iter().find(|(_, other)| other.id == of_type.id) {
        let message = format!(
            "`{first}` and `{owner}` both have Rocket manage a `{}`, of which there is only one",
            of_type.name,
        );
        let hint = "wrap one of them in a type of the module's own";
        let problem = Problem::error("modules.E010", message).module(*first);
        problems.push(problem.module(owner).hint(hint));
    }
    managed.push(claimed);
}
