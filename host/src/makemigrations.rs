//! The migrations that the models of a plan ask for.

pub use ::migrate::makemigrations::{MakeMigrationsError, NeedsValue, Proposal, Renaming, Request};

use ::migrate::makemigrations;

use crate::plan::Plan;

/// The migrations that are missing.
///
/// # Errors
///
/// See [`MakeMigrationsError`].
pub async fn propose(plan: &Plan, request: &Request) -> Result<Vec<Proposal>, MakeMigrationsError> {
    makemigrations::propose(&plan.migrations, &plan.active_modules(), request).await
}
