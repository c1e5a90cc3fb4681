//! The pages of the admin, at the addresses of Django's.

mod autocomplete;
mod export;
mod index;
mod list;
mod modules;
mod search;

use rocket::Route;

/// All routes.
pub(crate) fn all() -> Vec<Route> {
    rocket::routes![
        index::index,
        index::app,
        index::elsewhere,
        autocomplete::autocomplete,
        autocomplete::lookup,
        modules::modules,
        search::search,
        list::list,
        export::export,
        list::actions::list_submit,
    ]
}
