//! The parts of a form.

use crate::model::{Model, ModelInfo};

/// A section of a form, as in [`ModelAdmin`](crate::admin::ModelAdmin)'s example.
///
/// ```
/// use module_api::admin::Fieldset;
///
/// let moderation = Fieldset::new("Moderation", ["approved", "note"])
///     .description("Visitors do not see the note.")
///     .collapsed();
/// assert_eq!(moderation.title, Some("Moderation"));
/// assert_eq!(Fieldset::untitled(["text"]).title, None);
/// ```
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

/// An inline: objects of another model in the form of one.
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
    /// The model of the objects.
    pub model: &'static ModelInfo,
    /// The foreign key between both.
    pub relation: InlineRelation,
    /// The fields shown; if empty, all but the foreign key.
    pub fields: Vec<&'static str>,
    /// Read-only fields.
    pub read_only: Vec<&'static str>,
}

/// The relation between the objects of an [`Inline`] and the object of the form.
///
/// ```
/// use module_api::admin::{Inline, InlineLayout, InlineRelation};
/// use module_api::model::{ForeignKey, Model};
/// # #[derive(Model)]
/// # #[model(label = "guests.entry", display = "{text}")]
/// # struct Entry {
/// #     id: i64,
/// #     #[model(max_length = 200)]
/// #     text: String,
/// # }
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
/// let (foreign_key, layout) = ("entry", InlineLayout::Stacked);
/// assert_eq!(
///     Inline::stacked::<Comment>("entry").extra(1).relation,
///     InlineRelation::Rows { foreign_key, layout, extra: 1 },
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InlineRelation {
    /// The inline objects have a foreign key to the form's object.
    Rows {
        /// The name of their foreign key.
        foreign_key: &'static str,
        /// The layout of the objects.
        layout: InlineLayout,
        /// The number of empty forms for new objects; with a one-to-one relation at most one.
        extra: u32,
    },
    /// The form's object has a one-to-one foreign key to the inline object. Both are created and
    /// changed together.
    Target {
        /// The name of the form's own foreign key.
        foreign_key: &'static str,
    },
}

/// The layout of several objects in a form.
///
/// Set by [`Inline::tabular`] and [`Inline::stacked`]: see [`InlineRelation`] for an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InlineLayout {
    /// One row for each object.
    Tabular,
    /// One form for each object, one below the other.
    Stacked,
}

impl Inline {
    fn of<M: Model>(relation: InlineRelation) -> Self {
        Self { model: M::INFO, relation, fields: Vec::new(), read_only: Vec::new() }
    }

    /// An inline of the objects of `M` whose foreign key of that name leads to the form's object:
    /// tabular, with three empty forms.
    pub fn tabular<M: Model>(foreign_key: &'static str) -> Self {
        let layout = InlineLayout::Tabular;
        Self::of::<M>(InlineRelation::Rows { foreign_key, layout, extra: 3 })
    }

    /// Like [`tabular`](Inline::tabular), with the stacked layout.
    pub fn stacked<M: Model>(foreign_key: &'static str) -> Self {
        let layout = InlineLayout::Stacked;
        Self::of::<M>(InlineRelation::Rows { foreign_key, layout, extra: 3 })
    }

    /// An inline of the object of `M` that the form's own one-to-one foreign key of that name leads
    /// to: both are edited as one form, and created and changed together.
    pub fn target<M: Model>(foreign_key: &'static str) -> Self {
        Self::of::<M>(InlineRelation::Target { foreign_key })
    }

    /// Sets the number of empty forms for new objects.
    pub fn extra(mut self, forms: u32) -> Self {
        if let InlineRelation::Rows { extra, .. } = &mut self.relation {
            *extra = forms;
        }
        self
    }

    /// Sets the displayed fields.
    pub fn fields(mut self, fields: impl IntoIterator<Item = &'static str>) -> Self {
        self.fields = fields.into_iter().collect();
        self
    }

    /// Sets the read-only fields.
    pub fn read_only(mut self, fields: impl IntoIterator<Item = &'static str>) -> Self {
        self.read_only = fields.into_iter().collect();
        self
    }
}
