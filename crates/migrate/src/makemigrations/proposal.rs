//! The missing migration of a module, and its files.

use std::collections::BTreeSet;
use std::fmt::Write;

use module_api::Module;
use module_api::db::DatabaseKind;
use module_api::model::ModelInfo;

use super::built::Built;
use super::constraints::MARK;
use super::diff::Changes;
use super::fillings::fillings;
use super::renames::Renames;
use super::sql::{self, Fillings};
use super::state::State;
use super::{MakeMigrationsError, NeedsValue, Proposal, Renaming, Request, renames, words};

use crate::graph::MigrationGraph;

/// Pending changes of a module's tables, and the name of the migration for them.
pub(super) struct Pending {
    module: &'static dyn Module,
    models: Vec<&'static ModelInfo>,
    /// The tables before the migration.
    pub(super) before: State,
    /// The renames, which are executed first.
    pub(super) renames: Renames,
    /// The tables after the renames.
    pub(super) from: State,
    pub(super) to: State,
    changes: Changes,
    fillings: Fillings,
    name: String,
    is_first: bool,
}

impl Pending {
    /// Returns the pending changes for the models of a module, if there are any.
    pub(super) fn of(
        graph: &MigrationGraph,
        module: &'static dyn Module,
        request: &Request,
        built: &Built,
        renames: Option<(Renames, State)>,
    ) -> Result<Option<Self>, MakeMigrationsError> {
        let models = module.models();
        // A module without models manages its tables itself.
        if models.is_empty() {
            return Ok(None);
        }
        let (from, to) = built.states(module.name(), &models)?;
        let changes = Changes::between(&from, &to);
        let (renames, before) = renames.unwrap_or_else(|| (Renames::default(), from.clone()));
        if changes.is_empty() && renames.is_empty() {
            return Ok(None);
        }
        let fillings = fillings(&models, &request.fillings)?;
        let present = graph.all().iter();
        let present = present.filter(|planned| planned.module == module.name());
        let last = present
            .filter_map(|planned| planned.migration.name.get(..4)?.parse::<u32>().ok())
            .max();
        let words = request.name.clone().unwrap_or_else(|| match last {
            None => "initial".to_owned(),
            Some(_) => words::name(&renames.words, &changes, &models),
        });
        let name = format!("{:04}_{words}", last.unwrap_or(0) + 1);
        let is_first = last.is_none();
        Ok(Some(Self {
            module,
            models,
            before,
            renames,
            from,
            to,
            changes,
            fillings,
            name,
            is_first,
        }))
    }

    /// Returns the changes that cannot be generated, with the reasons.
    pub(super) fn by_hand(&self) -> Vec<String> {
        words::by_hand(&self.changes, &self.fillings)
    }

    /// The required fields without a value for existing rows.
    pub(super) fn needed(&self) -> Vec<NeedsValue> {
        let needed = sql::needed(&self.changes, &self.fillings);
        needed.iter().map(|needed| words::need(needed, &self.models)).collect()
    }

    /// Returns descriptions of the lost data.
    pub(super) fn losses(&self) -> Vec<String> {
        words::losses(&self.changes)
    }

    /// The migration, given all pending ones.
    pub(super) fn proposal(
        &self,
        all: &[Self],
        built: &Built,
    ) -> Result<Proposal, MakeMigrationsError> {
        let mut summary = self.renames.summary.clone();
        summary.extend(words::summary(&self.changes, &self.models));
        let mut head = String::new();
        for edge in self.edges(all, built)? {
            writeln!(head, "-- {edge}").expect("a string takes all");
        }
        for (from, to) in &self.renames.labels {
            writeln!(head, "-- renames: {from} {to}").expect("a string takes all");
        }
        for line in &summary {
            writeln!(head, "-- {line}").expect("a string takes all");
        }
        let constraints = self.changes.new_constraints();
        if !constraints.is_empty() {
            let names: Vec<&str> = constraints.into_iter().collect();
            writeln!(head, "{MARK} {}", names.join(" ")).expect("a string takes all");
        }
        head.push('\n');
        let mut files = Vec::new();
        let up = |database| {
            let script = sql::script(&self.changes, &self.fillings, database);
            format!("{head}{}", joined(&[&self.renames.statements(), &script]))
        };
        add_files(&self.name, "", up, &mut files);

        let back = Changes::between(&self.to, &self.from);
        let fillings = sql::fillings_back(&back, &self.fillings);
        let no_way_down = words::no_way_down(&back, &fillings);
        if no_way_down.is_none() {
            let down = |database| {
                joined(&[&sql::script(&back, &fillings, database), &self.renames.back()])
            };
            add_files(&self.name, ".down", down, &mut files);
        }
        let (module, name) = (self.module.name(), self.name.clone());
        Ok(Proposal { module, name, files, summary, no_way_down })
    }

    /// Returns the dependencies in both directions, as in the head of the file.
    fn edges(&self, all: &[Self], built: &Built) -> Result<BTreeSet<String>, MakeMigrationsError> {
        let module = self.module.name();
        let requires = self.module.requires();
        let mut edges = BTreeSet::new();
        for table in self.changes.references() {
            let made_now = all.iter().find(|other| other.makes(table));
            let (maker, name) = match (made_now, built.makers.get(table)) {
                (Some(other), _) => (other.module.name(), &other.name),
                (None, Some((maker, name))) if built.has(table) => (*maker, name),
                _ => {
                    let table = table.to_owned();
                    return Err(MakeMigrationsError::NoTable { module, table });
                }
            };
            // The dependency on the first migrations of required modules is implicit.
            let is_said = self.is_first && requires.contains(&maker) && name.starts_with("0001_");
            if maker != module && !is_said {
                edges.insert(format!("depends: {maker} {name}"));
            }
        }
        for table in self.changes.lost_references() {
            let drops = |other: &&Self| other.changes.dropped.iter().any(|gone| gone.name == table);
            if let Some(other) = all.iter().find(drops)
                && other.module.name() != module
            {
                edges.insert(format!("before: {} {}", other.module.name(), other.name));
            }
        }
        Ok(edges)
    }

    /// Likely renames.
    pub(super) fn candidates(&self) -> Vec<Renaming> {
        renames::candidates(&self.changes, &self.models)
    }

    pub(super) fn module_name(&self) -> &'static str {
        self.module.name()
    }

    fn makes(&self, table: &str) -> bool {
        self.renames.tables().any(|(renamed, _)| renamed == table)
            || self.changes.created.iter().any(|created| created.name == table)
    }
}

/// The non-empty scripts, separated by an empty line.
fn joined(scripts: &[&str]) -> String {
    let scripts = scripts.iter().map(|script| script.trim()).filter(|script| !script.is_empty());
    scripts.collect::<Vec<_>>().join("\n\n") + "\n"
}

/// Adds one file if both databases have the same SQL, otherwise one for each.
fn add_files(
    name: &str,
    way: &str,
    script: impl Fn(DatabaseKind) -> String,
    files: &mut Vec<(String, String)>,
) {
    let (sqlite, postgres) = (script(DatabaseKind::Sqlite), script(DatabaseKind::Postgres));
    if sqlite == postgres {
        files.push((format!("{name}{way}.sql"), sqlite));
    } else {
        files.push((format!("{name}{way}.sqlite.sql"), sqlite));
        files.push((format!("{name}{way}.postgres.sql"), postgres));
    }
}
