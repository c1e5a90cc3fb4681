//! The target of a run: a module, and optionally a migration in it.

use module_api::suggestion;

use crate::graph::{HOST, MigrationGraph, SITE};

/// The word for the state before the first migration.
const ZERO: &str = "zero";

/// A linked module.
///
/// See [`Target`] for an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkedModule {
    /// The name.
    pub name: &'static str,
    /// `true` if it is active in the site.
    pub active: bool,
}

impl LinkedModule {
    /// The linked module with that name.
    ///
    /// # Errors
    ///
    /// [`TargetError::UnknownModule`].
    pub fn named(linked: &[Self], name: &str) -> Result<Self, TargetError> {
        linked.iter().copied().find(|module| module.name == name).ok_or_else(|| {
            let names: Vec<&str> = linked.iter().map(|module| module.name).collect();
            let hint = suggestion(name, names.into_iter().chain([HOST, SITE]));
            TargetError::UnknownModule { module: name.to_owned(), hint }
        })
    }
}

/// A target state of migrations.
///
/// ```
/// use migrate::{LinkedModule, MigrationGraph, ModuleMigrations, Target};
/// use module_api::{Files, migrations_with_code};
///
/// let files = Files::inline(&[("0001_initial.sql", b"CREATE TABLE guest (id integer);")]);
/// let migrations = migrations_with_code(&files, Vec::new()).unwrap();
/// let guests = ModuleMigrations { module: "guests", requires: &[], migrations };
/// let graph = MigrationGraph::build(vec![guests], &["guests"], &mut Vec::new());
/// let linked = [LinkedModule { name: "guests", active: true }];
///
/// let target = Target::read(&graph, &linked, Some("guests"), Some("0001"));
/// assert_eq!(target, Ok(Target::Migration(0)));
/// assert_eq!(Target::read(&graph, &linked, None, None), Ok(Target::All));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// All applied.
    All,
    /// All migrations of a module applied, and their dependencies.
    Module(&'static str),
    /// This migration applied as the last of its module.
    Migration(usize),
    /// No migration of a module applied.
    Zero(&'static str),
}

/// An error in the choice of a target.
///
/// Returned by [`Target::read`] and [`find_migration`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// No module has that name.
    #[error("no module `{module}` is linked; {hint}")]
    UnknownModule {
        /// The name.
        module: String,
        /// A suggestion.
        hint: String,
    },
    /// The module is linked but not active.
    #[error("`{0}` is linked, but not active: see `installed` and modules.{0}.enabled")]
    Inactive(String),
    /// The module has no migrations.
    #[error("`{0}` has no migrations")]
    NoMigrations(String),
    /// No migration of the module has that prefix.
    #[error("`{module}` has no migration whose name begins with `{prefix}`; {hint}")]
    UnknownMigration {
        /// The module.
        module: String,
        /// The given prefix.
        prefix: String,
        /// A suggestion.
        hint: String,
    },
    /// More than one migration has that prefix.
    #[error("more than one migration of `{module}` begins with `{prefix}`: {}", .names.join(", "))]
    AmbiguousMigration {
        /// The module.
        module: String,
        /// The given prefix.
        prefix: String,
        /// The migrations' names.
        names: Vec<String>,
    },
}

impl Target {
    /// Parses the names of a module and of one of its migrations.
    ///
    /// # Errors
    ///
    /// See [`TargetError`].
    pub fn read(
        graph: &MigrationGraph,
        linked: &[LinkedModule],
        module: Option<&str>,
        name: Option<&str>,
    ) -> Result<Self, TargetError> {
        let Some(module) = module else { return Ok(Self::All) };
        let module = active_module(linked, module)?;
        if graph.of_module(module).next().is_none() {
            return Err(TargetError::NoMigrations(module.to_owned()));
        }
        match name {
            None => Ok(Self::Module(module)),
            Some(ZERO) => Ok(Self::Zero(module)),
            Some(prefix) => find(graph, module, prefix).map(Self::Migration),
        }
    }

    /// The module of the target, if it has one.
    pub(crate) fn module(self, graph: &MigrationGraph) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::Module(module) | Self::Zero(module) => Some(module),
            Self::Migration(place) => Some(graph.at(place).module),
        }
    }
}

/// The place of the migration of a module with this name, or with this unique prefix.
///
/// # Errors
///
/// See [`TargetError`].
pub fn find_migration(
    graph: &MigrationGraph,
    linked: &[LinkedModule],
    module: &str,
    prefix: &str,
) -> Result<usize, TargetError> {
    let module = active_module(linked, module)?;
    if graph.of_module(module).next().is_none() {
        return Err(TargetError::NoMigrations(module.to_owned()));
    }
    find(graph, module, prefix)
}

fn find(graph: &MigrationGraph, module: &str, prefix: &str) -> Result<usize, TargetError> {
    let name = |place: usize| graph.at(place).migration.name.as_str();
    if let Some(exact) = graph.of_module(module).find(|place| name(*place) == prefix) {
        return Ok(exact);
    }
    let begin_so = graph.of_module(module).filter(|place| name(*place).starts_with(prefix));
    let found: Vec<usize> = begin_so.collect();
    let (module, prefix) = (module.to_owned(), prefix.to_owned());
    match found[..] {
        [only] => Ok(only),
        [] => {
            let names: Vec<&str> = graph.of_module(&module).map(name).collect();
            let hint = suggestion(&prefix, names);
            Err(TargetError::UnknownMigration { module, prefix, hint })
        }
        _ => {
            let names = found.iter().map(|place| name(*place).to_owned()).collect();
            Err(TargetError::AmbiguousMigration { module, prefix, names })
        }
    }
}

/// The name of an active module, the host, or the site.
fn active_module(linked: &[LinkedModule], name: &str) -> Result<&'static str, TargetError> {
    if let Some(own) = [HOST, SITE].into_iter().find(|own| *own == name) {
        return Ok(own);
    }
    let module = LinkedModule::named(linked, name)?;
    if !module.active {
        return Err(TargetError::Inactive(name.to_owned()));
    }
    Ok(module.name)
}
