//! Fields that refer to other models.

use std::fmt;

use crate::ModelInfo;

/// The description of a foreign key.
pub struct ForeignKeyInfo {
    /// The model it refers to.
    pub target: fn() -> &'static ModelInfo,
    /// The label of that model, for comparisons at compile time.
    #[doc(hidden)]
    pub target_label: &'static str,
    /// The action for the row when the row it refers to is deleted.
    pub on_delete: OnDelete,
    /// `true` if at most one row refers to each target.
    pub one_to_one: bool,
}

impl fmt::Debug for ForeignKeyInfo {
    // The target's description is left out: models may refer to each other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForeignKeyInfo")
            .field("target", &(self.target)().label)
            .field("on_delete", &self.on_delete)
            .field("one_to_one", &self.one_to_one)
            .finish_non_exhaustive()
    }
}

/// The action for a row when the row that its foreign key refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// The row is deleted too.
    Cascade,
    /// The row prevents the deletion of the other.
    Protect,
    /// The foreign key becomes `NULL`.
    SetNull,
}

/// A field that relates a model to any number of rows of another, through a table between the two.
pub struct ManyToManyInfo {
    /// The name in code, fixtures and forms: `groups`.
    pub name: &'static str,
    /// The name for people.
    pub verbose_name: &'static str,
    /// The help text in forms. May be empty.
    pub help_text: &'static str,
    /// `true` if forms accept it empty.
    pub blank: bool,
    /// The model it refers to.
    pub target: fn() -> &'static ModelInfo,
    /// The table between: that of [`through`](ManyToManyInfo::through), or one with the column
    /// `id` and the two below, which are unique together.
    pub table: &'static str,
    /// The column with the key of the model that has the field.
    pub source_column: &'static str,
    /// The column with the key of the model that the field refers to.
    pub target_column: &'static str,
    /// The model of the rows between; `None` if the field has a table of its own.
    pub through: Option<fn() -> &'static ModelInfo>,
}

impl fmt::Debug for ManyToManyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManyToManyInfo")
            .field("name", &self.name)
            .field("target", &(self.target)().label)
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}
