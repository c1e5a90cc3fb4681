//! The missing migrations for the models of a plan.

pub use ::migrate::makemigrations::{MakeMigrationsError, NeedsValue, Proposal, Renaming, Request};

use ::migrate::makemigrations;

use crate::plan::Plan;

/// Returns the missing migrations.
///
/// # Errors
///
/// See [`MakeMigrationsError`].
pub async fn propose(plan: &Plan, request: &Request) -> Result<Vec<Proposal>, MakeMigrationsError> {
    makemigrations::propose(&plan.migrations, &plan.active_modules(), request).await
}
