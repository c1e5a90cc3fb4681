//! Fields that refer to other models.

use std::fmt;

use crate::ModelInfo;

/// The description of a foreign key.
///
/// ```
/// use module_api::model::{ForeignKey, Model, OnDelete};
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
///     #[model(one_to_one, on_delete = protect)]
///     address: ForeignKey<Address>,
/// }
///
/// let (field, key) = Letting::INFO.foreign_keys().next().unwrap();
/// assert_eq!((field.column, (key.target)().label), ("address_id", "lettings.address"));
/// assert_eq!((key.one_to_one, key.on_delete), (true, OnDelete::Protect));
/// ```
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
///
/// See [`ForeignKeyInfo`] for an example, and [`Deletion`](crate::Deletion) for deletions themselves.
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
///
/// ```
/// use module_api::model::{ManyToMany, Model};
///
/// #[derive(Model)]
/// #[model(label = "clubs.person")]
/// struct Person {
///     id: i64,
///     #[model(max_length = 100)]
///     name: String,
/// }
///
/// #[derive(Model)]
/// #[model(label = "clubs.club")]
/// struct Club {
///     id: i64,
///     #[model(blank)]
///     members: ManyToMany<Person>,
/// }
///
/// let members = &Club::INFO.many_to_many[0];
/// assert_eq!(members.table, "clubs_club_members");
/// assert_eq!((members.source_column, members.target_column), ("club_id", "person_id"));
/// ```
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
