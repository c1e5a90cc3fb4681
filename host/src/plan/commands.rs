//! The commands of the active modules, with unique names.

use std::collections::BTreeMap;

use module_api::{Command, Problem};

use crate::planned::PlannedModules;

/// The commands of the active modules.
pub(super) fn collect(
    modules: &PlannedModules,
    of_the_host: Vec<String>,
    problems: &mut Vec<Problem>,
) -> Vec<Command> {
    let mut owners: BTreeMap<String, &'static str> =
        of_the_host.into_iter().map(|name| (name, "host")).collect();
    let mut commands = Vec::new();
    for module in modules.active() {
        for command in module.registration.module.commands() {
            let aliases = command.definition.get_all_aliases().map(str::to_owned);
            let names: Vec<String> = aliases.chain([command.name().to_owned()]).collect();
            let taken = names.iter().find_map(|name| Some((name, owners.get(name)?)));
            if let Some((name, owner)) = taken {
                let message =
                    format!("`{owner}` and `{}` both have a command `{name}`", module.name());
                let hint = "rename one of them";
                let problem = Problem::error("modules.E009", message).module(*owner);
                problems.push(problem.module(module.name()).hint(hint));
                continue;
            }
            owners.extend(names.into_iter().map(|name| (name, module.name())));
            commands.push(command);
        }
    }
    commands
}
