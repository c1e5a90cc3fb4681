//! Deletion in one transaction with its log entries.

use std::collections::BTreeSet;

use module_api::Error;
use module_api::admin::{Change, ModelAdmin};
use module_api::auth::Action;
use module_api::db::{Db, DbError, Executor, Transaction};
use module_api::model::{Deletion, Filter, ModelInfo, Models, Records, WriteError};

use super::consequences::{Consequences, chunks, fingerprint_of, records};
use super::page::{ConfirmationPage, Notice};
use super::targets::{in_words, targets};
use crate::access::AdminContext;
use crate::denied::DenialReason;
use crate::log;
use crate::object::{lock, objects};

/// The answers on the confirmation page: the fields of its form.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Answers<'a> {
    /// `true` if the form was submitted: the field `post`.
    pub(crate) is_sent: bool,
    /// The fingerprint of the displayed consequences: the field `_fingerprint`.
    pub(crate) fingerprint: &'a str,
    /// The fingerprint of the confirmed question: the field `_confirmed`.
    pub(crate) confirmed: &'a str,
    /// `true` to delete the objects that share a form with them, too: the field `_along`.
    pub(crate) along: bool,
}

/// The result of a request for deletion.
pub(crate) enum Outcome {
    /// The objects were deleted, with their cascade; and a note about objects that shared a form
    /// with them.
    Deleted { count: usize, note: String },
    /// The deletion has to be confirmed, or is impossible.
    Ask(Box<ConfirmationPage>),
    /// None of the objects exists any more.
    Gone,
}

/// Deletes objects of a model with their cascades, once the user has confirmed all consequences.
///
/// # Errors
///
/// The user lacks the permission, or the database is out of reach.
pub(crate) async fn delete(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    ids: &BTreeSet<i64>,
    answers: Answers<'_>,
    db: &Db,
) -> Result<Outcome, Error> {
    if !answers.is_sent {
        return look(cx, admin, ids, answers, None, db).await;
    }
    let mut transaction = db.begin().await?;
    let done = match attempt(cx, admin, ids, answers, &mut transaction).await {
        Ok(done @ Outcome::Deleted { .. }) => {
            transaction.commit().await.map(|()| done).map_err(Error::from)
        }
        other => other,
    };
    match done {
        Err(Error::Database(error)) if error.is_conflict() => {
            look(cx, admin, ids, answers, Some(answers.fingerprint), db).await
        }
        other => other,
    }
}

/// Collects the current consequences. `refused` is the fingerprint of those that the database has
/// refused.
async fn look(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    ids: &BTreeSet<i64>,
    answers: Answers<'_>,
    refused: Option<&str>,
    db: &Db,
) -> Result<Outcome, Error> {
    let (models, mut on) = (Models::of(db), db.acquire().await?);
    let mut present = BTreeSet::new();
    for chunk in chunks(ids) {
        let rows = Records::of(admin.model).filter(Filter::key_is_in(admin.model, chunk));
        present.extend(rows.ids(&mut on).await?);
    }
    if present.is_empty() {
        return Ok(Outcome::Gone);
    }
    let found = find(cx, admin, &present, answers, models, (&mut on).into()).await?;
    let notice = refused.map(|fingerprint| {
        if fingerprint == found.fingerprint { Notice::Refused } else { Notice::Changed }
    });
    let why = (notice, None);
    let asked =
        ConfirmationPage::of(&found, cx, admin, answers.along, why, (&mut on).into()).await?;
    Ok(Outcome::Ask(Box::new(asked)))
}

async fn attempt(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    ids: &BTreeSet<i64>,
    answers: Answers<'_>,
    on: &mut Transaction,
) -> Result<Outcome, Error> {
    let present = lock(admin.model, ids, on).await?;
    if present.is_empty() {
        return Ok(Outcome::Gone);
    }
    let models = Models::within(on);
    let found = find(cx, admin, &present, answers, &models, (&mut *on).into()).await?;
    if let Some(model) = found.lacking.first() {
        return Err(cx.refuse(DenialReason::Permission(Action::Delete, model)));
    }
    let mut ask = None;
    if !found.protected.is_empty() || found.own_account {
        ask = Some((None, None));
    } else if found.fingerprint != answers.fingerprint {
        ask = Some((Some(Notice::Changed), None));
    } else if let Some(question) = question(cx, &found.deletion, on).await?
        && fingerprint_of(&question) != answers.confirmed
    {
        ask = Some((None, Some(question)));
    }
    if let Some(why) = ask {
        let asked = ConfirmationPage::of(&found, cx, admin, answers.along, why, on.into()).await?;
        return Ok(Outcome::Ask(Box::new(asked)));
    }
    write_log(cx, admin.model, &present, on).await?;
    let note = match (found.targets.as_slice(), answers.along) {
        ([], _) => String::new(),
        (targets, false) => format!(" Kept: {}.", in_words(targets)),
        (targets, true) => {
            for (model, _, ids) in targets {
                write_log(cx, model, ids, on).await?;
            }
            format!(" Also deleted: {}.", in_words(targets))
        }
    };
    found.deletion.run(on).await.map_err(as_error)?;
    Ok(Outcome::Deleted { count: present.len(), note })
}

async fn find(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    present: &BTreeSet<i64>,
    answers: Answers<'_>,
    models: &Models,
    mut on: Executor<'_>,
) -> Result<Consequences, Error> {
    let targets = targets(admin, present, on.reborrow()).await?;
    let mut chosen = vec![(admin.model, present.clone())];
    if answers.along {
        chosen.extend(targets.iter().map(|(model, _, ids)| (*model, ids.clone())));
    }
    let deletion = Deletion::among(models, chosen, on.reborrow()).await.map_err(as_error)?;
    Ok(Consequences::of(deletion, targets, cx, models, on).await?)
}

/// Returns the questions of the registrations of all models with deleted objects.
async fn question(
    cx: &AdminContext<'_>,
    deletion: &Deletion,
    on: &mut Transaction,
) -> Result<Option<String>, DbError> {
    let mut questions = Vec::new();
    for (model, ids) in deletion.rows() {
        let registered = cx.models.of(model);
        let Some(confirm) = registered.and_then(|registered| registered.admin.confirm) else {
            continue;
        };
        let mut before = Vec::with_capacity(ids.len());
        for chunk in chunks(ids) {
            before.extend(records(model, chunk, on.into()).await?);
        }
        let change = Change { user: &cx.user, before: &before, after: None };
        questions.extend(confirm(change, on).await?);
    }
    Ok((!questions.is_empty()).then(|| questions.join(" ")))
}

/// Writes a log entry for each of the objects, like Django: not for cascaded ones.
async fn write_log(
    cx: &AdminContext<'_>,
    model: &'static ModelInfo,
    ids: &BTreeSet<i64>,
    on: &mut Transaction,
) -> Result<(), DbError> {
    for chunk in chunks(ids) {
        let objects = objects(cx, model, chunk, &mut *on).await?;
        let shown: Vec<log::Object<'_>> =
            objects.iter().map(|object| (object.record.id(), object.text.as_str())).collect();
        log::deleted(&cx.user, model, &shown, on).await?;
    }
    Ok(())
}

fn as_error(error: WriteError) -> Error {
    match error {
        WriteError::Database(error) => Error::Database(error),
        other => Error::other(other),
    }
}
