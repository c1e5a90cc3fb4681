//! Additions of modules to the registrations of others in the admin.

use std::collections::BTreeMap;

use crate::planned::{PlannedModule, PlannedModules};
use module_api::Problem;
use module_api::admin::{AdminExtension, InlineRelation, ModelAdmin, RegisteredModels};
use module_api::model::Models;

/// The module of each part of a registration, by the model, the kind of part and its name.
type Origins = BTreeMap<(&'static str, &'static str, String), &'static str>;

/// Extends the registrations, in the order in which the modules start.
pub(super) fn apply(
    modules: &PlannedModules,
    models: &Models,
    registered: &mut RegisteredModels,
    problems: &mut Vec<Problem>,
) {
    let mut origins = Origins::new();
    for planned in modules.active() {
        let name = planned.name();
        for extension in planned.registration.module.extend_admin() {
            let label = extension.label;
            let found = registered.0.iter_mut().find(|other| is_label(&other.admin, label));
            let Some(target) = found else {
                problems.extend(absent(modules, planned, &extension));
                continue;
            };
            if !planned.knows(target.module) {
                problems.push(unknown_owner(name, target.module, label));
                continue;
            }
            let added = extension.alone(target.admin.model);
            for part in parts(&target.admin) {
                origins.entry(part).or_insert(target.module);
            }
            let fields = added.fieldsets.iter().flat_map(|fieldset| &fieldset.fields);
            let model = target.admin.model.label;
            let fields = fields.map(|field| (model, "field in a fieldset", (*field).to_owned()));
            let mut is_clear = true;
            for part in parts(&added).chain(fields) {
                let (_, kind, part_name) = part.clone();
                if let Some(first) = origins.insert(part, name) {
                    problems.push(conflict(first, name, (label, kind, &part_name)));
                    is_clear = false;
                }
            }
            for mistake in added.mistakes() {
                let message = format!("the extension of `{label}` is wrong: {mistake}");
                let hint = "write a field as Django does: `city`, `address__city`";
                problems.push(Problem::error("admin.E003", message).module(name).hint(hint));
            }
            for inline in added.inlines.iter().filter(|inline| !models.contains(inline.model)) {
                let message = format!(
                    "`{name}` extends `{label}` by `{}`, which no active module brings",
                    inline.model.label
                );
                let hint = "name the model in Module::models";
                problems.push(Problem::error("admin.E002", message).module(name).hint(hint));
            }
            if is_clear {
                target.admin.extend(&extension);
            }
        }
    }
}

fn is_label(admin: &ModelAdmin, label: &str) -> bool {
    admin.model.label.eq_ignore_ascii_case(label)
}

/// The parts of a registration whose names have to be unique.
fn parts(admin: &ModelAdmin) -> impl Iterator<Item = (&'static str, &'static str, String)> {
    let label = admin.model.label;
    let columns = admin.list_display.iter().map(|column| ("column", column.name().to_owned()));
    let actions = admin.actions.iter().map(|action| ("action", action.name.to_owned()));
    let inlines = admin.inlines.iter().map(|inline| {
        let (InlineRelation::Rows { foreign_key, .. } | InlineRelation::Target { foreign_key }) =
            inline.relation;
        ("inline", format!("{} by {foreign_key}", inline.model.label))
    });
    columns.chain(actions).chain(inlines).map(move |(kind, name)| (label, kind, name))
}

/// The problem of an extension of a model that no active module registers; `None` if its module is
/// inactive, and only used by the extending module.
fn absent(
    modules: &PlannedModules,
    planned: &PlannedModule,
    extension: &AdminExtension,
) -> Option<Problem> {
    let (name, label) = (planned.name(), extension.label);
    let registers = |other: &&PlannedModule| {
        other.registration.module.admin().iter().any(|admin| is_label(admin, label))
    };
    if let Some(owner) = modules.iter().find(registers) {
        return (!planned.knows(owner.name())).then(|| unknown_owner(name, owner.name(), label));
    }
    let is_there = |used: &&'static str| modules.named(used).is_some();
    if !planned.registration.module.uses().iter().all(is_there) {
        return None;
    }
    let message = format!("`{name}` extends `{label}` in the admin, which no module registers");
    let hint = "write the label as its model does: `lettings.letting`";
    Some(Problem::error("admin.E006", message).module(name).hint(hint))
}

fn unknown_owner(name: &'static str, owner: &'static str, label: &str) -> Problem {
    let message =
        format!("`{name}` extends `{label}` of `{owner}` in the admin, which it does not know");
    let hint = format!("name `{owner}` in Module::requires or Module::uses of `{name}`");
    Problem::error("admin.E005", message).module(name).module(owner).hint(hint)
}

fn conflict(
    first: &'static str,
    second: &'static str,
    (label, kind, part): (&str, &str, &str),
) -> Problem {
    let message =
        format!("`{first}` and `{second}` both give `{label}` in the admin the {kind} `{part}`");
    let problem = Problem::error("admin.E007", message).module(first);
    let problem = if first == second { problem } else { problem.module(second) };
    problem.hint("rename one of them, or leave it out")
}
