//! The pages of the admin, at the addresses of Django's.

mod index;

use rocket::Route;

/// All routes.
pub(crate) fn all() -> Vec<Route> {
    rocket::routes![index::index, index::app, index::elsewhere]
}
