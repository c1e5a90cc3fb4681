//! Comparison with Django: hashes that Django printed, and broken ones.

mod broken_hashes;
mod django_hashes;
mod django_validation;
mod memory;
mod new_hashes;
mod queue;
