//! The forms by which staff add and change objects: made of the models' descriptions.
//!
//! A page's form is planned by who asks ([`plan`]), filled from the database ([`stored`]) and from
//! what was typed ([`object`], [`rows`]), checked and written in one transaction ([`save`]), and
//! shown ([`view`]).

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
