//! The parts of a form.

use crate::model::{Model, ModelInfo};

/// A part of a form.
#[derive(Debug, Clone, Default)]
pub struct Fieldset {
    /// The heading; nothing means none.
    pub title: Option<&'static str>,
    /// The fields, many-to-many ones included.
    pub fields: Vec<&'static str>,
    /// The text before its fields. May be empty.
    pub description: &'static str,
    /// `true` if it is collapsed at first.
    pub collapsed: bool,
}

impl Fieldset {
    /// A part with a heading.
    pub fn new(title: &'static str, fields: impl IntoIterator<Item = &'static str>) -> Self {
        let fields = fields.into_iter().collect();
        Self { title: Some(title), fields, ..Self::default() }
    }

    /// A part without one.
    pub fn untitled(fields: impl IntoIterator<Item = &'static str>) -> Self {
        Self { fields: fields.into_iter().collect(), ..Self::default() }
    }

    /// Is closed at first.
    pub fn collapsed(mut self) -> Self {
        self.collapsed = true;
        self
    }

    /// Says this before the fields.
    pub fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }
}

/// Objects of another model in the form of one.
#[derive(Debug, Clone)]
pub struct Inline {
    /// Their model.
    pub model: &'static ModelInfo,
    /// How they belong together.
    pub relation: InlineRelation,
    /// The fields that are shown; empty means all but the foreign key.
    pub fields: Vec<&'static str>,
    /// Fields that are shown and not changed.
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
