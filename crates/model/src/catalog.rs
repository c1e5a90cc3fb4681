//! All models of a site, and the relations between them.

use std::fmt;
use std::sync::Arc;

use db::{Db, Transaction};

use crate::{FieldInfo, ForeignKeyInfo, ManyToManyInfo, ModelInfo, Path};

/// The models of a site's active modules.
///
/// ```
/// use module_api::model::{ForeignKey, Model, Models};
///
/// #[derive(Model)]
/// #[model(label = "lettings.address")]
/// struct Address {
///     id: i64,
///     #[model(max_length = 64)]
///     city: String,
/// }
///
/// #[derive(Model)]
/// #[model(label = "lettings.letting")]
/// struct Letting {
///     id: i64,
///     #[model(on_delete = cascade)]
///     address: ForeignKey<Address>,
/// }
///
/// let models = Models::new([Letting::INFO, Address::INFO]);
/// assert_eq!(models.get("lettings.Letting").unwrap().table, "lettings_letting");
/// let referrers = models.referrers(Address::INFO);
/// assert_eq!((referrers[0].model.label, referrers[0].field.name), ("lettings.letting", "address"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Models {
    all: Vec<&'static ModelInfo>,
    searched: Vec<(&'static ModelInfo, Vec<Path>)>,
    renamed: Vec<(String, String)>,
}

/// A foreign key that leads to a model.
///
/// Returned by [`Models::referrers`]: see [`Models`] for an example.
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
    /// Creates a catalog of these models.
    pub fn new(models: impl IntoIterator<Item = &'static ModelInfo>) -> Self {
        Self { all: models.into_iter().collect(), ..Self::default() }
    }

    /// Adds the models with a search index, each with its indexed columns.
    pub fn with_searched(mut self, searched: Vec<(&'static ModelInfo, Vec<Path>)>) -> Self {
        self.searched = searched;
        self
    }

    /// Adds the renamed models: their old labels and their new ones, in the order of the migrations.
    pub fn with_renamed(mut self, renamed: Vec<(String, String)>) -> Self {
        self.renamed = renamed;
        self
    }

    /// The labels of renamed models: the old ones and the new ones.
    pub fn renamed(&self) -> &[(String, String)] {
        &self.renamed
    }

    /// The models with a search index, each with its indexed columns.
    pub fn searched(&self) -> &[(&'static ModelInfo, Vec<Path>)] {
        &self.searched
    }

    /// The models of the active modules of the site whose database this is.
    pub fn of(db: &Db) -> &Self {
        static NONE: Models = Models { all: Vec::new(), searched: Vec::new(), renamed: Vec::new() };
        db.context().unwrap_or(&NONE)
    }

    /// The models of the site whose database this transaction is on, from which a deletion computes
    /// its cascade. Empty in a transaction of a pool instead of [`Db`].
    pub fn within(transaction: &Transaction) -> Arc<Self> {
        transaction.context().unwrap_or_default()
    }

    /// All models, module by module.
    pub fn iter(&self) -> impl Iterator<Item = &'static ModelInfo> {
        self.all.iter().copied()
    }

    /// The model with that label, in upper or lower case: `lettings.Letting`.
    pub fn get(&self, label: &str) -> Option<&'static ModelInfo> {
        self.iter().find(|model| model.label.eq_ignore_ascii_case(label))
    }

    /// Returns `true` if the catalog contains the model.
    pub fn contains(&self, model: &ModelInfo) -> bool {
        self.iter().any(|known| known.is(model))
    }

    /// The foreign keys that refer to a model.
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

    /// The many-to-many fields that refer to a model, each with the model that has it.
    pub fn many_to_many_referrers(
        &self,
        target: &ModelInfo,
    ) -> Vec<(&'static ModelInfo, &'static ManyToManyInfo)> {
        let of =
            |model: &'static ModelInfo| model.many_to_many.iter().map(move |field| (model, field));
        self.iter().flat_map(of).filter(|(_, field)| (field.target)().is(target)).collect()
    }

    /// All models in an order in which a model follows those that its foreign keys refer to, as far
    /// as possible.
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
            // Of models that refer to each other in a cycle, the first one goes first.
            let ready = rest.iter().position(is_ready).unwrap_or(0);
            sorted.push(rest.remove(ready));
        }
        sorted
    }
}
