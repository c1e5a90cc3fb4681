//! The routes of the site: their owners and names, and conflicts between owners.

use std::collections::BTreeMap;
use std::fmt;

use module_api::{Problem, UrlPattern};
use rocket::Route;

use super::{Parts, mounts};
use crate::overlap::{Path, methods_overlap};
use crate::planned::{PlannedModule, PlannedModules};

/// The owner of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    /// The host.
    Host,
    /// A module.
    Module(&'static str),
}

impl Owner {
    /// The module's name, or `host`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Module(name) => name,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("the host"),
            Self::Module(name) => write!(f, "`{name}`"),
        }
    }
}

/// A route of the site, with its owner.
///
/// See [`Plan`](crate::Plan) for an example.
pub struct PlannedRoute {
    /// The route, with the mount of its module as base.
    pub route: Route,
    /// The pattern of its addresses.
    pub pattern: UrlPattern,
    /// The full name, `lettings:letting`; `None` if its handler has no name.
    pub name: Option<String>,
    pub(crate) owner: Owner,
    /// `true` if changing requests need no CSRF token.
    pub(crate) csrf_exempt: bool,
    path: Path,
}

impl PlannedRoute {
    fn new(owner: Owner, route: Route) -> Self {
        let query = route.uri.query().map(ToString::to_string);
        Self {
            pattern: UrlPattern::new(
                route.uri.base(),
                route.uri.unmounted_origin.path().as_str(),
                query.as_deref(),
            ),
            name: route.name.as_ref().map(|name| format!("{}:{name}", owner.name())),
            path: Path::parse(route.uri.path()),
            owner,
            csrf_exempt: false,
            route,
        }
    }

    /// The name of the module that owns it, or `host`.
    pub fn owner_name(&self) -> &'static str {
        self.owner.name()
    }

    /// The entry in the site's addresses, if the route has a name.
    pub(super) fn address(&self) -> Option<(String, UrlPattern)> {
        Some((self.name.clone()?, self.pattern.clone()))
    }

    fn describe(&self) -> String {
        let name = self.name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
        let (method, path, rank) = (self.route.method, self.route.uri.path(), self.route.rank);
        format!("{method} {path}{name} of rank {rank} of {}", self.owner)
    }
}

/// The routes of the host and of the active modules.
pub(super) fn collect(
    modules: &PlannedModules,
    (of_host, pages_of_host): (Vec<Route>, Vec<Route>),
    parts: &mut Parts,
    problems: &mut Vec<Problem>,
) -> Vec<PlannedRoute> {
    let of_host = of_host.into_iter().map(|route| {
        let planned = PlannedRoute::new(Owner::Host, route);
        PlannedRoute { pattern: planned.pattern.without_slash(), ..planned }
    });
    let pages = pages_of_host.into_iter().map(|route| PlannedRoute::new(Owner::Host, route));
    let mut routes: Vec<PlannedRoute> = of_host.chain(pages).collect();
    for module in modules.active() {
        let owner = Owner::Module(module.name());
        for route in module.registration.module.routes() {
            routes.extend(
                rebased(&module.mount, route, module.name(), problems)
                    .map(|route| PlannedRoute::new(owner, route)),
            );
        }
    }
    for (name, configure) in &mut parts.0 {
        for (base, route) in configure.routes.drain(..) {
            let Some(route) = rebased(&base, route, name, problems) else { continue };
            let path = route.uri.path();
            if !mounts::contains(&configure.mount, path) {
                let message = format!(
                    "`{name}` mounts {} {path}, which is outside its mount {}",
                    route.method, configure.mount,
                );
                let hint = "mount it at configure.inside(…)";
                problems.push(Problem::error("routes.E001", message).module(*name).hint(hint));
                continue;
            }
            routes.push(PlannedRoute::new(Owner::Module(name), route));
        }
    }
    exempt(modules, &mut routes, problems);
    check_names(&routes, problems);
    check_conflicts(&routes, problems);
    routes
}

/// The names of the routes of each linked module, active or not, which templates may use. Routes
/// from the hook of an inactive module are not included.
pub(super) fn names_of_linked(
    modules: &PlannedModules,
    routes: &[PlannedRoute],
) -> BTreeMap<&'static str, Vec<String>> {
    let names = |module: &PlannedModule| -> Vec<String> {
        if !module.active {
            let routes = module.registration.module.routes().into_iter();
            return routes.filter_map(|route| Some(route.name?.into_owned())).collect();
        }
        let own = routes.iter().filter(|route| route.owner == Owner::Module(module.name()));
        own.filter_map(|route| Some(route.route.name.as_ref()?.to_string())).collect()
    };
    modules.iter().map(|module| (module.name(), names(module))).collect()
}

/// Moves a route below `base`.
fn rebased(
    base: &str,
    route: Route,
    module: &'static str,
    problems: &mut Vec<Problem>,
) -> Option<Route> {
    let described = route.to_string();
    match route.map_base(|inner| format!("{base}{inner}")) {
        Ok(route) => Some(route),
        Err(error) => {
            let message = format!("`{module}` mounts {described} at `{base}`: {error}");
            let hint = "a base is a path without parameters or a query";
            problems.push(Problem::error("routes.E006", message).module(module).hint(hint));
            None
        }
    }
}

/// Marks the routes without CSRF protection.
fn exempt(modules: &PlannedModules, routes: &mut [PlannedRoute], problems: &mut Vec<Problem>) {
    for module in modules.active() {
        for name in module.registration.module.csrf_exempt() {
            let is_meant = |route: &&mut PlannedRoute| {
                route.owner == Owner::Module(module.name())
                    && route.route.name.as_deref() == Some(*name)
            };
            let mut meant = routes.iter_mut().filter(is_meant).peekable();
            if meant.peek().is_none() {
                let message = format!("`{}` has no route `{name}` to exempt", module.name());
                let hint = "csrf_exempt lists names of handlers";
                let problem = Problem::error("routes.E010", message).module(module.name());
                problems.push(problem.hint(hint));
            }
            meant.for_each(|route| route.csrf_exempt = true);
        }
    }
}

fn check_names(routes: &[PlannedRoute], problems: &mut Vec<Problem>) {
    let mut by_name: BTreeMap<&str, &PlannedRoute> = BTreeMap::new();
    for route in routes {
        let Some(name) = route.name.as_deref() else { continue };
        if let Some(first) = by_name.insert(name, route) {
            let message = format!(
                "two routes have the name `{name}`: {} {} and {} {}",
                first.route.method,
                first.route.uri.path(),
                route.route.method,
                route.route.uri.path(),
            );
            let hint = "a route has its handler's name: rename one of the functions";
            let problem = Problem::error("routes.E004", message);
            problems.push(problem.module(route.owner.name()).hint(hint));
        }
    }
}

/// Reports each pair of routes that conflict.
fn check_conflicts(routes: &[PlannedRoute], problems: &mut Vec<Problem>) {
    for (index, a) in routes.iter().enumerate() {
        for b in &routes[index + 1..] {
            if !methods_overlap(a.route.method, b.route.method) || !a.path.overlaps(&b.path) {
                continue;
            }
            if a.owner != b.owner {
                let message = format!("{} answers addresses of {}", a.describe(), b.describe());
                let hint = "move one of them to another mount, or give it another path";
                let problem = Problem::error("routes.E002", message).hint(hint);
                problems.push(problem.module(a.owner.name()).module(b.owner.name()));
            } else if collides(&a.route, &b.route) {
                let message = format!("{} and {} are alike", a.describe(), b.describe());
                let hint = "give one of them another path or rank";
                let problem = Problem::error("routes.E003", message).hint(hint);
                problems.push(problem.module(a.owner.name()));
            }
        }
    }
}

/// Returns `true` if Rocket could not choose between two overlapping routes of one owner.
fn collides(a: &Route, b: &Route) -> bool {
    let formats_differ = match (&a.format, &b.format) {
        (Some(a), Some(b)) => {
            let alike = |a: &str, b: &str| a == "*" || b == "*" || a.eq_ignore_ascii_case(b);
            !(alike(a.top().as_str(), b.top().as_str())
                && alike(a.sub().as_str(), b.sub().as_str()))
        }
        _ => false,
    };
    a.method == b.method && a.rank == b.rank && !formats_differ
}
