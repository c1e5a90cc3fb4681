//! Calls the modules' hooks for starts in the profile `local`.

use module_api::db::Db;
use module_api::{LocalStartContext, Notice};

use super::{DatabaseError, HookError};
use crate::plan::Plan;
use crate::settings::Settings;

/// Calls the active modules' hooks, in the order in which the modules start, and returns their
/// notices.
pub(super) async fn run(
    plan: &Plan,
    settings: &Settings,
    db: &Db,
    is_new: bool,
) -> Result<Vec<Notice>, DatabaseError> {
    let mut notices = Vec::new();
    for module in plan.active() {
        let Some(hook) = module.registration.module.local_start() else { continue };
        let figment = &settings.figment;
        let done = hook(LocalStartContext { figment, db, urls: &plan.urls, is_new }).await;
        notices.extend(
            done.map_err(|source| HookError::LocalStart { module: module.name(), source })?,
        );
    }
    Ok(notices)
}
