//! The relations behind many-to-many fields.

use std::marker::PhantomData;

use db::{DbError, Executor, Transaction};

use super::column::{Condition, key_is_in};
use super::{ForeignKey, Model};
use crate::query::Expression;
use crate::{ManyToManyInfo, related_ids, set_related_ids};

/// The relation behind a [`ManyToMany`](super::ManyToMany) field of `M`, to rows of `T`.
///
/// See [`ManyToMany`](super::ManyToMany) for an example.
pub struct ManyToManyRelation<M, T> {
    info: &'static ManyToManyInfo,
    models: PhantomData<fn() -> (M, T)>,
}

impl<M, T> ManyToManyRelation<M, T> {
    /// Creates the relation of a field, for `#[derive(Model)]`.
    #[doc(hidden)]
    pub const fn new(info: &'static ManyToManyInfo) -> Self {
        Self { info, models: PhantomData }
    }

    /// The description of the field.
    pub fn info(&self) -> &'static ManyToManyInfo {
        self.info
    }
}

impl<M: Model, T: Model> ManyToManyRelation<M, T> {
    /// The rows related to the one with the primary key `source`.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the query.
    pub async fn of(&self, source: i64, on: impl Into<Executor<'_>>) -> Result<Vec<T>, DbError> {
        rows_of(self.info, source, on.into()).await
    }

    /// The row is related to that one.
    pub fn contains(&self, target: impl Into<ForeignKey<T>>) -> Condition<M> {
        relates(self.info, Some(target.into().id()))
    }

    /// The row is related to any.
    pub fn is_any(&self) -> Condition<M> {
        relates(self.info, None)
    }

    /// Replaces the related rows by those with these primary keys.
    ///
    /// # Errors
    ///
    /// One of the rows does not exist, or the database is out of reach.
    pub async fn set(
        &self,
        source: i64,
        targets: &[i64],
        on: &mut Transaction,
    ) -> Result<(), DbError> {
        set_related_ids(self.info, source, targets, on).await
    }
}

/// The relation behind a [`ManyToMany`](super::ManyToMany) field of `M` to rows of `T`, through rows
/// of the model `V`.
///
/// Two rows are related by a row of `V`, which has columns of its own: it is inserted, changed and
/// deleted like any other.
///
/// ```
/// # use module_api::db::{DbError, Transaction};
/// # use module_api::model::{ForeignKey, ManyToMany, Model, WriteError};
/// # use module_api::time::Date;
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
///     #[model(max_length = 100)]
///     name: String,
///     #[model(through = Membership)]
///     members: ManyToMany<Person>,
/// }
///
/// #[derive(Model)]
/// #[model(label = "clubs.membership", unique_together = [["club", "person"]])]
/// struct Membership {
///     id: i64,
///     #[model(on_delete = cascade)]
///     club: ForeignKey<Club>,
///     #[model(on_delete = cascade)]
///     person: ForeignKey<Person>,
///     joined: Date,
/// }
///
/// async fn join(
///     club: &Club,
///     person: &Person,
///     joined: Date,
///     on: &mut Transaction,
/// ) -> Result<(Vec<Person>, Vec<Club>), WriteError> {
///     Membership { id: 0, club: club.into(), person: person.into(), joined }.insert(on).await?;
///     let members = Club::MEMBERS.of(club.id, &mut *on).await?;
///     let clubs = Club::objects().filter(Club::MEMBERS.contains(person)).all(on).await?;
///     Ok((members, clubs))
/// }
/// ```
pub struct ThroughRelation<M, T, V> {
    info: &'static ManyToManyInfo,
    models: PhantomData<fn() -> (M, T)>,
    between: PhantomData<fn() -> V>,
}

impl<M, T, V> ThroughRelation<M, T, V> {
    /// Creates the relation of a field, for `#[derive(Model)]`.
    #[doc(hidden)]
    pub const fn new(info: &'static ManyToManyInfo) -> Self {
        Self { info, models: PhantomData, between: PhantomData }
    }

    /// The description of the field.
    pub fn info(&self) -> &'static ManyToManyInfo {
        self.info
    }
}

impl<M: Model, T: Model, V: Model> ThroughRelation<M, T, V> {
    /// The distinct rows related to the one with the primary key `source`.
    ///
    /// # Errors
    ///
    /// The database is out of reach or refuses the query.
    pub async fn of(&self, source: i64, on: impl Into<Executor<'_>>) -> Result<Vec<T>, DbError> {
        rows_of(self.info, source, on.into()).await
    }

    /// The row is related to that one.
    pub fn contains(&self, target: impl Into<ForeignKey<T>>) -> Condition<M> {
        relates(self.info, Some(target.into().id()))
    }

    /// The row is related to any.
    pub fn is_any(&self) -> Condition<M> {
        relates(self.info, None)
    }
}

async fn rows_of<T: Model>(
    info: &ManyToManyInfo,
    source: i64,
    mut on: Executor<'_>,
) -> Result<Vec<T>, DbError> {
    let ids = related_ids(info, source, on.reborrow()).await?;
    T::objects().filter(key_is_in(ids)).all(on).await
}

fn relates<M: Model>(info: &'static ManyToManyInfo, target: Option<i64>) -> Condition<M> {
    Condition::of(Expression::Related { key: M::INFO.primary_key(), field: info, target })
}
