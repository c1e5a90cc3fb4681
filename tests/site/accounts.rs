//! Accounts: who is signed in, for how long, and with which rights; and the first of them.

mod commands;
mod first_start;
pub(crate) mod permissions;
mod signing_in;
