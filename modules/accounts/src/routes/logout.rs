//! Signing out.

use module_api::db::Db;
use module_api::{Error, Messages, Page, Urls, context, template_name};
use rocket::response::Redirect;
use rocket::{State, get, post};

use super::landing::go_on;
use crate::sessions;
use crate::visitor::Visitor;

/// Asks for confirmation: a GET request changes nothing.
#[get("/logout")]
pub(crate) fn logout() -> Page {
    Page::render(template_name!("accounts/logout"), context! {})
}

/// Signs out.
#[post("/logout")]
pub(crate) async fn sign_out(
    visitor: Visitor<'_>,
    messages: Messages<'_>,
    urls: &Urls,
    db: &State<Db>,
) -> Result<Redirect, Error> {
    if let Some(key) = visitor.keys().session {
        let mut transaction = db.begin().await?;
        sessions::end(&key, &mut transaction).await?;
        transaction.commit().await?;
    }
    visitor.forget_session();
    messages.success("You are logged out.");
    Ok(go_on(None, false, urls))
}
