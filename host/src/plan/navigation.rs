//! The site's navigation, collected from the active modules.

use crate::planned::{PlannedItem, PlannedModules};
use module_api::{Problem, Urls};

/// The links of the active modules, by weight; of equal weight the link to the home page comes first,
/// then the others in the order of the modules.
pub(super) fn resolve(
    modules: &PlannedModules,
    urls: &Urls,
    problems: &mut Vec<Problem>,
) -> Vec<PlannedItem> {
    let mut items = Vec::new();
    for module in modules.active() {
        let name = module.name();
        for (index, item) in module.registration.module.navigation().into_iter().enumerate() {
            let namespace = item.route.split(':').next().unwrap_or_default();
            if !module.knows(namespace) {
                let message = format!(
                    "the navigation item `{}` of `{name}` leads to `{namespace}`, which it neither \
                     requires nor uses",
                    item.label,
                );
                let hint = format!("add `{namespace}` to requires() or uses()");
                let problem = Problem::error("routes.E005", message).module(name);
                problems.push(problem.module(namespace).hint(hint));
                continue;
            }
            match urls.url(&item.route, &[]) {
                Ok(url) => {
                    let planned = PlannedItem {
                        module: name,
                        id: (index == 0).then_some(name),
                        label: item.label.into_owned(),
                        url,
                        summary: item.summary.into_owned(),
                        visibility: item.visibility,
                    };
                    items.push((item.weight, planned));
                }
                Err(error) => {
                    let message =
                        format!("the navigation item `{}` of `{name}`: {error}", item.label);
                    let hint = "name a route of the module that has no parameters";
                    problems.push(Problem::error("routes.E005", message).module(name).hint(hint));
                }
            }
        }
    }
    items.sort_by_key(|(weight, item)| (*weight, item.url != "/"));
    items.into_iter().map(|(_, item)| item).collect()
}
