//! Unknown names of templates and routes in Rust code.

use std::collections::BTreeMap;

use module_api::Problem;
use module_api::host::{LiteralName, NamedItem};

use crate::planned::{PlannedModule, PlannedModules};
use crate::templates::TemplateSet;
use module_api::suggestion;

/// Reports unknown names in the code of active modules and of the site. `routes` has the names of
/// every linked module's routes.
pub(super) fn check(
    names: &[LiteralName],
    modules: &PlannedModules,
    routes: &BTreeMap<&'static str, Vec<String>>,
    templates: &TemplateSet,
    problems: &mut Vec<Problem>,
) {
    for literal in names {
        let of_package = || modules.iter().filter(|m| m.registration.package == literal.package);
        // A package of only inactive modules adds no templates and routes.
        if of_package().count() > 0 && !of_package().any(|module| module.active) {
            continue;
        }
        let found = match literal.kind {
            NamedItem::Template => unknown_template(literal.name, templates),
            NamedItem::Route => unknown_route(literal.name, modules, routes),
        };
        if let Some((id, what, hint)) = found {
            let LiteralName { package, file, line, .. } = literal;
            let message = format!("{file}, line {line}, of package `{package}`: {what}");
            let problem = Problem::error(id, message).hint(hint);
            problems.push(of_package().fold(problem, |problem, m| problem.module(m.name())));
        }
    }
}

type Found = Option<(&'static str, String, String)>;

fn unknown_template(name: &str, templates: &TemplateSet) -> Found {
    if !templates.chain(name).is_empty() {
        return None;
    }
    let hint = suggestion(name, templates.names());
    Some(("templates.E008", format!("there is no template `{name}`"), hint))
}

fn unknown_route(
    name: &str,
    modules: &PlannedModules,
    routes: &BTreeMap<&'static str, Vec<String>>,
) -> Found {
    const ID: &str = "routes.E011";
    let Some((namespace, handler)) = name.split_once(':') else {
        let hint = "a route's name is module:handler".to_owned();
        return Some((ID, format!("`{name}` is not the name of a route"), hint));
    };
    let Some(known) = routes.get(namespace) else {
        // Code that optionally uses another module may name its routes while it is not linked.
        let is_soft = modules.iter().any(|m| m.registration.module.uses().contains(&namespace));
        let hint = suggestion(namespace, modules.iter().map(PlannedModule::name));
        let what = format!("`{name}` is a route of `{namespace}`, which is not linked");
        return (!is_soft).then_some((ID, what, hint));
    };
    if known.iter().any(|known| known == handler) {
        return None;
    }
    let full: Vec<String> = known.iter().map(|known| format!("{namespace}:{known}")).collect();
    let hint = suggestion(name, full.iter().map(String::as_str));
    Some((ID, format!("`{namespace}` has no route `{name}`"), hint))
}
