//! The pages of this module.

mod form_page;
mod landing;
mod login;
mod logout;
mod password_change;

use rocket::{Route, routes};

/// All routes.
pub(crate) fn all() -> Vec<Route> {
    routes![
        login::login,
        login::sign_in,
        logout::logout,
        logout::sign_out,
        password_change::password_change,
        password_change::change_password,
    ]
}
