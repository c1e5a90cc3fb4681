//! The steps from the ledger's state to the requested one, as a pure function of the graph and the
//! ledger.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::error::MigrateError;
use crate::graph::{Direction, HOST, MigrationGraph};
use crate::ledger::Ledger;
use crate::target::Target;

/// A step, in a transaction of its own.
///
/// ```
/// use migrate::{Action, Ledger, MigrationGraph, ModuleMigrations, Request, find_steps};
/// use module_api::{Files, migrations_with_code};
/// # use module_api::db::Db;
/// # module_api::rocket::async_test(async {
/// # let options = module_api::rocket::figment::Figment::from(("url", "sqlite::memory:"));
/// # let options: module_api::db::DatabaseOptions = options.extract()?;
/// # let db = Db::from(module_api::db::DbPool::open(options.location()?, &options).await?);
///
/// let files = Files::inline(&[("0001_initial.sql", b"CREATE TABLE guest (id integer);")]);
/// let migrations = migrations_with_code(&files, Vec::new()).unwrap();
/// let guests = ModuleMigrations { module: "guests", requires: &[], migrations };
/// let graph = MigrationGraph::build(vec![guests], &["guests"], &mut Vec::new());
///
/// assert!(!Ledger::read(&db).await?.has(graph.at(0)));
/// let steps = find_steps(&db, &graph, Request::ALL).await?;
/// assert_eq!((steps[0].action, steps[0].place), (Action::Apply, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The action.
    pub action: Action,
    /// The place of the migration.
    pub place: usize,
}

/// The action for a migration.
///
/// See [`Step`] for an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Run it and record it.
    Apply,
    /// Unapply it and remove it from the ledger.
    Unapply,
    /// Record it without running it.
    Fake,
    /// Remove it from the ledger without unapplying it.
    Unfake,
    /// Record it without running it, since its tables exist.
    Adopt,
}

impl Action {
    /// The direction of the action.
    pub fn direction(self) -> Direction {
        match self {
            Self::Apply | Self::Fake | Self::Adopt => Direction::Forward,
            Self::Unapply | Self::Unfake => Direction::Backward,
        }
    }

    /// Returns the word for the executed step.
    pub fn done(self) -> &'static str {
        match self {
            Self::Apply => "applied",
            Self::Unapply => "unapplied",
            Self::Fake => "faked",
            Self::Unfake => "unfaked",
            Self::Adopt => "adopted",
        }
    }
}

impl fmt::Display for Action {
    /// Writes the word for the step before it is executed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Apply => "apply",
            Self::Unapply => "unapply",
            Self::Fake => "fake",
            Self::Unfake => "unfake",
            Self::Adopt => "adopt",
        })
    }
}

/// The steps to a target.
///
/// Forward, these are the target and its dependencies, as far as they are not applied. Backward,
/// these are the migrations after the target in its module and all their dependents, in reverse
/// order.
pub(crate) fn steps(
    graph: &MigrationGraph,
    ledger: &Ledger,
    target: Target,
    fake: bool,
) -> Result<Vec<Step>, MigrateError> {
    check_consistent(graph, ledger, target)?;
    let is_applied = |place: &usize| ledger.has(graph.at(*place));
    let (direction, places) = match target {
        Target::All => (Direction::Forward, (0..graph.all().len()).collect()),
        Target::Module(module) => {
            (Direction::Forward, graph.closure(graph.of_module(module), Direction::Forward))
        }
        Target::Migration(place) if !is_applied(&place) => {
            (Direction::Forward, graph.closure([place], Direction::Forward))
        }
        Target::Migration(place) => {
            let module = graph.at(place).module;
            let mut later = graph.closure([place], Direction::Backward);
            later.retain(|later| *later != place && graph.at(*later).module == module);
            (Direction::Backward, graph.closure(later, Direction::Backward))
        }
        Target::Zero(module) => {
            (Direction::Backward, graph.closure(graph.of_module(module), Direction::Backward))
        }
    };
    let steps: Vec<Step> = match direction {
        Direction::Forward => {
            let places = places.into_iter().filter(|place| !is_applied(place));
            places
                .map(|place| Step { action: forward(graph, ledger, place, fake), place })
                .collect()
        }
        Direction::Backward => {
            let places = places.into_iter().rev().filter(is_applied);
            let action = if fake { Action::Unfake } else { Action::Unapply };
            places.map(|place| Step { action, place }).collect()
        }
    };
    check_reversible(graph, ledger, &steps)?;
    Ok(steps)
}

fn forward(graph: &MigrationGraph, ledger: &Ledger, place: usize, fake: bool) -> Action {
    let migration = graph.at(place);
    // The migration that creates the ledger cannot be recorded unless it has run.
    let makes_ledger = migration.module == HOST && migration.is_initial && !ledger.exists;
    if fake && !makes_ledger { Action::Fake } else { Action::Apply }
}

/// Fails if a migration is applied and one of its dependencies is not. A run for the module of the
/// missing one applies it late.
fn check_consistent(
    graph: &MigrationGraph,
    ledger: &Ledger,
    target: Target,
) -> Result<(), MigrateError> {
    let named = target.module(graph);
    for migration in graph.all().iter().filter(|migration| ledger.has(migration)) {
        for place in &migration.depends {
            let before = graph.at(*place);
            let may_be_late = before.is_conditional() || named == Some(before.module);
            if !ledger.has(before) && !may_be_late {
                return Err(MigrateError::Inconsistent {
                    applied: migration.id(),
                    depends: before.id(),
                });
            }
        }
    }
    Ok(())
}

/// Fails if a migration is to be unapplied that cannot be.
fn check_reversible(
    graph: &MigrationGraph,
    ledger: &Ledger,
    steps: &[Step],
) -> Result<(), MigrateError> {
    for step in steps {
        let migration = graph.at(step.place);
        let drops_ledger = step.action.direction() == Direction::Backward
            && migration.module == HOST
            && migration.is_initial
            && ledger.exists;
        let is_missing = step.action == Action::Unapply && !migration.migration.is_reversible();
        if is_missing || drops_ledger {
            return Err(MigrateError::Irreversible(migration.id()));
        }
    }
    Ok(())
}
