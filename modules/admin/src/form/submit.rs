//! Processing of a submitted form.

use accounts::passwords::Hasher;
use module_api::Error;
use module_api::admin::ModelAdmin;
use module_api::auth::Action;
use module_api::db::{Db, Transaction};
use module_api::forms::Posted;

use super::password::NewPassword;
use super::plan::Plan;
use super::save::{self, Saved, Written};
use super::state::FormState;
use super::stored::{Stored, begin, object};
use crate::access::AdminContext;
use crate::deletion::fingerprint_of;
use crate::denied::DenialReason;
use crate::log;

/// The field with the fingerprint of the stored values that the form was rendered from.
pub(crate) const FINGERPRINT: &str = "_fingerprint";

/// The field with the confirmed question.
pub(crate) const CONFIRMED: &str = "_confirmed";

/// The field with the names of inputs whose stored values are to be taken.
pub(crate) const THEIRS: &str = "_theirs";

/// The button that creates a new object from the values of another.
pub(crate) const SAVE_AS_NEW: &str = "_saveasnew";

/// The maximum number of attempts to write on conflicts.
const ATTEMPTS: u32 = 3;

/// The result of a submitted form.
#[derive(Debug)]
pub(crate) enum Submission<'r> {
    /// The objects were saved.
    Saved(Saved),
    /// The form was not saved, and is shown again.
    Again(Box<FormState<'r>>, Reason),
}

/// The reason why a form is shown again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The fields have errors.
    Errors,
    /// Another user changed the object while it was edited.
    Conflict,
    /// Another user deleted the object while it was edited.
    Gone,
    /// A question has to be confirmed first.
    Question(String),
    /// The database refuses, because of repeated conflicts.
    Refused,
}

/// A submitted form with its user.
pub(crate) struct FormSubmission<'a, 'r> {
    pub(crate) cx: &'a AdminContext<'r>,
    pub(crate) admin: &'r ModelAdmin,
    /// The primary key of the object; `None` for a new one.
    pub(crate) id: Option<i64>,
    pub(crate) posted: &'a Posted,
    pub(crate) db: &'a Db,
    pub(crate) hasher: &'a Hasher,
}

impl<'r> FormSubmission<'_, 'r> {
    /// Validates and writes all objects, or none.
    pub(crate) async fn submit(&self) -> Result<Submission<'r>, Error> {
        let password = self.password().await?;
        for _ in 0..ATTEMPTS {
            match self.attempt(password.clone()).await {
                // Another transaction wrote the same: the effect shows in what is stored now.
                Err(Error::Database(error)) if error.is_conflict() => {}
                other => return other,
            }
        }
        let mut transaction = begin(self.db, self.admin, self.id).await?;
        let (state, reason) = self.prepare(password, &mut transaction).await?;
        Ok(Submission::Again(Box::new(state), reason.unwrap_or(Reason::Refused)))
    }

    async fn attempt(&self, password: Option<NewPassword>) -> Result<Submission<'r>, Error> {
        let mut transaction = begin(self.db, self.admin, self.id).await?;
        let submission = self.write(password, &mut transaction).await?;
        if let Submission::Saved(_) = submission {
            transaction.commit().await?;
        }
        Ok(submission)
    }

    /// The new password, if the form of a new object has inputs for one.
    async fn password(&self) -> Result<Option<NewPassword>, Error> {
        let adds = self.id.is_none() || self.posted.has(SAVE_AS_NEW);
        let Some(mut password) = NewPassword::of(self.admin).filter(|_| adds) else {
            return Ok(None);
        };
        if !self.cx.may_with(self.admin.model, Action::Add, None) {
            return Err(self.cx.refuse(DenialReason::Permission(Action::Add, self.admin.model)));
        }
        password.take(self.posted, self.hasher).await?;
        Ok(Some(password))
    }

    async fn write(
        &self,
        password: Option<NewPassword>,
        on: &mut Transaction,
    ) -> Result<Submission<'r>, Error> {
        let (mut state, reason) = self.prepare(password, on).await?;
        if let Some(reason) = reason {
            return Ok(Submission::Again(Box::new(state), reason));
        }
        let mut new = save::check(&mut state, on).await?;
        if state.count_errors() > 0 {
            return Ok(Submission::Again(Box::new(state), Reason::Errors));
        }
        if let Some(NewPassword { field, hash: Some(hash), .. }) = &state.password {
            new.set(state.main.model, field.name, hash.as_str().into());
        }
        if !new.changes(&state) {
            return Ok(Submission::Saved(Saved::unchanged(&state)));
        }
        if let Some(question) = new.question(&state, &self.cx.user, on).await?
            && self.posted.get(CONFIRMED) != Some(&fingerprint_of(&question))
        {
            return Ok(Submission::Again(Box::new(state), Reason::Question(question)));
        }
        let mut saved = match new.write(&mut state, on).await? {
            Written::Done(saved) => saved,
            Written::Refused => {
                return Ok(Submission::Again(Box::new(state), Reason::Errors));
            }
        };
        let (user, model) = (&*self.cx.user, self.admin.model);
        let written = (saved.id, saved.text.as_str());
        if state.plan.adding {
            log::added(user, model, written, &saved.message, on).await?;
        } else {
            log::changed(user, model, written, &saved.message, on).await?;
        }
        if let Some(stored) = object(self.cx, model, saved.id, on).await? {
            saved.label = stored.label;
        }
        Ok(Submission::Saved(saved))
    }

    /// Prepares the form with the submitted values, and the reason why it cannot be saved, if
    /// there is one.
    async fn prepare(
        &self,
        password: Option<NewPassword>,
        on: &mut Transaction,
    ) -> Result<(FormState<'r>, Option<Reason>), Error> {
        let (cx, admin, posted) = (self.cx, self.admin, self.posted);
        let Some(id) = self.id else {
            return Ok((self.new_object(password)?, None));
        };
        if posted.has(SAVE_AS_NEW) && admin.save_as {
            return Ok((self.new_object(password)?, None));
        }
        let Some(main) = object(cx, admin.model, id, &mut *on).await? else {
            if posted.has(SAVE_AS_NEW) {
                return Ok((self.new_object(password)?, None));
            }
            let mut state = FormState::to_add(Plan::of_gone(cx, admin));
            state.take(posted, true);
            return Ok((state, Some(Reason::Gone)));
        };
        let plan = Plan::to_change(cx, admin, &main.record);
        if !plan.may_save {
            cx.check(admin, Action::Change, None)?;
            return Err(cx.refuse(DenialReason::Object(Action::Change, admin.model)));
        }
        let stored = Stored::load(cx, main, &plan, on).await?;
        let mut state = FormState::to_change(cx, plan, stored);
        state.take(posted, false);
        for input in posted.all(THEIRS) {
            state.take_stored(input);
        }
        let is_same = posted.get(FINGERPRINT) == state.fingerprint.as_deref();
        Ok((state, (!is_same).then_some(Reason::Conflict)))
    }

    fn new_object(&self, password: Option<NewPassword>) -> Result<FormState<'r>, Error> {
        let plan = Plan::to_add(self.cx, self.admin);
        if !plan.may_save {
            return Err(self.cx.refuse(DenialReason::Permission(Action::Add, self.admin.model)));
        }
        let mut state = FormState::to_add(plan);
        state.password = password;
        state.take(self.posted, true);
        Ok(state)
    }
}
