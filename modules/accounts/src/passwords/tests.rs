//! What Django makes, beside what is made here: tables that Django printed, and broken rows.

mod broken_hashes;
mod django_hashes;
mod django_validation;
mod new_hashes;
mod queue;
