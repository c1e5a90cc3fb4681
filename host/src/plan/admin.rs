//! The models that the active modules register in the admin.

use super::admin_extensions;
use crate::planned::PlannedModules;
use module_api::Problem;
use module_api::admin::{RegisteredModel, RegisteredModels};
use module_api::model::{ModelInfo, Models, Path};

/// The registrations of the active modules, in the order in which these start.
pub(super) fn collect(
    modules: &PlannedModules,
    models: &Models,
    problems: &mut Vec<Problem>,
) -> RegisteredModels {
    let mut registered = RegisteredModels::default();
    for planned in modules.active() {
        let module = planned.registration.module;
        for admin in module.admin() {
            let (name, label) = (planned.name(), admin.model.label);
            if let Some(first) = registered.of(admin.model) {
                let message = format!(
                    "`{}` and `{name}` both register the model `{label}` in the admin",
                    first.module
                );
                let problem = Problem::error("admin.E001", message).module(first.module);
                let problem = if first.module == name { problem } else { problem.module(name) };
                problems.push(problem.hint("leave it to one of them"));
                continue;
            }
            if !models.contains(admin.model) {
                let message =
                    format!("`{name}` registers `{label}`, which no active module brings");
                let hint = "name the model in Module::models";
                problems.push(Problem::error("admin.E002", message).module(name).hint(hint));
            }
            for mistake in admin.mistakes() {
                let message = format!("the registration of `{label}` is wrong: {mistake}");
                let hint = "write a field as Django does: `city`, `address__city`";
                problems.push(Problem::error("admin.E003", message).module(name).hint(hint));
            }
            let module_title = module.title().into_owned();
            registered.0.push(RegisteredModel { module: name, module_title, admin });
        }
    }
    admin_extensions::apply(modules, models, &mut registered, problems);
    check_autocomplete(&registered, problems);
    registered
}

/// The search fields of each model, as paths.
pub(super) fn searched(registered: &RegisteredModels) -> Vec<(&'static ModelInfo, Vec<Path>)> {
    let of_model = |RegisteredModel { admin, .. }: &RegisteredModel| {
        let names = admin.search_fields.iter().map(|name| name.trim_start_matches(['^', '=']));
        let names = names.filter(|name| admin.password != Some(*name));
        let paths = names.filter_map(|name| Path::parse(admin.model, name).ok()).collect();
        (admin.model, paths)
    };
    registered.0.iter().map(of_model).collect()
}

/// Checks that models selected by search can be searched.
fn check_autocomplete(registered: &RegisteredModels, problems: &mut Vec<Problem>) {
    for RegisteredModel { module, admin, .. } in &registered.0 {
        for name in &admin.autocomplete {
            let field = admin.model.field(name);
            let Some(key) = field.and_then(|field| field.foreign_key()) else { continue };
            let target = (key.target)();
            let searched = registered.of(target).map(|other| &other.admin.search_fields);
            if searched.is_none_or(Vec::is_empty) {
                let message = format!(
                    "`{}` offers `{name}` by search, but `{}` is not registered with search fields",
                    admin.model.label, target.label
                );
                let hint = "give the other model search_fields, or leave out autocomplete";
                problems.push(Problem::error("admin.E004", message).module(*module).hint(hint));
            }
        }
    }
}
