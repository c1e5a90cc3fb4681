//! The graph of migrations: their dependencies, and the order that follows from them.

mod edges;

use std::collections::{BTreeMap, BTreeSet};

use module_api::db::DatabaseKind;
use module_api::{Migration, MigrationFiles, MigrationId, Problem};
use sha2::{Digest, Sha256};

/// The module name of the host's own migrations. The first of them creates the ledger.
pub const HOST: &str = "host";

/// The module name of the site's migrations.
pub const SITE: &str = "site";

/// Returns `true` for the names of the host and the site, which have migrations but are not modules.
pub fn is_no_module(name: &str) -> bool {
    name == HOST || name == SITE
}

/// The migrations of one module, of the host, or of the site.
///
/// See [`MigrationGraph`] for an example.
#[derive(Debug, Clone)]
pub struct ModuleMigrations {
    /// The module.
    pub module: &'static str,
    /// The modules that it requires.
    pub requires: &'static [&'static str],
    /// The migrations, sorted by name.
    pub migrations: Vec<Migration>,
}

/// The checksum of a migration without SQL.
const CODE_ONLY: &str = "code";

/// A migration and its place among all others.
///
/// See [`MigrationGraph`] for an example.
#[derive(Debug, Clone)]
pub struct PlannedMigration {
    /// The module, `host`, or `site`.
    pub module: &'static str,
    /// The files and code.
    pub migration: Migration,
    /// `true` for the first migration of its module.
    pub is_initial: bool,
    /// The places of its dependencies, all of them before its own.
    pub depends: Vec<usize>,
}

impl PlannedMigration {
    /// Returns `true` for a migration of the site for tables of modules. It is part of the graph while
    /// these are active, and so may be applied later than the site's others.
    pub fn is_conditional(&self) -> bool {
        self.module == SITE && self.migration.depends.iter().any(|id| id.module != SITE)
    }

    /// The module and the name.
    pub fn id(&self) -> MigrationId {
        MigrationId::new(self.module, &*self.migration.name)
    }

    /// SHA-256 of the SQL that applies it, in hexadecimal digits.
    pub fn checksum(&self, database: DatabaseKind) -> String {
        if self.migration.files == MigrationFiles::None {
            return CODE_ONLY.to_owned();
        }
        hex::encode(Sha256::digest(self.migration.sql(database)))
    }
}

/// All migrations, in the order in which they run: the host's, then the modules' in the order in which
/// these start, as far as dependencies permit.
///
/// ```
/// use migrate::{Direction, MigrationGraph, ModuleMigrations};
/// use module_api::{Files, migrations_with_code};
///
/// let files = Files::inline(&[
///     ("0001_initial.sql", b"CREATE TABLE guest (id integer PRIMARY KEY);"),
///     ("0002_name.sql", b"ALTER TABLE guest ADD COLUMN name text;"),
/// ]);
/// let migrations = migrations_with_code(&files, Vec::new()).unwrap();
/// let guests = ModuleMigrations { module: "guests", requires: &[], migrations };
///
/// let mut problems = Vec::new();
/// let graph = MigrationGraph::build(vec![guests], &["guests"], &mut problems);
/// assert!(problems.is_empty());
/// assert_eq!(graph.at(1).id().to_string(), "guests 0002_name");
/// assert_eq!(graph.closure([1], Direction::Forward).len(), 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct MigrationGraph(Vec<PlannedMigration>);

impl MigrationGraph {
    /// Orders migrations. `linked` names all linked modules. Migrations that cannot be ordered are
    /// reported and left out.
    pub fn build(
        modules: Vec<ModuleMigrations>,
        linked: &[&str],
        problems: &mut Vec<Problem>,
    ) -> Self {
        build(modules, linked, problems)
    }

    /// All migrations, in order.
    pub fn all(&self) -> &[PlannedMigration] {
        &self.0
    }

    /// The renamed models, in the order of the migrations: their old labels and their new ones.
    pub fn renames(&self) -> Vec<(String, String)> {
        self.all().iter().flat_map(|planned| planned.migration.renames.clone()).collect()
    }

    /// The migration at a place.
    pub fn at(&self, place: usize) -> &PlannedMigration {
        &self.0[place]
    }

    /// The places of a module's migrations.
    pub fn of_module(&self, module: &str) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.0.len()).filter(move |place| self.0[*place].module == module)
    }

    /// These migrations and all their dependencies, or, backward, all their dependents.
    pub fn closure(
        &self,
        places: impl IntoIterator<Item = usize>,
        direction: Direction,
    ) -> BTreeSet<usize> {
        let mut found: BTreeSet<usize> = places.into_iter().collect();
        match direction {
            Direction::Forward => {
                for place in (0..self.0.len()).rev() {
                    if found.contains(&place) {
                        found.extend(&self.0[place].depends);
                    }
                }
            }
            Direction::Backward => {
                for place in 0..self.0.len() {
                    if self.0[place].depends.iter().any(|before| found.contains(before)) {
                        found.insert(place);
                    }
                }
            }
        }
        found
    }
}

/// The direction of a migration.
///
/// See [`MigrationGraph`] for an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Migrations are applied.
    Forward,
    /// Migrations are unapplied.
    Backward,
}

/// Builds the graph. Migrations that cannot be ordered are reported and left out.
fn build(
    modules: Vec<ModuleMigrations>,
    linked: &[&str],
    problems: &mut Vec<Problem>,
) -> MigrationGraph {
    let mut nodes: Vec<PlannedMigration> = Vec::new();
    let mut requires: BTreeMap<&'static str, &'static [&'static str]> = BTreeMap::new();
    for of_module in &modules {
        requires.insert(of_module.module, of_module.requires);
    }
    for mut of_module in modules {
        let module = of_module.module;
        if module == SITE {
            let waits = |id: &MigrationId| {
                !requires.contains_key(&*id.module) && linked.contains(&&*id.module)
            };
            of_module.migrations.retain(|migration| !migration.depends.iter().any(waits));
        }
        let first = of_module.migrations.first().map(|first| first.name[..4].to_owned());
        nodes.extend(of_module.migrations.into_iter().map(|migration| PlannedMigration {
            module,
            is_initial: first.as_deref() == Some(&migration.name[..4]),
            migration,
            depends: Vec::new(),
        }));
    }
    edges::add_declared(&mut nodes, &requires, linked, problems);
    edges::add_by_number(&mut nodes);
    add_required(&mut nodes, &requires);
    let (order, cycle) = order(&nodes);
    if let Some(cycle) = cycle {
        problems.push(cycle_problem(&nodes, &cycle));
    } else {
        edges::check_leaves(&nodes, &order, problems);
    }
    arrange(nodes, &order)
}

/// Adds dependencies: of the first migrations of a module on the first ones of each module that it
/// requires, and of all on the host's, which creates the ledger.
fn add_required(
    nodes: &mut [PlannedMigration],
    requires: &BTreeMap<&'static str, &'static [&'static str]>,
) {
    let mut initial: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    for (place, node) in nodes.iter().enumerate().filter(|(_, node)| node.is_initial) {
        initial.entry(node.module).or_default().push(place);
    }
    for node in nodes.iter_mut().filter(|node| node.is_initial && node.module != HOST) {
        for required in std::iter::once(&HOST).chain(requires[node.module]) {
            node.depends.extend(initial.get(required).into_iter().flatten());
        }
    }
}

/// The topological order of the nodes, otherwise as they come. The second value is a cycle, if there
/// is one.
fn order(nodes: &[PlannedMigration]) -> (Vec<usize>, Option<Vec<usize>>) {
    let mut missing: Vec<usize> = nodes.iter().map(|node| node.depends.len()).collect();
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (place, node) in nodes.iter().enumerate() {
        for before in &node.depends {
            dependents[*before].push(place);
        }
    }
    let mut ready: BTreeSet<usize> =
        (0..nodes.len()).filter(|place| missing[*place] == 0).collect();
    let mut order = Vec::new();
    while let Some(place) = ready.pop_first() {
        order.push(place);
        for dependent in &dependents[place] {
            missing[*dependent] -= 1;
            if missing[*dependent] == 0 {
                ready.insert(*dependent);
            }
        }
    }
    let waiting: BTreeSet<usize> = (0..nodes.len()).filter(|place| missing[*place] > 0).collect();
    let cycle = find_cycle(nodes, &waiting);
    (order, cycle)
}

/// A path from a node back to itself, through nodes that wait for each other.
fn find_cycle(nodes: &[PlannedMigration], waiting: &BTreeSet<usize>) -> Option<Vec<usize>> {
    let mut way = vec![*waiting.first()?];
    loop {
        let last = *way.last().expect("it begins with one");
        let next = *nodes[last].depends.iter().find(|before| waiting.contains(before))?;
        let start = way.iter().position(|place| *place == next);
        way.push(next);
        if let Some(start) = start {
            return Some(way.split_off(start));
        }
    }
}

fn cycle_problem(nodes: &[PlannedMigration], cycle: &[usize]) -> Problem {
    let names: Vec<String> =
        cycle.iter().map(|place| format!("`{}`", nodes[*place].id())).collect();
    let message = format!("migrations depend on each other: {}", names.join(" → "));
    let hint = "take one of the lines `-- depends:` or `-- before:` away, or split a migration";
    let modules: BTreeSet<&str> = cycle.iter().map(|place| nodes[*place].module).collect();
    let problem = Problem::error("migrations.E005", message).hint(hint);
    modules.into_iter().fold(problem, Problem::module)
}

/// The graph of the nodes in this order, with the places of their dependencies.
fn arrange(nodes: Vec<PlannedMigration>, order: &[usize]) -> MigrationGraph {
    let places: BTreeMap<usize, usize> =
        order.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let mut nodes: Vec<(usize, PlannedMigration)> = nodes
        .into_iter()
        .enumerate()
        .filter_map(|(old, mut node)| {
            let depends = node.depends.iter().filter_map(|before| places.get(before).copied());
            node.depends = depends.collect::<BTreeSet<_>>().into_iter().collect();
            Some((*places.get(&old)?, node))
        })
        .collect();
    nodes.sort_by_key(|(place, _)| *place);
    MigrationGraph(nodes.into_iter().map(|(_, node)| node).collect())
}
