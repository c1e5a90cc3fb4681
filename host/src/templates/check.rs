//! Checks that all templates can be parsed, and that all literal names in them exist.

use std::collections::BTreeMap;

use minijinja::{Environment, Error};
use module_api::Problem;

use super::engine::set_rules;
use super::scan::{Kind, Reference, references};
use super::set::{Provider, Source, TemplateSet, about};
use crate::assets::Catalog;
use crate::planned::{PlannedModule, PlannedModules};
use module_api::suggestion;

/// The names that templates may use.
pub(crate) struct Names<'a> {
    /// The names of the routes of every linked module.
    pub(crate) routes: &'a BTreeMap<&'static str, Vec<String>>,
    pub(crate) assets: &'a Catalog,
    pub(crate) modules: &'a PlannedModules,
}

/// Reports the errors in the templates.
pub(crate) fn check(set: &TemplateSet, names: &Names<'_>, problems: &mut Vec<Problem>) {
    let mut engine = Environment::new();
    set_rules(&mut engine, set);
    for (name, source) in set.sources() {
        if let Err(error) = engine.add_template_owned(name.clone(), source.text.clone()) {
            let hint = "mend the template; its syntax is that of Jinja2";
            let problem = about(source, "templates.E003", explain(source, &error));
            problems.push(problem.hint(hint));
            continue;
        }
        for reference in references(&source.text) {
            let found = match reference.kind {
                Kind::Template => check_template(set, names, &name, source, &reference),
                Kind::Asset => check_asset(names, source, &reference),
                // A place is named like its page's route.
                Kind::Route | Kind::Place => check_route(names, source, &reference),
            };
            problems.extend(found);
        }
    }
}

/// The file, the line and the reason of an error in a template.
pub(super) fn explain(source: &Source, error: &Error) -> String {
    let line = error.line().map(|line| format!(", line {line}")).unwrap_or_default();
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{}{line}: {}{detail}", source.describe(), error.kind())
}

fn place(source: &Source, reference: &Reference<'_>) -> String {
    format!("{}, line {}", source.describe(), reference.line)
}

fn check_template(
    set: &TemplateSet,
    names: &Names<'_>,
    outer: &str,
    source: &Source,
    reference: &Reference<'_>,
) -> Option<Problem> {
    let meant = set.resolve(reference.name, outer).unwrap_or_else(|| reference.name.to_owned());
    let namespace = reference.name.split('/').next().unwrap_or_default();
    // The site's overrides for an inactive module are kept for when it is active.
    let is_off = names.modules.iter().any(|module| !module.active && module.name() == namespace);
    if reference.optional || is_off || set.source(&meant).is_some() {
        return None;
    }
    let (message, hint) = if meant.contains('@') {
        let message = format!("{}: `{}` hides no other", place(source, reference), reference.name);
        (message, "a template that names itself means the one it overrides".to_owned())
    } else {
        let message =
            format!("{}: there is no template `{}`", place(source, reference), reference.name);
        (message, suggestion(reference.name, set.names()))
    };
    Some(about(source, "templates.E004", message).hint(hint))
}

fn check_asset(names: &Names<'_>, source: &Source, reference: &Reference<'_>) -> Option<Problem> {
    let namespace = reference.name.split('/').next().unwrap_or_default();
    let is_active = |name: &str| names.modules.iter().any(|m| m.active && m.name() == name);
    if !["host", "site"].contains(&namespace)
        && !is_active(namespace)
        && is_allowed(names, source, namespace)
    {
        let is_linked = names.routes.contains_key(namespace);
        return if is_linked { None } else { not_linked(names, source, reference, namespace) };
    }
    if names.assets.address(reference.name).is_some() {
        return None;
    }
    let message = format!("{}: there is no asset `{}`", place(source, reference), reference.name);
    let hint = suggestion(reference.name, names.assets.names());
    Some(about(source, "templates.E007", message).hint(hint))
}

fn check_route(names: &Names<'_>, source: &Source, reference: &Reference<'_>) -> Option<Problem> {
    let name = match reference.kind {
        Kind::Place => reference.name.split('#').next().unwrap_or_default(),
        _ => reference.name,
    };
    let Some((namespace, handler)) = name.split_once(':') else {
        let message =
            format!("{}: `{}` is no route's name", place(source, reference), reference.name);
        let hint = "a route's name is module:handler";
        return Some(about(source, "templates.E005", message).hint(hint));
    };
    if !is_allowed(names, source, namespace) {
        let message = format!(
            "{}: names the route `{}` of `{namespace}`, which `{}` neither requires nor uses",
            place(source, reference),
            reference.name,
            source.provider,
        );
        let hint = format!("add `{namespace}` to requires() or uses()");
        return Some(about(source, "templates.E006", message).module(namespace).hint(hint));
    }
    let Some(known) = names.routes.get(namespace) else {
        return not_linked(names, source, reference, namespace);
    };
    if known.iter().any(|name| name == handler) {
        return None;
    }
    let message =
        format!("{}: `{namespace}` has no route `{}`", place(source, reference), reference.name);
    let full: Vec<String> = known.iter().map(|name| format!("{namespace}:{name}")).collect();
    let hint = suggestion(reference.name, full.iter().map(String::as_str));
    let problem = about(source, "templates.E005", message).hint(hint);
    Some(if problem.modules.iter().any(|name| name == namespace) {
        problem
    } else {
        problem.module(namespace)
    })
}

/// Checks the name of a module that is not linked: valid in a module that uses it, possibly
/// misspelled in the site's own templates.
fn not_linked(
    names: &Names<'_>,
    source: &Source,
    reference: &Reference<'_>,
    namespace: &str,
) -> Option<Problem> {
    if let Provider::Module(_) = source.provider {
        return None;
    }
    let message = format!(
        "{}: `{}` is of `{namespace}`, which is not linked",
        place(source, reference),
        reference.name,
    );
    let hint = suggestion(namespace, names.modules.iter().map(PlannedModule::name));
    Some(Problem::warning("templates.W001", message).hint(hint))
}

/// Returns `true` if a template may use names of a module: templates of the site and the host may
/// use any.
fn is_allowed(names: &Names<'_>, source: &Source, namespace: &str) -> bool {
    match source.provider {
        Provider::Disk | Provider::Site | Provider::Host => true,
        Provider::Module(name) => {
            names.modules.iter().any(|module| module.name() == name && module.knows(namespace))
        }
    }
}
