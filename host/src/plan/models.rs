//! The models of the active modules, with unique labels and tables.

use std::collections::BTreeMap;

use crate::planned::PlannedModules;
use module_api::Problem;
use module_api::model::{ModelInfo, Models};

/// The models of the active modules, in the order in which these start.
pub(super) fn collect(modules: &PlannedModules, problems: &mut Vec<Problem>) -> Models {
    // Labels are compared in lower case, as everywhere.
    let mut labels: BTreeMap<String, &'static str> = BTreeMap::new();
    let mut tables: BTreeMap<&'static str, (&'static str, &'static str)> = BTreeMap::new();
    let mut models: Vec<&'static ModelInfo> = Vec::new();
    for module in modules.active() {
        let name = module.name();
        for model in module.registration.module.models() {
            if let Some(first) = labels.insert(model.label.to_ascii_lowercase(), name) {
                let message = format!("`{first}` and `{name}` both have a model `{}`", model.label);
                let hint = "a label is the app and the model's name: give one of them another";
                problems.push(both("models.E001", message, first, name).hint(hint));
                continue;
            }
            let between = model.many_to_many.iter().map(|field| field.table);
            for table in std::iter::once(model.table).chain(between) {
                if let Some((first, other)) = tables.insert(table, (name, model.label)) {
                    let message = format!(
                        "the models `{other}` of `{first}` and `{}` of `{name}` both have the \
                         table `{table}`",
                        model.label
                    );
                    let hint = "give one of them another table";
                    problems.push(both("models.E002", message, first, name).hint(hint));
                }
            }
            models.push(model);
        }
    }
    Models::new(models)
}

/// A problem of two modules, or of one module.
fn both(id: &str, message: String, first: &'static str, second: &'static str) -> Problem {
    let problem = Problem::error(id, message).module(first);
    if first == second { problem } else { problem.module(second) }
}
