//! Accounts: who is signed in, for how long, and with which rights.

pub(crate) mod permissions;
mod signing_in;
