//! Whether all templates can be read, and whether all they name literally is there.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::{Environment, Error};
use module_api::Problem;

use super::engine::set_rules;
use super::scan::{Kind, Reference, references};
use super::set::{Provider, Source, TemplateSet, about};
use crate::assets::Catalog;
use crate::nearest::suggestion;
use crate::plan::PlannedModule;

/// What templates may name.
pub(crate) struct Names<'a> {
    /// The names of the routes of every linked module.
    pub(crate) routes: &'a BTreeMap<&'static str, Vec<String>>,
    pub(crate) assets: &'a Catalog,
    pub(crate) modules: &'a [PlannedModule],
}

/// Reports what is wrong with the templates.
pub(crate) fn check(set: &TemplateSet, names: &Names<'_>, problems: &mut Vec<Problem>) {
    let mut engine = Environment::new();
    set_rules(&mut engine, &Arc::new(set.clone()));
    for (name, source) in set.sources() {
        if let Err(error) = engine.add_template_owned(name.clone(), source.text.clone()) {
            problems.push(about(source, "templates.E003", explain(source, &error)));
            continue;
        }
        for reference in references(&source.text) {
            let found = match reference.kind {
                Kind::Template => check_template(set, &name, source, &reference),
                Kind::Asset => check_asset(names, source, &reference),
                Kind::Route => check_route(names, source, &reference),
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
    outer: &str,
    source: &Source,
    reference: &Reference<'_>,
) -> Option<Problem> {
    let meant = set.resolve(reference.name, outer).unwrap_or_else(|| reference.name.to_owned());
    if reference.optional || set.source(&meant).is_some() {
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
    if namespace != "host" && !is_active(namespace) && is_allowed(names, source, namespace) {
        return None;
    }
    if names.assets.address(reference.name).is_some() {
        return None;
    }
    let message = format!("{}: there is no asset `{}`", place(source, reference), reference.name);
    let hint = suggestion(reference.name, names.assets.names());
    Some(about(source, "templates.E007", message).hint(hint))
}

fn check_route(names: &Names<'_>, source: &Source, reference: &Reference<'_>) -> Option<Problem> {
    let Some((namespace, handler)) = reference.name.split_once(':') else {
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
    // A module that is used need not be linked; where it is, its routes are known, active or not.
    let known = names.routes.get(namespace)?;
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

/// Whether a template may name what belongs to a module: the site's and the host's may name any.
fn is_allowed(names: &Names<'_>, source: &Source, namespace: &str) -> bool {
    match source.provider {
        Provider::Site | Provider::Host => true,
        Provider::Module(name) => {
            names.modules.iter().any(|module| module.name() == name && module.knows(namespace))
        }
    }
}
