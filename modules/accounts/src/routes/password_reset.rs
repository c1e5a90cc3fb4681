//! Requesting a password reset.

use module_api::db::{Db, DbPool};
use module_api::forms::{Form, FormAnswer, FormView, Submitted};
use module_api::rocket::tokio;
use module_api::{Error, Mailer, Page, Urls, context, route_name, template_name};
use rocket::response::Redirect;
use rocket::{Config, State, get, post};

use super::form_page::{busy, too_many};
use crate::reset_mail::Outbox;
use crate::throttle::Attempt;
use crate::visitor::Visitor;

/// The message if too many emails are being sent.
const BUSY: &str =
    "Too many emails are being sent at the moment. Please try again in a few seconds.";

#[derive(Form)]
pub(crate) struct PasswordResetForm {
    #[form(email, autocomplete = "email")]
    email: String,
}

/// The form for an email address, if this site sends mail.
#[get("/password_reset")]
pub(crate) fn password_reset(mailer: &State<Mailer>) -> Page {
    page(PasswordResetForm::blank(), mailer)
}

/// Sends a mail to the accounts with the address. The response is the same without one, and is
/// sent before the lookup.
#[post("/password_reset", data = "<form>")]
pub(crate) async fn request_password_reset(
    form: Submitted<PasswordResetForm>,
    visitor: Visitor<'_>,
    config: &Config,
    urls: &Urls,
    mailer: &State<Mailer>,
    outbox: &State<Outbox>,
    db: &State<Db>,
) -> Result<FormAnswer, Error> {
    let (PasswordResetForm { email }, form) = match form.check() {
        Ok(form) => form.into_parts(),
        Err(form) => return Ok(page(form, mailer).into()),
    };
    if !mailer.is_open() {
        return Ok(page(form, mailer).into());
    }
    let Some(delivery) = outbox.delivery(mailer, config) else {
        return Ok(busy(page(form.with_error(BUSY), mailer)));
    };
    match Attempt::to_reset_password(&email, visitor.address(), db).await? {
        // It counts, whatever the outcome.
        Ok(_) => {}
        Err(wait) => {
            let message = format!("Too many requests. Please wait {wait} and try again.");
            return Ok(too_many(wait, page(form.with_error(message), mailer)));
        }
    }
    let done = urls.url(route_name!("accounts:password_reset_done"), &[]).map_err(Error::other)?;
    tokio::spawn(delivery.run(email, DbPool::clone(db), urls.clone()));
    Ok(Redirect::to(done).into())
}

/// Says that a mail was sent, if there is an account.
#[get("/password_reset/done")]
pub(crate) fn password_reset_done() -> Page {
    Page::render(template_name!("accounts/password_reset_done"), context! {})
}

fn page(form: FormView, mailer: &Mailer) -> Page {
    let is_open = mailer.is_open();
    Page::render(template_name!("accounts/password_reset"), context! { form, is_open })
}
