//! The pages of the admin, at the same addresses as Django's.

mod autocomplete;
mod delete;
mod export;
mod forbidden;
mod form;
mod history;
mod import;
mod index;
mod list;
mod modules;
mod password;
mod search;

use module_api::Page;
use rocket::response::Redirect;
use rocket::{Catcher, Responder, Route};

/// A page, or a redirect.
#[derive(Responder)]
pub(crate) enum Answer {
    Page(Page),
    Elsewhere(Box<Redirect>),
}

impl From<Redirect> for Answer {
    fn from(redirect: Redirect) -> Self {
        Self::Elsewhere(Box::new(redirect))
    }
}

/// The error page for a refusal.
pub(crate) fn catchers() -> Vec<Catcher> {
    rocket::catchers![forbidden::forbidden]
}

/// All routes.
pub(crate) fn all() -> Vec<Route> {
    rocket::routes![
        index::index,
        index::app,
        index::elsewhere,
        autocomplete::autocomplete,
        autocomplete::lookup,
        delete::delete,
        delete::delete_submit,
        history::history,
        import::import,
        import::import_submit,
        form::add,
        form::add_submit,
        form::change,
        form::change_submit,
        form::object_itself,
        modules::modules,
        password::password,
        password::password_submit,
        search::search,
        list::list,
        export::export,
        list::actions::list_submit,
    ]
}
