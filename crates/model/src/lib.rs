//! Models: the tables of a module, each described once as a struct.
//!
//! Begin with [`Model`] and its derive; then [`Select`] for queries, [`Column`] for conditions,
//! [`ForeignKey`] and [`ManyToMany`] for relations, [`Rule`] and [`ValidationErrors`] for
//! validation, [`Deletion`] for cascades. [`ModelInfo`] describes a model as data.
//!
//! ```
//! use module_api::db::Db;
//! use module_api::model::{ForeignKey, Model, WriteError};
//!
//! #[derive(Debug, Model)]
//! #[model(label = "lettings.address", verbose_name_plural = "addresses", display = "{street}")]
//! struct Address {
//!     id: i64,
//!     #[model(positive, max = 9999)]
//!     number: i32,
//!     #[model(max_length = 64)]
//!     street: String,
//! }
//!
//! #[derive(Debug, Model)]
//! #[model(label = "lettings.letting", ordering = ["title"], display = "{title}")]
//! struct Letting {
//!     id: i64,
//!     #[model(max_length = 256)]
//!     title: String,
//!     #[model(one_to_one, on_delete = cascade)]
//!     address: ForeignKey<Address>,
//! }
//!
//! async fn rename(db: &Db, from: &str, to: &str) -> Result<(), WriteError> {
//!     let mut transaction = db.begin().await?;
//!     for mut letting in
//!         Letting::objects().filter(Letting::TITLE.eq(from)).all(&mut transaction).await?
//!     {
//!         letting.title = to.to_owned();
//!         letting.save(&mut transaction).await?;
//!     }
//!     Ok(transaction.commit().await?)
//! }
//! ```

#![warn(missing_docs)]

mod catalog;
mod clock;
mod constraint;
mod constraints;
mod delete;
mod error;
mod fold;
mod id;
mod info;
mod paging;
mod parse;
mod query;
mod records;
mod rule;
mod rules;
mod typed;
mod validation;
mod validation_errors;
mod validators;
mod write;

pub use catalog::{Models, Referrer};
#[doc(hidden)]
pub use clock::at;
pub use clock::now;
pub use constraint::{ConstraintInfo, ConstraintKind};
pub use db::Json;
pub use delete::{Deleted, Deletion};
pub use error::{Protected, WriteError};
pub use fold::folded;
pub use id::Id;
pub use info::{
    AutoNow, Choice, ChoiceValue, DefaultValue, DisplayPart, FieldInfo, FieldKind, ForeignKeyInfo,
    ManyToManyInfo, ModelInfo, Normalizer, OnDelete, Ordering, Validator, capitalized,
};
pub use paging::{MAX_OFFSET, PageNumber, Pagination};
pub use query::{Candidates, MomentPart};
pub use records::{
    ColumnPlace, Comparison, Display, Filter, LOOKUP_SEPARATOR, Path, Period, Record, Records,
    Related, UnknownField,
};
pub use rule::{Rule, RuleFuture};
pub use typed::{
    Assignment, Choices, Column, Condition, FieldType, ForeignKey, FromJoined, ManyToMany,
    ManyToManyRelation, Model, NullValue, Operand, Order, ProjectedColumn, Projection, ReadAs,
    Relation, Select, ThroughRelation, UniqueColumn, choice_of, choices_kind, iso8601, label,
    read_choice,
};
pub use validation::TOO_EXACT_FOR_SQLITE;
pub use validation_errors::{NON_FIELD_ERRORS, ValidationErrors};
pub use write::{
    insert_values, related_ids, related_ids_of, save_changes, save_values, set_related_ids,
    validate_changes_in, validate_in,
};
