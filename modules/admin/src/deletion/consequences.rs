//! The consequences of a deletion: deleted, freed and protecting objects.

use std::collections::BTreeSet;

use accounts::models::User;
use module_api::admin::ModelAdmin;
use module_api::auth::Action;
use module_api::db::{DbError, Executor};
use module_api::model::{
    Deletion, FieldInfo, Filter, ManyToManyInfo, Model, ModelInfo, Models, Record, Records,
};
use sha2::{Digest, Sha256};

use crate::access::AdminContext;
use crate::object::CHUNK;

/// Rows of a model with a foreign key to a deleted row.
pub(super) type Referring = (&'static ModelInfo, &'static FieldInfo, BTreeSet<i64>);

/// Rows of a many-to-many table.
type Relating = (&'static ModelInfo, &'static ManyToManyInfo, BTreeSet<i64>);

/// The consequences of a deletion for a user.
pub(super) struct Consequences {
    pub(super) deletion: Deletion,
    /// Rows of many-to-many tables that are deleted too.
    pub(super) relations: Vec<Relating>,
    /// Rows that are kept, and whose foreign key becomes `NULL`.
    pub(super) freed: Vec<Referring>,
    /// Rows that share a form with deleted ones.
    pub(super) targets: Vec<Referring>,
    /// Rows that prevent the deletion.
    pub(super) protected: Vec<Referring>,
    /// `true` if the user's own account would be deleted, which the log entry refers to.
    pub(super) own_account: bool,
    /// The models whose affected objects the user may not delete.
    pub(super) lacking: Vec<&'static ModelInfo>,
    /// The fingerprint of these consequences.
    pub(super) fingerprint: String,
}

impl Consequences {
    pub(super) async fn of(
        deletion: Deletion,
        targets: Vec<Referring>,
        cx: &AdminContext<'_>,
        models: &Models,
        mut on: Executor<'_>,
    ) -> Result<Self, DbError> {
        let relations = deletion.relations(models, on.reborrow()).await?;
        let goes = |model: &ModelInfo, id: i64| {
            deletion.rows().any(|(known, ids)| known.is(model) && ids.contains(&id))
        };
        let mut freed = merged(deletion.freed());
        for (model, _, ids) in &mut freed {
            ids.retain(|id| !goes(model, *id));
        }
        freed.retain(|(.., ids)| !ids.is_empty());
        let protected = merged(deletion.protected());
        let mut lacking = Vec::new();
        for (model, ids) in deletion.rows() {
            let Some(registered) = cx.models.of(model) else { continue };
            if !may_delete(cx, &registered.admin, ids, on.reborrow()).await? {
                lacking.push(model);
            }
        }
        let own_account = goes(User::INFO, cx.user.id);
        let fingerprint = fingerprint(&deletion, &relations, &freed, &protected);
        Ok(Self {
            deletion,
            relations,
            freed,
            targets,
            protected,
            own_account,
            lacking,
            fingerprint,
        })
    }
}

/// Merges the rows by foreign key.
fn merged<'a>(
    rows: impl Iterator<Item = (&'static ModelInfo, &'static FieldInfo, &'a BTreeSet<i64>)>,
) -> Vec<Referring> {
    let mut merged: Vec<Referring> = Vec::new();
    for (model, field, ids) in rows {
        let same = |(m, f, _): &&mut Referring| m.is(model) && f.name == field.name;
        match merged.iter_mut().find(same) {
            Some((.., known)) => known.extend(ids),
            None => merged.push((model, field, ids.clone())),
        }
    }
    merged
}

/// Returns `true` if the user may delete all of these. A registration's rule may decide by
/// object.
async fn may_delete(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    ids: &BTreeSet<i64>,
    mut on: Executor<'_>,
) -> Result<bool, DbError> {
    if !cx.may(admin, Action::Delete, None) {
        return Ok(false);
    }
    if admin.rule.is_none() {
        return Ok(true);
    }
    let mut is_allowed = true;
    for chunk in chunks(ids) {
        let rows = records(admin.model, chunk, on.reborrow()).await?;
        is_allowed &= rows.iter().all(|record| cx.may(admin, Action::Delete, Some(record)));
    }
    Ok(is_allowed)
}

/// The primary keys in chunks of limited size.
pub(super) fn chunks(ids: &BTreeSet<i64>) -> Vec<Vec<i64>> {
    let ids: Vec<i64> = ids.iter().copied().collect();
    ids.chunks(CHUNK).map(<[i64]>::to_vec).collect()
}

/// The rows with these primary keys.
pub(super) async fn records(
    model: &'static ModelInfo,
    ids: Vec<i64>,
    on: Executor<'_>,
) -> Result<Vec<Record>, DbError> {
    Records::of(model).filter(Filter::key_is_in(model, ids)).fetch(on).await
}

fn fingerprint(
    deletion: &Deletion,
    relations: &[Relating],
    freed: &[Referring],
    protected: &[Referring],
) -> String {
    let mut digest = Sha256::new();
    let mut add = |what: &str, ids: &BTreeSet<i64>| {
        digest.update(what);
        for id in ids {
            digest.update([0]);
            digest.update(id.to_be_bytes());
        }
        digest.update([1]);
    };
    for (model, ids) in deletion.rows() {
        add(model.label, ids);
    }
    for (_, field, ids) in relations {
        add(field.table, ids);
    }
    for (kind, referring) in [("freed", freed), ("protected", protected)] {
        for (model, field, ids) in referring {
            add(&format!("{kind} {} {}", model.label, field.name), ids);
        }
    }
    hex::encode(digest.finalize())
}

/// The fingerprint of a question, so that a confirmation applies to this question only.
pub(crate) fn fingerprint_of(question: &str) -> String {
    hex::encode(Sha256::digest(question))
}
