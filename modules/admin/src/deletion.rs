//! Deletion of objects with their cascades: a confirmation page, then the deletion.

mod consequences;
mod page;
mod run;
mod targets;

pub(crate) use self::consequences::fingerprint_of;
pub(crate) use self::page::{PageFrame, page};
pub(crate) use self::run::{Answers, Outcome, delete};
