//! The forms by which staff add and change objects, generated from the models' descriptions.
//!
//! A form is planned by the permissions of the user ([`plan`]), filled from the database
//! ([`stored`]) and from the submitted values ([`object`], [`rows`]), validated and written in one
//! transaction ([`save`]), and rendered ([`view`]).

pub(crate) mod afterwards;
pub(crate) mod choices;
pub(crate) mod conflict;
pub(crate) mod object;
pub(crate) mod page;
pub(crate) mod password;
pub(crate) mod plan;
pub(crate) mod posted;
pub(crate) mod rows;
pub(crate) mod save;
pub(crate) mod state;
pub(crate) mod stored;
pub(crate) mod submit;
pub(crate) mod view;
pub(crate) mod widgets;
