//! The reason for a refusal, for the error page of 403.

use std::sync::{Mutex, PoisonError};

use module_api::auth::Action;
use module_api::model::ModelInfo;

/// The missing permission of a request, in its local cache.
#[derive(Debug, Default)]
pub(crate) struct Denied(Mutex<Option<DenialReason>>);

/// The reason for a refusal.
#[derive(Debug, Clone, Copy)]
pub(crate) enum DenialReason {
    /// The user lacks this permission for a model.
    Permission(Action, &'static ModelInfo),
    /// The user has the permission for the model, but not for this object.
    Object(Action, &'static ModelInfo),
    /// Only superusers are allowed.
    Superuser,
}

impl Denied {
    /// Records the reason for a refusal; the last one counts.
    pub(crate) fn note(&self, lack: DenialReason) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(lack);
    }

    /// The last reason.
    pub(crate) fn get(&self) -> Option<DenialReason> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
