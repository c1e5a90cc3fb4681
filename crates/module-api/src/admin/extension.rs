//! Additions to the registration of a model by another module.
//!
//! ```
//! use module_api::admin::{AdminExtension, Inline};
//! use module_api::model::{ForeignKey, Model, ModelInfo};
//! use module_api::{Module, admin::ModelAdmin};
//!
//! #[derive(Model)]
//! #[model(label = "guests.entry", display = "{text}")]
//! struct Entry {
//!     id: i64,
//!     #[model(max_length = 200)]
//!     text: String,
//! }
//!
//! struct Guests;
//! impl Module for Guests {
//!     fn name(&self) -> &'static str {
//!         "guests"
//!     }
//!
//!     fn models(&self) -> Vec<&'static ModelInfo> {
//!         vec![Entry::INFO]
//!     }
//!
//!     fn admin(&self) -> Vec<ModelAdmin> {
//!         vec![ModelAdmin::of::<Entry>()]
//!     }
//! }
//!
//! #[derive(Model)]
//! #[model(label = "stars.star", display = "{count}")]
//! struct Star {
//!     id: i64,
//!     #[model(on_delete = cascade)]
//!     entry: ForeignKey<Entry>,
//!     count: i32,
//! }
//!
//! struct Stars;
//! impl Module for Stars {
//!     fn name(&self) -> &'static str {
//!         "stars"
//!     }
//!
//!     fn requires(&self) -> &'static [&'static str] {
//!         &["guests"]
//!     }
//!
//!     fn models(&self) -> Vec<&'static ModelInfo> {
//!         vec![Star::INFO]
//!     }
//!
//!     fn extend_admin(&self) -> Vec<AdminExtension> {
//!         vec![
//!             AdminExtension::of::<Entry>()
//!                 .search_field("=id")
//!                 .inline(Inline::tabular::<Star>("entry").extra(1)),
//!         ]
//!     }
//! }
//! # use module_api::admin::InlineRelation;
//! # let mut admin = Guests.admin().remove(0);
//! # admin.extend(&Stars.extend_admin()[0]);
//! # assert_eq!(admin.search_fields, ["=id"]);
//! # assert!(admin.mistakes().is_empty());
//! # assert!(matches!(admin.inlines[0].relation, InlineRelation::Rows { extra: 1, .. }));
//! ```

use super::{AdminAction, Fieldset, Inline, ListColumn, ModelAdmin};
use crate::model::{Model, ModelInfo};

/// Additions to the [`ModelAdmin`] of another module, as in the example of
/// [`Module::extend_admin`](crate::Module::extend_admin).
///
/// Only a module that [`requires`](crate::Module::requires) or [`uses`](crate::Module::uses) the module
/// that registers the model may extend it. An extension of a model whose module is not active is left
/// out. Additions follow those of the registration itself, in the order in which modules start.
///
/// ```
/// use module_api::admin::{AdminExtension, ModelAdmin};
/// use module_api::model::Model;
///
/// #[derive(Model)]
/// #[model(label = "guests.entry", display = "{text}")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 200)]
///     text: String,
///     #[model(default = false)]
///     approved: bool,
/// }
///
/// let extension = AdminExtension::of::<Entry>().list_filter("approved").search_field("=id");
///
/// let mut entries = ModelAdmin::of::<Entry>().search_fields(["text"]);
/// entries.extend(&extension);
/// assert_eq!(entries.search_fields, ["text", "=id"]);
/// assert_eq!(entries.list_filter, ["approved"]);
/// ```
#[derive(Debug, Clone)]
#[must_use = "an extension counts only where `Module::extend_admin` returns it"]
pub struct AdminExtension {
    /// The label of the extended model: `lettings.letting`.
    pub label: &'static str,
    /// Further columns of the list.
    pub list_columns: Vec<ListColumn>,
    /// Further filters of the list.
    pub list_filter: Vec<&'static str>,
    /// Further fields of the search.
    pub search_fields: Vec<&'static str>,
    /// Further parts of the form. Their fields are moved out of the parts that had them.
    pub fieldsets: Vec<Fieldset>,
    /// Further objects of other models in the form, each by the permissions of its own model.
    pub inlines: Vec<Inline>,
    /// Further operations on the selected rows, each by the permissions of the extended model.
    pub actions: Vec<AdminAction>,
}

impl AdminExtension {
    /// Extends the registration of a model.
    pub fn of<M: Model>() -> Self {
        Self::of_label(M::INFO.label)
    }

    /// Extends the registration of the model with this label, whose crate need not be linked.
    pub fn of_label(label: &'static str) -> Self {
        Self {
            label,
            list_columns: Vec::new(),
            list_filter: Vec::new(),
            search_fields: Vec::new(),
            fieldsets: Vec::new(),
            inlines: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// Adds a column to the list: the name of a field, or a [`ListColumn`].
    pub fn list_column(mut self, column: impl Into<ListColumn>) -> Self {
        self.list_columns.push(column.into());
        self
    }

    /// Adds a filter to the list, unless there is one by this field.
    pub fn list_filter(mut self, name: &'static str) -> Self {
        self.list_filter.push(name);
        self
    }

    /// Adds a field to the search, unless it is searched in the same way.
    pub fn search_field(mut self, name: &'static str) -> Self {
        self.search_fields.push(name);
        self
    }

    /// Adds a part to the form.
    pub fn fieldset(mut self, fieldset: Fieldset) -> Self {
        self.fieldsets.push(fieldset);
        self
    }

    /// Adds objects of another model to the form.
    pub fn inline(mut self, inline: Inline) -> Self {
        self.inlines.push(inline);
        self
    }

    /// Adds an operation on the selected rows.
    pub fn action(mut self, action: AdminAction) -> Self {
        self.actions.push(action);
        self
    }

    /// Returns a registration of the model with the additions alone.
    pub fn alone(&self, model: &'static ModelInfo) -> ModelAdmin {
        let mut admin = ModelAdmin::new(model).list_display(self.list_columns.clone());
        admin.list_filter.clone_from(&self.list_filter);
        admin.search_fields.clone_from(&self.search_fields);
        admin.fieldsets.clone_from(&self.fieldsets);
        admin.inlines.clone_from(&self.inlines);
        admin.actions.clone_from(&self.actions);
        admin
    }
}

impl ModelAdmin {
    /// Adds what an extension of this model adds.
    pub fn extend(&mut self, extension: &AdminExtension) {
        self.list_display.extend(extension.list_columns.iter().cloned());
        for name in &extension.list_filter {
            if !self.list_filter.contains(name) {
                self.list_filter.push(name);
            }
        }
        for name in &extension.search_fields {
            if !self.search_fields.contains(name) {
                self.search_fields.push(name);
            }
        }
        self.inlines.extend(extension.inlines.iter().cloned());
        self.actions.extend(extension.actions.iter().cloned());
        self.move_into(&extension.fieldsets);
    }

    /// Adds parts of the form, whose fields leave the other parts.
    fn move_into(&mut self, added: &[Fieldset]) {
        if added.is_empty() {
            return;
        }
        if self.fieldsets.is_empty() {
            let own = self.model.fields.iter().skip(1).map(|field| field.name);
            let many = self.model.many_to_many.iter().map(|field| field.name);
            self.fieldsets.push(Fieldset::untitled(own.chain(many)));
        }
        for fieldset in &mut self.fieldsets {
            fieldset.fields.retain(|name| !added.iter().any(|other| other.fields.contains(name)));
        }
        self.fieldsets.retain(|fieldset| !fieldset.fields.is_empty());
        self.fieldsets.extend(added.iter().cloned());
    }
}
