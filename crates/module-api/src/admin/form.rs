//! The parts of a form.

use crate::model::{Model, ModelInfo};

/// A section of a form, as in [`ModelAdmin`](crate::admin::ModelAdmin)'s example.
#[derive(Debug, Clone, Default)]
pub struct Fieldset {
    /// The heading, if it has one.
    pub title: Option<&'static str>,
    /// The fields, many-to-many ones included.
    pub fields: Vec<&'static str>,
    /// The text before its fields. May be empty.
    pub description: &'static str,
    /// `true` if it is collapsed at first.
    pub collapsed: bool,
}

impl Fieldset {
    /// Creates a section with a heading.
    pub fn new(title: &'static str, fields: impl IntoIterator<Item = &'static str>) -> Self {
        let fields = fields.into_iter().collect();
        Self { title: Some(title), fields, ..Self::default() }
    }

    /// Creates a section without a heading.
    pub fn untitled(fields: impl IntoIterator<Item = &'static str>) -> Self {
        Self { fields: fields.into_iter().collect(), ..Self::default() }
    }

    /// Collapses it at first.
    pub fn collapsed(mut self) -> Self {
        self.collapsed = true;
        self
    }

    /// Sets the text before its fields.
    pub fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }
}

/// Objects of another model in the form of one.
///
/// ```
/// use module_api::admin::{Inline, ModelAdmin};
/// use module_api::model::{ForeignKey, Model};
///
/// #[derive(Model)]
/// #[model(label = "guests.entry", display = "{text}")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 200)]
///     text: String,
/// }
///
/// #[derive(Model)]
/// #[model(label = "guests.comment", display = "{text}")]
/// struct Comment {
///     id: i64,
///     #[model(on_delete = cascade)]
///     entry: ForeignKey<Entry>,
///     #[model(max_length = 200)]
///     text: String,
/// }
///
/// let entries = ModelAdmin::of::<Entry>().inline(Inline::tabular::<Comment>("entry").extra(1));
/// assert!(entries.mistakes().is_empty());
/// ```
#[derive(Debug, Clone)]
pub struct Inline {
    /// Their model.
    pub model: &'static ModelInfo,
    /// The foreign key between both.
    pub relation: InlineRelation,
    /// The fields shown; if empty, all but the foreign key.
    pub fields: Vec<&'static str>,
    /// Read-only fields.
    pub read_only: Vec<&'static str>,
}

/// How the objects of an [`Inline`] belong to that of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InlineRelation {
    /// Their foreign key leads to it.
    Rows {
        /// The name of their foreign key.
        foreign_key: &'static str,
        /// How they are laid out.
        layout: InlineLayout,
        /// How many empty forms there are for new ones. Of a one-to-one there is at most one.
        extra: u32,
    },
    /// Its own foreign key, one-to-one, leads to the only one, which is made and changed with it.
    Target {
        /// The name of the form's own foreign key.
        foreign_key: &'static str,
    },
}

/// How several objects are laid out in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InlineLayout {
    /// One in a line.
    Tabular,
    /// One below the other, each as a form of its own.
    Stacked,
}

impl Inline {
    fn of<M: Model>(relation: InlineRelation) -> Self {
        Self { model: M::INFO, relation, fields: Vec::new(), read_only: Vec::new() }
    }

    /// The objects of `M` whose foreign key of that name leads to the form's object, one in a line,
    /// with three empty ones.
    pub fn tabular<M: Model>(foreign_key: &'static str) -> Self {
        let layout = InlineLayout::Tabular;
        Self::of::<M>(InlineRelation::Rows { foreign_key, layout, extra: 3 })
    }

    /// The same, one below the other.
    pub fn stacked<M: Model>(foreign_key: &'static str) -> Self {
        let layout = InlineLayout::Stacked;
        Self::of::<M>(InlineRelation::Rows { foreign_key, layout, extra: 3 })
    }

    /// The object of `M` that the form's own foreign key of that name leads to, which is one-to-one:
    /// both are offered as one form, and made and changed together.
    pub fn target<M: Model>(foreign_key: &'static str) -> Self {
        Self::of::<M>(InlineRelation::Target { foreign_key })
    }

    /// Has so many empty forms for new objects.
    pub fn extra(mut self, forms: u32) -> Self {
        if let InlineRelation::Rows { extra, .. } = &mut self.relation {
            *extra = forms;
        }
        self
    }

    /// Shows these fields only.
    pub fn fields(mut self, fields: impl IntoIterator<Item = &'static str>) -> Self {
        self.fields = fields.into_iter().collect();
        self
    }

    /// Shows these fields without changing them.
    pub fn read_only(mut self, fields: impl IntoIterator<Item = &'static str>) -> Self {
        self.read_only = fields.into_iter().collect();
        self
    }
}
