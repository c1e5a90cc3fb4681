//! The sections that the active modules add to pages of others.

use std::collections::BTreeMap;

use module_api::{Problem, Section, suggestion};

use crate::planned::PlannedModules;
use crate::templates::TemplateSet;

/// The sections of each route with their modules, in the order in which these start.
pub(crate) type PlannedSections = BTreeMap<String, Vec<(&'static str, Section)>>;

pub(super) fn collect(
    modules: &PlannedModules,
    templates: &TemplateSet,
    problems: &mut Vec<Problem>,
) -> PlannedSections {
    let places = templates.places();
    let mut sections = PlannedSections::new();
    for planned in modules.active() {
        let name = planned.name();
        for section in planned.registration.module.sections() {
            let Section { place, template, .. } = section;
            let namespace = place.split(':').next().unwrap_or_default();
            if !planned.knows(namespace) {
                let message = format!(
                    "`{name}` has a section for `{place}` of `{namespace}`, which it neither \
                     requires nor uses"
                );
                let hint = format!("add `{namespace}` to requires() or uses()");
                let problem = Problem::error("sections.E001", message).module(name);
                problems.push(problem.module(namespace).hint(hint));
                continue;
            }
            if templates.chain(template).is_empty() {
                let message = format!(
                    "the section of `{name}` for `{place}`: there is no template `{template}`"
                );
                let hint = suggestion(template, templates.names());
                problems.push(Problem::error("sections.E003", message).module(name).hint(hint));
            }
            if modules.active().all(|module| module.name() != namespace) {
                continue;
            }
            if !places.contains(place) {
                let message =
                    format!("`{name}` has a section for `{place}`, a place that no template has");
                let hint = suggestion(place, places.iter().map(String::as_str));
                problems.push(Problem::error("sections.E002", message).module(name).hint(hint));
            }
            sections.entry(section.route().to_owned()).or_default().push((name, section));
        }
    }
    sections
}
