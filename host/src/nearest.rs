//! The known name that a misspelled one was meant to be.

pub(crate) use module_api::suggestion;
