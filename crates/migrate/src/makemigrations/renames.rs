//! Renamed fields and models, which keep their data.

use module_api::Module;
use module_api::db::quoted as name;
use module_api::model::ModelInfo;

use super::built::Built;
use super::diff::{Changes, TableChange};
use super::state::{ColumnState, TableState};
use super::{MakeMigrationsError, Renaming};

/// The rename of a table or a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rename {
    /// A table.
    Table { from: String, to: String },
    /// A column, of the table with its new name.
    Column { table: String, from: String, to: String },
}

/// The renames in a module, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Renames {
    steps: Vec<Rename>,
    /// The operations, one line each.
    pub(super) summary: Vec<String>,
    /// The parts of the migration's name, one for each rename.
    pub(super) words: Vec<String>,
    /// The labels of models, old and new.
    pub(super) labels: Vec<(String, String)>,
}

impl Renames {
    /// The requested renames that belong to a module.
    pub(super) fn of(
        module: &dyn Module,
        asked: &[Renaming],
        built: &Built,
    ) -> Result<Self, MakeMigrationsError> {
        let models = module.models();
        let mut renames = Self::default();
        // Tables first: columns are named together with the new name of their table.
        let (of_fields, of_models): (Vec<_>, Vec<_>) =
            asked.iter().partition(|renaming| renaming.from.matches('.').count() == 2);
        for renaming in &of_models {
            renames.model(renaming, &models, built)?;
        }
        for renaming in of_models {
            renames.relations(renaming, &models, built);
        }
        for renaming in of_fields {
            renames.field(renaming, &models, built)?;
        }
        Ok(renames)
    }

    fn model(
        &mut self,
        renaming: &Renaming,
        models: &[&'static ModelInfo],
        built: &Built,
    ) -> Result<(), MakeMigrationsError> {
        let Some(model) = models.iter().find(|model| model.label == renaming.to) else {
            return Ok(());
        };
        let refuse = |why: String| MakeMigrationsError::Rename(renaming.to_string(), why);
        // The label of a table whose model is gone can only be derived from its name.
        let from = renaming.from.replace('.', "_");
        if !built.has(&from) {
            return Err(refuse(format!("no migration makes a table `{from}`")));
        }
        if built.has(model.table) {
            return Err(refuse(format!("there is a table `{}` already", model.table)));
        }
        let old = renaming.from.split_once('.').map_or(from.as_str(), |(_, name)| name).to_owned();
        self.summary.push(format!("Rename model {old} to {}", model.name()));
        self.words.push(format!("rename_{old}_{}", model.name()));
        if renaming.from.contains('.') {
            self.labels.push((renaming.from.clone(), model.label.to_owned()));
        }
        self.table(&from, model.table);
        for field in model.many_to_many {
            let table = format!("{from}_{}", field.name);
            if built.has(&table) && !built.has(field.table) {
                self.table(&table, field.table);
            }
        }
        Ok(())
    }

    /// Renames the columns of relations that are named after a model, following Django.
    fn relations(&mut self, renaming: &Renaming, models: &[&'static ModelInfo], built: &Built) {
        let Some(old) = renaming.from.rsplit('.').next() else { return };
        let column = format!("{old}_id");
        for model in models {
            for field in model.many_to_many {
                let before = self.before(field.table);
                let new = if model.label == renaming.to {
                    field.source_column
                } else if (field.target)().label == renaming.to {
                    field.target_column
                } else {
                    continue;
                };
                self.column(built, &before, field.table, &column, new);
            }
        }
    }

    /// The old name of a table.
    fn before(&self, table: &str) -> String {
        let renamed = self.tables().find(|(to, _)| *to == table);
        renamed.map_or(table, |(_, from)| from).to_owned()
    }

    fn field(
        &mut self,
        renaming: &Renaming,
        models: &[&'static ModelInfo],
        built: &Built,
    ) -> Result<(), MakeMigrationsError> {
        let (label, old) = renaming.from.rsplit_once('.').expect("it has two dots");
        let Some(model) = models.iter().find(|model| model.label == label) else { return Ok(()) };
        let refuse = |why: String| MakeMigrationsError::Rename(renaming.to_string(), why);
        let new = renaming.to.rsplit('.').next().unwrap_or(&renaming.to);
        let Some(field) = model.field(new) else {
            return Err(refuse(format!("`{label}` has no field `{new}`")));
        };
        let table = &self.before(model.table);
        let candidates = [old.to_owned(), format!("{old}_id")];
        let Some(from) = candidates.iter().find(|column| built.has_column(table, column)) else {
            return Err(refuse(format!("the table `{table}` has no column `{old}`")));
        };
        if built.has_column(table, field.column) {
            return Err(refuse(format!("`{table}` has a column `{}` already", field.column)));
        }
        self.summary.push(format!("Rename field {old} on {} to {new}", model.name()));
        self.words.push(format!("rename_{old}_{}_{new}", model.name()));
        self.column(built, table, model.table, from, field.column);
        Ok(())
    }

    fn table(&mut self, from: &str, to: &str) {
        if from != to {
            self.steps.push(Rename::Table { from: from.to_owned(), to: to.to_owned() });
        }
    }

    /// Renames a column of a table, if it exists.
    fn column(&mut self, built: &Built, before: &str, table: &str, from: &str, to: &str) {
        if from != to && built.has_column(before, from) {
            let (table, from, to) = (table.to_owned(), from.to_owned(), to.to_owned());
            self.steps.push(Rename::Column { table, from, to });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The renamed tables: their new names and the old ones.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.steps.iter().filter_map(|step| match step {
            Rename::Table { from, to } => Some((to.as_str(), from.as_str())),
            Rename::Column { .. } => None,
        })
    }

    /// The statements, the same for both databases.
    pub(super) fn statements(&self) -> String {
        script(self.steps.iter().map(Rename::statement))
    }

    /// The statements that undo the renames.
    pub(super) fn back(&self) -> String {
        script(self.steps.iter().rev().map(|step| step.back().statement()))
    }
}

fn script(statements: impl Iterator<Item = String>) -> String {
    statements.collect::<Vec<_>>().join("\n\n")
}

impl Rename {
    fn statement(&self) -> String {
        match self {
            Self::Table { from, to } => {
                format!("ALTER TABLE {} RENAME TO {};", name(from), name(to))
            }
            Self::Column { table, from, to } => {
                format!("ALTER TABLE {} RENAME COLUMN {} TO {};", name(table), name(from), name(to))
            }
        }
    }

    fn back(&self) -> Self {
        match self.clone() {
            Self::Table { from, to } => Self::Table { from: to, to: from },
            Self::Column { table, from, to } => Self::Column { table, from: to, to: from },
        }
    }
}

/// Likely renames among these changes: a removed field or model of the same form as a new one.
pub(super) fn candidates(changes: &Changes, models: &[&'static ModelInfo]) -> Vec<Renaming> {
    let model_of = |table: &str| models.iter().find(|model| model.table == table);
    let mut found = Vec::new();
    for gone in &changes.dropped {
        let is_same = |new: &&TableState| new.columns == gone.columns;
        for new in changes.created.iter().filter(is_same) {
            if let Some(model) = model_of(&new.name) {
                // Following Django's names of tables.
                let old = gone.name.strip_prefix(&format!("{}_", model.app()));
                let from = old.map(|old| format!("{}.{old}", model.app()));
                let from = from.unwrap_or_else(|| gone.name.clone());
                found.push(Renaming { from, to: model.label.to_owned() });
            }
        }
    }
    for change in &changes.altered {
        let Some(model) = model_of(&change.to.name) else { continue };
        for (gone, new) in pairs(change) {
            let field = model.fields.iter().find(|field| field.column == new.name);
            if let Some(field) = field {
                let from = format!("{}.{}", model.label, gone.name);
                found.push(Renaming { from, to: field.name.to_owned() });
            }
        }
    }
    found
}

/// The removed columns, each with the new ones of the same form.
fn pairs(change: &TableChange) -> impl Iterator<Item = (&ColumnState, &ColumnState)> {
    change.removed().flat_map(|gone| {
        let new = change.added().filter(|new| new.is_stored_as(gone) && new.unique == gone.unique);
        new.map(move |new| (gone, new))
    })
}
