//! The schema that the existing migrations build, and a test that new ones run on top of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::MigrationGraph;
use module_api::db::DatabaseKind;
use module_api::model::ModelInfo;

use super::constraints::MARK;
use super::diff::Changes;
use super::proposal::Pending;
use super::renames::Renames;
use super::state::{self, State};
use super::{MakeMigrationsError, Proposal, UNMANAGED};

use crate::schema::{Schema, Scratch};

/// The schema that the migrations build, and the migration that created each table.
pub(super) struct Built {
    scratch: Scratch,
    schema: Schema,
    triggers: BTreeMap<String, Vec<String>>,
    /// The module and the name of the migration that created each table.
    pub(super) makers: BTreeMap<String, (&'static str, String)>,
    /// The tables that migrations declare as having no model.
    unmanaged: BTreeSet<String>,
    /// The names of constraints that models describe, or described earlier.
    constraints: BTreeSet<String>,
}

impl Built {
    /// Runs all migrations on an empty database.
    pub(super) async fn of(graph: &MigrationGraph) -> Result<Self, MakeMigrationsError> {
        let mut scratch = Scratch::new().await?;
        let mut makers = BTreeMap::new();
        let mut unmanaged = BTreeSet::new();
        let mut constraints = BTreeSet::new();
        for planned in graph.all() {
            let (module, migration) = (planned.module, &planned.migration);
            let sql = migration.sql(DatabaseKind::Sqlite);
            scratch.mark().await?;
            scratch.run(module, &migration.name, sql).await?;
            for table in scratch.made().await?.tables {
                makers.insert(table.name, (module, migration.name.clone()));
            }
            unmanaged.extend(declared(sql, UNMANAGED));
            constraints.extend(declared(sql, MARK));
        }
        let (schema, triggers) = (scratch.schema().await?, scratch.triggers().await?);
        Ok(Self { scratch, schema, triggers, makers, unmanaged, constraints })
    }

    /// Renames tables and columns, like the migrations to be written.
    pub(super) async fn rename<'a>(
        &mut self,
        renames: impl Iterator<Item = (&'a str, &'a Renames)>,
    ) -> Result<(), MakeMigrationsError> {
        for (module, renames) in renames {
            self.scratch.run(module, "renames", &renames.statements()).await?;
            for (table, before) in renames.tables() {
                if let Some(maker) = self.makers.get(before).cloned() {
                    self.makers.insert(table.to_owned(), maker);
                }
            }
        }
        self.schema = self.scratch.schema().await?;
        self.triggers = self.scratch.triggers().await?;
        Ok(())
    }

    /// Restores the old names of tables and columns.
    pub(super) async fn rename_back(
        &mut self,
        pending: &[Pending],
    ) -> Result<(), MakeMigrationsError> {
        for one in pending.iter().rev() {
            self.scratch.run(one.module_name(), "renames", &one.renames.back()).await?;
        }
        Ok(())
    }

    /// Returns `true` if a table has that column.
    pub(super) fn has_column(&self, table: &str, column: &str) -> bool {
        let table = self.schema.tables.get(table);
        table.is_some_and(|table| table.columns.iter().any(|known| known.name == column))
    }

    /// Returns `true` if the table exists.
    pub(super) fn has(&self, table: &str) -> bool {
        self.schema.tables.contains_key(table)
    }

    /// The tables of a module as its migrations build them, and as its models describe them.
    pub(super) fn states(
        &self,
        module: &str,
        models: &[&'static ModelInfo],
    ) -> Result<(State, State), MakeMigrationsError> {
        let mut to = state::of_models(models);
        for table in to.keys() {
            if let Some((owner, _)) = self.makers.get(table)
                && *owner != module
                && self.has(table)
            {
                let (table, owner) = (table.clone(), (*owner).to_owned());
                let model = super::words::model_of(&table, models).map_or("", |model| model.label);
                return Err(MakeMigrationsError::ForeignTable { table, model, owner });
            }
        }
        let from = self.read(module, &to, &self.schema, &self.triggers);
        for table in to.values_mut() {
            if let Some(present) = from.get(&table.name) {
                table.attributes = present.attributes.clone();
            }
        }
        Ok((from, to))
    }

    /// The tables of a module that its models describe, or described earlier.
    fn read(
        &self,
        module: &str,
        described: &State,
        schema: &Schema,
        triggers: &BTreeMap<String, Vec<String>>,
    ) -> State {
        let is_own = |name: &String| {
            // A table without an earlier migration was created by the one on trial.
            self.makers.get(name).is_none_or(|(owner, _)| *owner == module)
                && (described.contains_key(name) || !self.unmanaged.contains(name))
                && (described.contains_key(name) || self.makers.contains_key(name))
        };
        let now: BTreeSet<&String> =
            described.values().flat_map(|table| table.constraints.keys()).collect();
        let is_described =
            |name: &str| self.constraints.contains(name) || now.iter().any(|known| *known == name);
        let own = schema.tables.iter().filter(|(name, _)| is_own(name));
        let state = own.map(|(name, table)| {
            let triggers = triggers.get(name).map_or(&[][..], Vec::as_slice);
            (name.clone(), state::of_table(table, triggers, is_described))
        });
        state.collect()
    }

    /// Runs the new migrations, compares the resulting schema with the models, and unapplies
    /// them. SQL that fails to restore the previous schema is left out.
    pub(super) async fn try_out(
        &mut self,
        pending: &[Pending],
        proposals: &mut [Proposal],
    ) -> Result<(), MakeMigrationsError> {
        for (one, proposal) in pending.iter().zip(proposals.iter()) {
            let module = proposal.module;
            let unfit = |source| MakeMigrationsError::Unfit { module, source };
            let sql = script(proposal, "").expect("a proposal has a way up");
            let run = self.scratch.run(module, &proposal.name, sql).await;
            run.map_err(|error| unfit(error.source))?;
            let now = self.read_now(module, &one.to).await?;
            if !Changes::between(&now, &one.to).is_empty() {
                let why =
                    format!("what it would be does not build what the models of `{module}` say");
                return Err(MakeMigrationsError::ByHand(vec![why]));
            }
        }
        for (one, proposal) in pending.iter().zip(proposals.iter_mut()).rev() {
            let Some(sql) = script(proposal, ".down") else {
                // Earlier states cannot be reached from here.
                break;
            };
            let failed = match self.scratch.run(proposal.module, &proposal.name, sql).await {
                Err(error) => Some(error.source.to_string()),
                Ok(()) => {
                    let now = self.read_now(proposal.module, &one.before).await?;
                    let is_back = Changes::between(&now, &one.before).is_empty();
                    (!is_back).then(|| "it would not lead back".to_owned())
                }
            };
            if let Some(why) = failed {
                proposal.files.retain(|(file, _)| !file.contains(".down."));
                proposal.no_way_down = Some(why);
                break;
            }
        }
        Ok(())
    }

    async fn read_now(
        &mut self,
        module: &str,
        described: &State,
    ) -> Result<State, MakeMigrationsError> {
        let (schema, triggers) = (self.scratch.schema().await?, self.scratch.triggers().await?);
        Ok(self.read(module, described, &schema, &triggers))
    }
}

/// The names after a marker at the beginning of lines.
fn declared<'a>(sql: &'a str, mark: &'a str) -> impl Iterator<Item = String> {
    let lines = sql.lines().filter_map(move |line| line.trim().strip_prefix(mark));
    lines.flat_map(str::split_whitespace).map(str::to_owned)
}

/// The script for SQLite.
fn script<'a>(proposal: &'a Proposal, way: &str) -> Option<&'a str> {
    let names =
        [format!("{}{way}.sql", proposal.name), format!("{}{way}.sqlite.sql", proposal.name)];
    let mut files = proposal.files.iter();
    files.find(|(file, _)| names.contains(file)).map(|(_, content)| content.as_str())
}
