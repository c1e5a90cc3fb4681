//! The active modules, and the order in which they start.

use std::collections::{BTreeMap, BTreeSet};

use module_api::host::{CONTRACT_VERSION, Registration, how_to_link};
use module_api::{Problem, check_name};

use crate::planned::PlannedModule;
use crate::registry::Registry;
use crate::settings::Settings;
use crate::settings::origin_of;
use module_api::suggestion;

type ByName = BTreeMap<&'static str, Registration>;

/// Returns all linked modules: the active ones, requirements first and then by name, followed by
/// the others.
pub(super) fn select(
    registry: &Registry,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> Vec<PlannedModule> {
    let linked = by_name(registry, problems);
    let wanted = wanted(&linked, settings, problems);
    let off: BTreeSet<&str> =
        linked.keys().copied().filter(|name| is_switched_off(settings, name)).collect();
    let active: BTreeSet<&'static str> =
        wanted.into_iter().filter(|name| !off.contains(name)).collect();
    check_requirements(&linked, &active, &off, problems);
    if active.is_empty() && !linked.is_empty() {
        let message = "no module is active: every address is 404";
        let hint = "see `installed` and the settings modules.NAME.enabled";
        problems.push(Problem::warning("modules.W001", message).hint(hint));
    }
    let order = start_order(&linked, &active, problems);
    let inactive = linked.keys().copied().filter(|name| !active.contains(name));
    let planned = |name: &'static str, active: bool| PlannedModule {
        registration: linked[name],
        active,
        mount: String::new(),
        section: settings.figment.focus(&format!("modules.{name}")),
    };
    let active = order.into_iter().map(|name| planned(name, true));
    active.chain(inactive.map(|name| planned(name, false))).collect()
}

/// The linked modules by name; of duplicates, the first.
fn by_name(registry: &Registry, problems: &mut Vec<Problem>) -> ByName {
    if registry.is_empty() {
        let message = "no module is linked into this program";
        let hint = how_to_link("my_module");
        problems.push(Problem::error("modules.E001", message).hint(hint));
    }
    let mut linked = ByName::new();
    for registration in registry.iter() {
        let name = registration.module.name();
        if registration.contract_version != CONTRACT_VERSION {
            problems.push(other_contract(registration));
            continue;
        }
        if let Err(error) = check_name(name) {
            let message = format!("`{name}` of package `{}`: {error}", registration.package);
            let hint = "return another name from Module::name";
            problems.push(Problem::error("modules.E002", message).module(name).hint(hint));
            continue;
        }
        if let Some(first) = linked.get(name) {
            let message = format!(
                "two modules have the name `{name}`: one of package `{} {}`, one of `{} {}`",
                first.package,
                first.package_version,
                registration.package,
                registration.package_version,
            );
            let hint = "leave one of the packages out, or rename its module";
            problems.push(Problem::error("modules.E003", message).module(name).hint(hint));
            continue;
        }
        linked.insert(name, *registration);
    }
    linked
}

/// The problem of a module that was built for another version of the contract.
fn other_contract(registration: &Registration) -> Problem {
    let Registration { package, package_version, contract_version, .. } = registration;
    let name = registration.module.name();
    let message = format!(
        "`{name}` of package `{package} {package_version}` was built for version \
         {contract_version} of the contract, this program is built for {CONTRACT_VERSION}"
    );
    let hint = format!(
        "let `{package}` and the site depend on the same release of `installed-apps-module-api`"
    );
    Problem::error("modules.E013", message).module(name).hint(hint)
}

/// The modules that `installed` lists, or all.
fn wanted(
    linked: &ByName,
    settings: &Settings,
    problems: &mut Vec<Problem>,
) -> BTreeSet<&'static str> {
    let Some(installed) = &settings.site.installed else { return linked.keys().copied().collect() };
    let place = origin_of(&settings.figment, "installed");
    let mut wanted = BTreeSet::new();
    for name in installed {
        let Some((known, _)) = linked.get_key_value(name.as_str()) else {
            let message = format!("`installed` in {place} lists `{name}`, which is not linked");
            let hint = format!(
                "{}, or take it off the list; {}",
                how_to_link(name),
                suggestion(name, linked.keys().copied())
            );
            problems.push(Problem::error("modules.E004", message).module(name).hint(hint));
            continue;
        };
        if !wanted.insert(*known) {
            let message = format!("`installed` in {place} lists `{name}` twice");
            let hint = "the first of two templates of the same name wins: list it once";
            problems.push(Problem::error("modules.E005", message).module(name).hint(hint));
        }
    }
    wanted
}

/// Returns `true` if `modules.NAME.enabled` is false. Values that are not booleans are reported
/// elsewhere.
fn is_switched_off(settings: &Settings, name: &str) -> bool {
    settings.figment.extract_inner::<bool>(&format!("modules.{name}.enabled")) == Ok(false)
}

fn check_requirements(
    linked: &ByName,
    active: &BTreeSet<&'static str>,
    off: &BTreeSet<&str>,
    problems: &mut Vec<Problem>,
) {
    for name in active {
        for required in linked[name].module.requires() {
            if active.contains(required) {
                continue;
            }
            let (what, hint) = if off.contains(required) {
                (
                    "switched off",
                    format!(
                        "remove modules.{required}.enabled = false, or switch off `{name}` too"
                    ),
                )
            } else if linked.contains_key(required) {
                (
                    "not in `installed`",
                    format!("add `{required}` to `installed`, or remove `{name}`"),
                )
            } else {
                let hint = format!(
                    "{}; {}",
                    how_to_link(required),
                    suggestion(required, linked.keys().copied())
                );
                ("not linked", hint)
            };
            let message = format!("`{name}` requires `{required}`, which is {what}");
            let problem = Problem::error("modules.E006", message);
            problems.push(problem.module(*name).module(*required).hint(hint));
        }
    }
}

/// The active modules, each after those it requires, otherwise by name. A cycle is reported, and
/// its modules keep their order.
fn start_order(
    linked: &ByName,
    active: &BTreeSet<&'static str>,
    problems: &mut Vec<Problem>,
) -> Vec<&'static str> {
    let mut waiting = active.clone();
    let mut order = Vec::new();
    loop {
        let ready = waiting.iter().copied().find(|name| {
            linked[name].module.requires().iter().all(|required| !waiting.contains(required))
        });
        if let Some(name) = ready {
            waiting.remove(name);
            order.push(name);
            continue;
        }
        let Some(cycle) = find_cycle(linked, &waiting) else { return order };
        let message = format!("modules require each other: {}", cycle.join(" → "));
        let hint = "make one of them merely `uses` the other";
        let problem = Problem::error("modules.E007", message).hint(hint);
        problems.push(cycle[1..].iter().fold(problem, |problem, name| problem.module(*name)));
        for name in &cycle[1..] {
            waiting.remove(name);
            order.push(name);
        }
    }
}

/// A path from a module back to itself, through modules that wait for each other.
fn find_cycle(linked: &ByName, waiting: &BTreeSet<&'static str>) -> Option<Vec<&'static str>> {
    let mut way = vec![*waiting.first()?];
    loop {
        let last = way.last().expect("it begins with one");
        let next = linked[last].module.requires().iter().find_map(|name| waiting.get(name))?;
        if let Some(start) = way.iter().position(|name| name == next) {
            way.push(next);
            return Some(way.split_off(start));
        }
        way.push(next);
    }
}
