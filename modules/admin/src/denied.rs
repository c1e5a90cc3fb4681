//! The reason of a refusal, for the page for 403.

use std::sync::{Mutex, PoisonError};

use module_api::auth::Action;
use module_api::model::ModelInfo;

/// The permission that a request lacked, in its local cache.
#[derive(Debug, Default)]
pub(crate) struct Denied(Mutex<Option<DenialReason>>);

/// The reason of a refusal.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DenialReason {
    /// The user lacks the permission to do this with a model.
    Permission(Action, &'static ModelInfo),
    /// The user has it, but not for this object.
    Object(Action, &'static ModelInfo),
    /// It is for superusers.
    Superuser,
}

impl Denied {
    /// Records the reason of a refusal; the last one counts.
    pub(crate) fn note(&self, lack: DenialReason) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(lack);
    }

    /// The last reason.
    pub(crate) fn get(&self) -> Option<DenialReason> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
