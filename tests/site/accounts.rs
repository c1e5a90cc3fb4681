//! Accounts: their permissions.

pub(crate) mod permissions;
