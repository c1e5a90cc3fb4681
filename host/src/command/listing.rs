//! `check`, `modules` and `routes`: print the plan.

use std::process::ExitCode;

use module_api::{Problem, Severity};
use serde::Serialize;

use super::OutputFormat;
use super::output;
use crate::plan::Plan;

#[derive(Serialize)]
struct ModuleRow<'a> {
    name: &'a str,
    title: String,
    version: &'a str,
    mount: &'a str,
    active: bool,
    requires: &'a [&'a str],
    uses: &'a [&'a str],
}

#[derive(Serialize)]
struct RouteRow<'a> {
    module: &'a str,
    name: Option<&'a str>,
    method: &'a str,
    path: String,
    rank: isize,
}

/// Prints the problems of a site's plan, and further ones. The exit status is 1 if there is an error
/// among them.
pub(super) fn check(
    plan: &Result<Plan, Vec<Problem>>,
    more: &[Problem],
    format: OutputFormat,
) -> ExitCode {
    let problems = match plan {
        Ok(plan) => &plan.warnings,
        Err(problems) => problems,
    };
    let problems = [&problems[..], more].concat();
    if format == OutputFormat::Json {
        output::json(&problems);
    } else if let (Ok(plan), true) = (plan, problems.is_empty()) {
        let (modules, routes) = (plan.active().count(), plan.routes.len());
        output::line(&format!("no problems in {modules} active modules with {routes} routes"));
    } else {
        output::print_problems(&problems);
    }
    let is_error = |problem: &Problem| problem.severity == Severity::Error;
    if plan.is_ok() && !more.iter().any(is_error) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints the linked modules.
pub(super) fn modules(plan: &Plan, format: OutputFormat) {
    let rows = plan.modules.iter().map(|planned| {
        let module = planned.registration.module;
        ModuleRow {
            name: planned.name(),
            title: module.title().into_owned(),
            version: planned.registration.version(),
            mount: &planned.mount,
            active: planned.active,
            requires: module.requires(),
            uses: module.uses(),
        }
    });
    let rows: Vec<ModuleRow<'_>> = rows.collect();
    if format == OutputFormat::Json {
        return output::json(&rows);
    }
    let cells = rows.iter().map(|row| {
        [
            row.name.to_owned(),
            row.title.clone(),
            row.version.to_owned(),
            row.mount.to_owned(),
            if row.active { "yes" } else { "no" }.to_owned(),
            row.requires.join(", "),
            row.uses.join(", "),
        ]
    });
    let heading = ["NAME", "TITLE", "VERSION", "MOUNT", "ACTIVE", "REQUIRES", "USES"];
    output::table(heading, &cells.collect::<Vec<_>>());
}

/// Prints the routes of the site.
pub(super) fn routes(plan: &Plan, format: OutputFormat) {
    let rows = plan.routes.iter().map(|planned| RouteRow {
        module: planned.owner_name(),
        name: planned.name.as_deref(),
        method: planned.route.method.as_str(),
        path: planned.pattern.to_string(),
        rank: planned.route.rank,
    });
    let rows: Vec<RouteRow<'_>> = rows.collect();
    if format == OutputFormat::Json {
        return output::json(&rows);
    }
    let cells = rows.iter().map(|row| {
        [
            row.module.to_owned(),
            row.name.unwrap_or_default().to_owned(),
            row.method.to_owned(),
            row.path.clone(),
            row.rank.to_string(),
        ]
    });
    output::table(["MODULE", "NAME", "METHOD", "PATH", "RANK"], &cells.collect::<Vec<_>>());
}
