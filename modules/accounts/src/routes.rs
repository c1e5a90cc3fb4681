//! The pages of this module.

mod form_page;
mod landing;
mod login;
mod logout;
mod password_change;
mod password_reset;
mod password_reset_confirm;

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
        password_reset::password_reset,
        password_reset::request_password_reset,
        password_reset::password_reset_done,
        password_reset_confirm::password_reset_confirm,
        password_reset_confirm::reset_password,
    ]
}
