//! Fairings and managed state: that no two modules give Rocket a value of one type.

use std::any::{TypeId, type_name};

use module_api::admin::RegisteredModels;
use module_api::db::Db;
use module_api::{
    AttachedFairing, CookieRules, Mailer, ManagedState, Problem, SiteModules, Templates, Urls,
};
use rocket::fairing::Kind;

use super::{Managed, Parts, PlannedModule, active};

/// Fairings with their modules, and state.
type Collected = (Vec<(&'static str, AttachedFairing)>, Vec<ManagedState>);

/// The fairings and the state that the modules' hooks asked for.
pub(super) fn collect(
    modules: &[PlannedModule],
    parts: Parts,
    problems: &mut Vec<Problem>,
) -> Collected {
    let mut managed = of_the_host();
    for module in active(modules) {
        if let Some((type_id, type_name)) = module.registration.module.settings().managed_type() {
            claim(&mut managed, Managed { owner: module.name(), type_id, type_name }, problems);
        }
    }
    let mut fairings: Vec<(&'static str, AttachedFairing)> = Vec::new();
    let mut state = Vec::new();
    for (name, configure) in parts.0 {
        for value in configure.state {
            let (type_id, type_name) = (value.type_id, value.type_name);
            claim(&mut managed, Managed { owner: name, type_id, type_name }, problems);
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

/// The types of which the host itself has Rocket manage a value.
fn of_the_host() -> Vec<Managed> {
    fn host<T: 'static>() -> Managed {
        Managed { owner: "host", type_id: TypeId::of::<T>(), type_name: type_name::<T>() }
    }
    vec![
        host::<Db>(),
        host::<Urls>(),
        host::<Templates>(),
        host::<RegisteredModels>(),
        host::<CookieRules>(),
        host::<Mailer>(),
        host::<SiteModules>(),
    ]
}

fn claim(managed: &mut Vec<Managed>, claimed: Managed, problems: &mut Vec<Problem>) {
    if let Some(first) = managed.iter().find(|managed| managed.type_id == claimed.type_id) {
        let message = format!(
            "`{}` and `{}` both have Rocket manage a `{}`, of which there is only one",
            first.owner, claimed.owner, claimed.type_name,
        );
        let hint = "wrap one of them in a type of the module's own";
        let problem = Problem::error("modules.E010", message).module(first.owner);
        problems.push(problem.module(claimed.owner).hint(hint));
    }
    managed.push(claimed);
}
