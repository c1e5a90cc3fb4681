//! Dependencies of migrations: declared ones, and those that follow from their numbers.

use std::collections::{BTreeMap, BTreeSet};

use module_api::host::how_to_link;
use module_api::{MigrationId, Problem, suggestion};

use super::PlannedMigration;

/// Adds the declared dependencies. Those on unknown migrations are reported.
pub(super) fn add_declared(
    nodes: &mut [PlannedMigration],
    active: &BTreeMap<&'static str, &'static [&'static str]>,
    linked: &[&str],
    problems: &mut Vec<Problem>,
) {
    let places: BTreeMap<MigrationId, usize> =
        nodes.iter().enumerate().map(|(place, node)| (node.id(), place)).collect();
    for place in 0..nodes.len() {
        let node = &nodes[place];
        let mut depends = Vec::new();
        for id in &node.migration.depends {
            match places.get(id) {
                Some(before) => depends.push(*before),
                None => problems.push(unknown(node, "depends on", id, &places, active, linked)),
            }
        }
        let mut after = Vec::new();
        for id in &node.migration.before {
            match places.get(id) {
                Some(later) => after.push(*later),
                None if !active.contains_key(&*id.module) => {}
                None => problems.push(unknown(node, "comes before", id, &places, active, linked)),
            }
        }
        nodes[place].depends.extend(depends);
        for later in after {
            nodes[later].depends.push(place);
        }
    }
}

fn unknown(
    node: &PlannedMigration,
    relation: &str,
    id: &MigrationId,
    places: &BTreeMap<MigrationId, usize>,
    active: &BTreeMap<&'static str, &'static [&'static str]>,
    linked: &[&str],
) -> Problem {
    let (what, hint) = if active.contains_key(&*id.module) {
        let names: Vec<&str> = places
            .keys()
            .filter(|known| known.module == id.module)
            .map(|known| &*known.name)
            .collect();
        let hint = format!("name a migration of `{}`; {}", id.module, suggestion(&id.name, names));
        ("which it does not have".to_owned(), hint)
    } else if linked.contains(&&*id.module) {
        let hint = format!("add it to `requires` of `{}`, and activate it", node.module);
        (format!("but `{}` is not active", id.module), hint)
    } else {
        let hint = format!(
            "{}, and name it in `requires` of `{}`; {}",
            how_to_link(&id.module),
            node.module,
            suggestion(&id.module, linked.iter().copied())
        );
        (format!("but `{}` is not linked", id.module), hint)
    };
    let message = format!(
        "migration `{}` of `{}` {relation} `{}` of `{}`, {what}",
        node.migration.name, node.module, id.name, id.module
    );
    let problem = Problem::error("migrations.E004", message).module(node.module).hint(hint);
    if node.module == id.module { problem } else { problem.module(&*id.module) }
}

/// Makes each migration depend on those of the previous number in its module.
pub(super) fn add_by_number(nodes: &mut [PlannedMigration]) {
    let mut previous: Vec<usize> = Vec::new();
    let mut current: Vec<usize> = Vec::new();
    for place in 0..nodes.len() {
        if let Some(last) = current.last() {
            let (last, node) = (&nodes[*last], &nodes[place]);
            if last.module != node.module {
                previous.clear();
                current.clear();
            } else if number(last) != number(node) {
                previous = std::mem::take(&mut current);
            }
        }
        current.push(place);
        nodes[place].depends.extend(&previous);
    }
}

/// Reports two migrations of a module with the same number, unless one depends on the other:
/// their order would be undefined.
pub(super) fn check_leaves(
    nodes: &[PlannedMigration],
    order: &[usize],
    problems: &mut Vec<Problem>,
) {
    for first in 0..nodes.len() {
        let same = |second: &PlannedMigration| {
            second.module == nodes[first].module && number(second) == number(&nodes[first])
        };
        let later = nodes.iter().enumerate().skip(first + 1).take_while(|(_, node)| same(node));
        for (second, node) in later {
            if depends(nodes, order, first, second) || depends(nodes, order, second, first) {
                continue;
            }
            let (module, name) = (node.module, &node.migration.name);
            let other = &nodes[first].migration.name;
            let message = format!("`{other}` and `{name}` of `{module}` have the same number");
            let hint = format!(
                "renumber one that was applied nowhere, or let it say that it comes after the \
                 other: `-- depends: {module} {other}`"
            );
            problems.push(Problem::error("migrations.E003", message).module(module).hint(hint));
        }
    }
}

/// Returns `true` if one depends on another, directly or transitively.
fn depends(nodes: &[PlannedMigration], order: &[usize], place: usize, on: usize) -> bool {
    let mut reached = BTreeSet::from([place]);
    for later in order.iter().rev() {
        if reached.contains(later) {
            reached.extend(&nodes[*later].depends);
        }
    }
    reached.contains(&on)
}

fn number(node: &PlannedMigration) -> &str {
    &node.migration.name[..4]
}
