//! Doing it, in one transaction with its entries in the log.

use std::collections::BTreeSet;

use accounts::models::User;
use module_api::Error;
use module_api::admin::{Change, ModelAdmin};
use module_api::db::{Db, DbError, Transaction};
use module_api::model::{Deletion, Filter, Model, Models, Records, WriteError};

use super::consequences::{Consequences, chunks, fingerprint_of, records};
use super::page::{Asked, Notice};
use crate::access::Desk;
use crate::log;
use crate::object::{lock, objects};

/// What somebody says who was shown what goes: the fields of the page's form.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Answers<'a> {
    /// Whether it is to be done at all: the field `post`.
    pub(crate) is_sent: bool,
    /// What was shown: the field `_fingerprint`.
    pub(crate) fingerprint: &'a str,
    /// The question that was answered with yes: the field `_confirmed`.
    pub(crate) confirmed: &'a str,
}

/// What became of it.
pub(crate) enum Outcome {
    /// It was done, with so many objects and what goes with them.
    Deleted(usize),
    /// It is to be shown first, or cannot be done.
    Ask(Asked),
    /// There is none of the objects any more.
    Gone,
}

/// Deletes objects of a model with everything that goes with them, once the user has seen all of it
/// and wants it.
///
/// # Errors
///
/// The user has no right to it, or the database is out of reach.
pub(crate) async fn delete(
    desk: &Desk<'_>,
    admin: &ModelAdmin,
    ids: &BTreeSet<i64>,
    answers: Answers<'_>,
    db: &Db,
) -> Result<Outcome, Error> {
    if !answers.is_sent {
        return look(desk, admin, ids, None, db).await;
    }
    let mut transaction = db.begin().await?;
    let done = match attempt(desk, admin, ids, answers, &mut transaction).await {
        Ok(Outcome::Deleted(count)) => {
            transaction.commit().await.map(|()| Outcome::Deleted(count)).map_err(Error::from)
        }
        other => other,
    };
    match done {
        Err(Error::Database(error)) if error.is_conflict() => {
            look(desk, admin, ids, Some(answers.fingerprint), db).await
        }
        other => other,
    }
}

/// What it means as it is now. `refused` is the fingerprint of what the database has refused.
async fn look(
    desk: &Desk<'_>,
    admin: &ModelAdmin,
    ids: &BTreeSet<i64>,
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
    let deletion = Deletion::among(models, admin.model, present, &mut on).await;
    let deletion = deletion.map_err(as_error)?;
    let consequences = Consequences::of(deletion, desk, models, (&mut on).into()).await?;
    let notice = refused.map(|fingerprint| {
        if fingerprint == consequences.fingerprint { Notice::Refused } else { Notice::Changed }
    });
    let asked = Asked::of(&consequences, desk, admin, notice, None, (&mut on).into()).await?;
    Ok(Outcome::Ask(asked))
}

async fn attempt(
    desk: &Desk<'_>,
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
    let found = find(desk, admin, &present, &models, on).await?;
    if !found.lacking.is_empty() {
        return Err(Error::Forbidden);
    }
    let mut ask = None;
    if !found.protected.is_empty() {
        ask = Some((None, None));
    } else if found.fingerprint != answers.fingerprint {
        ask = Some((Some(Notice::Changed), None));
    } else if let Some(question) = question(desk, &found.deletion, on).await?
        && fingerprint_of(&question) != answers.confirmed
    {
        ask = Some((None, Some(question)));
    }
    if let Some((notice, question)) = ask {
        let asked = Asked::of(&found, desk, admin, notice, question, on.into()).await?;
        return Ok(Outcome::Ask(asked));
    }
    write_log(desk, admin, &present, &found.deletion, on).await?;
    found.deletion.run(on).await.map_err(as_error)?;
    Ok(Outcome::Deleted(present.len()))
}

async fn find(
    desk: &Desk<'_>,
    admin: &ModelAdmin,
    present: &BTreeSet<i64>,
    models: &Models,
    on: &mut Transaction,
) -> Result<Consequences, Error> {
    let deletion = Deletion::of(admin.model, present.iter().copied(), on).await;
    Ok(Consequences::of(deletion.map_err(as_error)?, desk, models, on.into()).await?)
}

/// What the registrations of all models of which something goes want to have asked first.
async fn question(
    desk: &Desk<'_>,
    deletion: &Deletion,
    on: &mut Transaction,
) -> Result<Option<String>, DbError> {
    let mut questions = Vec::new();
    for (model, ids) in deletion.rows() {
        let registered = desk.models.of(model);
        let Some(confirm) = registered.and_then(|registered| registered.admin.confirm) else {
            continue;
        };
        let mut before = Vec::with_capacity(ids.len());
        for chunk in chunks(ids) {
            before.extend(records(model, chunk, on.into()).await?);
        }
        let change = Change { user: &desk.user, before: &before, after: None };
        questions.extend(confirm(change, on).await?);
    }
    Ok((!questions.is_empty()).then(|| questions.join(" ")))
}

/// Writes an entry for each of the objects, as Django does: not for what goes with them.
async fn write_log(
    desk: &Desk<'_>,
    admin: &ModelAdmin,
    ids: &BTreeSet<i64>,
    deletion: &Deletion,
    on: &mut Transaction,
) -> Result<(), DbError> {
    let is_self = |(model, ids): (&'static _, &BTreeSet<i64>)| {
        User::INFO.is(model) && ids.contains(&desk.user.id)
    };
    if deletion.rows().any(is_self) {
        // What a user did goes with the user.
        return Ok(());
    }
    for chunk in chunks(ids) {
        let objects = objects(admin.model, chunk, &mut *on).await?;
        let shown: Vec<log::Object<'_>> =
            objects.iter().map(|object| (object.record.id(), object.text.as_str())).collect();
        log::deleted(&desk.user, admin.model, &shown, on).await?;
    }
    Ok(())
}

fn as_error(error: WriteError) -> Error {
    match error {
        WriteError::Database(error) => Error::Database(error),
        other => Error::other(other),
    }
}
