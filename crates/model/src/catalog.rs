//! All models of a site, and how they lead to each other.

use std::fmt;
use std::sync::Arc;

use db::{Db, Transaction};

use crate::{FieldInfo, ForeignKeyInfo, ManyToManyInfo, ModelInfo, Path};

/// The models of a site's active modules.
#[derive(Debug, Clone, Default)]
pub struct Models {
    all: Vec<&'static ModelInfo>,
    searched: Vec<(&'static ModelInfo, Vec<Path>)>,
    renamed: Vec<(String, String)>,
}

/// A foreign key that leads to a model.
#[derive(Clone, Copy)]
pub struct Referrer {
    /// The model that has the foreign key.
    pub model: &'static ModelInfo,
    /// The field.
    pub field: &'static FieldInfo,
    /// The field's foreign key.
    pub foreign_key: &'static ForeignKeyInfo,
}

impl fmt::Debug for Referrer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.model.label, self.field.name)
    }
}

impl Models {
    /// These models.
    pub fn new(models: impl IntoIterator<Item = &'static ModelInfo>) -> Self {
        Self { all: models.into_iter().collect(), ..Self::default() }
    }

    /// The same, of which some are searched for what stands in these columns.
    pub fn with_searched(mut self, searched: Vec<(&'static ModelInfo, Vec<Path>)>) -> Self {
        self.searched = searched;
        self
    }

    /// The same, of which some had other labels before: old ones and new ones, in the order of the
    /// migrations.
    pub fn with_renamed(mut self, renamed: Vec<(String, String)>) -> Self {
        self.renamed = renamed;
        self
    }

    /// The labels that models had before, and those that they have since.
    pub fn renamed(&self) -> &[(String, String)] {
        &self.renamed
    }

    /// The models that are searched, each with the columns that the search looks at.
    pub fn searched(&self) -> &[(&'static ModelInfo, Vec<Path>)] {
        &self.searched
    }

    /// The models of the active modules of the site whose database this is.
    pub fn of(db: &Db) -> &Self {
        static NONE: Models = Models { all: Vec::new(), searched: Vec::new(), renamed: Vec::new() };
        db.context().unwrap_or(&NONE)
    }

    /// The models of the active modules of the site in whose database this is a transaction, by
    /// which a deletion knows what goes along. A transaction of a pool instead of [`Db`] knows none.
    pub fn within(transaction: &Transaction) -> Arc<Self> {
        transaction.context().unwrap_or_default()
    }

    /// All of them, module by module.
    pub fn iter(&self) -> impl Iterator<Item = &'static ModelInfo> {
        self.all.iter().copied()
    }

    /// The model of that label, in any case: `lettings.Letting`.
    pub fn get(&self, label: &str) -> Option<&'static ModelInfo> {
        self.iter().find(|model| model.label.eq_ignore_ascii_case(label))
    }

    /// Returns `true` if the catalog contains the model.
    pub fn contains(&self, model: &ModelInfo) -> bool {
        self.iter().any(|known| known.is(model))
    }

    /// The foreign keys that lead to a model.
    pub fn referrers(&self, target: &ModelInfo) -> Vec<Referrer> {
        let of = |model: &'static ModelInfo| {
            model.foreign_keys().map(move |(field, foreign_key)| Referrer {
                model,
                field,
                foreign_key,
            })
        };
        let leads_there = |referrer: &Referrer| (referrer.foreign_key.target)().is(target);
        self.iter().flat_map(of).filter(leads_there).collect()
    }

    /// The many-to-many fields that lead to a model, each with the model that has it.
    pub fn many_to_many_referrers(
        &self,
        target: &ModelInfo,
    ) -> Vec<(&'static ModelInfo, &'static ManyToManyInfo)> {
        let of =
            |model: &'static ModelInfo| model.many_to_many.iter().map(move |field| (model, field));
        self.iter().flat_map(of).filter(|(_, field)| (field.target)().is(target)).collect()
    }

    /// All of them such that a model comes after those that its foreign keys lead to, as far as
    /// that is possible.
    pub fn by_dependency(&self) -> Vec<&'static ModelInfo> {
        let mut sorted: Vec<&'static ModelInfo> = Vec::new();
        let mut rest = self.all.clone();
        while !rest.is_empty() {
            let is_ready = |model: &&'static ModelInfo| {
                let mut targets = model.foreign_keys().map(|(_, key)| (key.target)());
                let mut others = model.many_to_many.iter().map(|field| (field.target)());
                let waits = |target: &ModelInfo| {
                    !target.is(model) && rest.iter().any(|other| other.is(target))
                };
                !targets.any(waits) && !others.any(waits)
            };
            // Of models that lead to each other in a circle, the first one goes first.
            let ready = rest.iter().position(is_ready).unwrap_or(0);
            sorted.push(rest.remove(ready));
        }
        sorted
    }
}
