//! Asking for a mail with which to set a new password.

use module_api::db::{Db, DbPool, Value};
use module_api::model::Model;
use module_api::rocket::tokio;
use module_api::{Error, Mailer, Page, Urls, context, route_name, template_name};
use rocket::form::{Form, FromForm};
use rocket::response::Redirect;
use rocket::{Config, State, get, post};

use super::form_page::FormAnswer;
use crate::models::User;
use crate::reset_mail::Outbox;
use crate::throttle::Attempt;
use crate::visitor::Visitor;

/// What to say if too many mails are on their way already.
const BUSY: &str =
    "Too many emails are being sent at the moment. Please try again in a few seconds.";

/// What is typed into the form.
#[derive(FromForm)]
pub(crate) struct Request {
    #[field(default = String::new())]
    email: String,
}

/// What is wrong with it.
#[derive(Default)]
struct Errors {
    whole: Option<String>,
    email: Vec<String>,
}

impl Errors {
    fn of_whole(message: impl Into<String>) -> Self {
        Self { whole: Some(message.into()), ..Self::default() }
    }
}

/// The form for an address, if this site sends mail.
#[get("/password_reset")]
pub(crate) fn password_reset(mailer: &State<Mailer>) -> Page {
    form("", Errors::default(), mailer)
}

/// Sends a mail to whoever has the address. The answer is the same if nobody has, and is given
/// before anybody looks.
#[post("/password_reset", data = "<request>")]
pub(crate) async fn request_password_reset(
    request: Form<Request>,
    visitor: Visitor<'_>,
    config: &Config,
    urls: &Urls,
    mailer: &State<Mailer>,
    outbox: &State<Outbox>,
    db: &State<Db>,
) -> Result<FormAnswer, Error> {
    let email = request.email.trim();
    let again = |errors| form(email, errors, mailer);
    let errors = errors_in(email);
    if !mailer.is_open() || !errors.is_empty() {
        return Ok(FormAnswer::invalid(again(Errors { whole: None, email: errors })));
    }
    let Some(delivery) = outbox.delivery(mailer, config) else {
        return Ok(FormAnswer::busy(again(Errors::of_whole(BUSY))));
    };
    match Attempt::to_reset_password(email, visitor.address(), db).await? {
        // It counts, whatever becomes of it.
        Ok(_) => {}
        Err(wait) => {
            let message = format!("Too many requests. Please wait {wait} and try again.");
            return Ok(FormAnswer::too_many(wait, again(Errors::of_whole(message))));
        }
    }
    let done = urls.url(route_name!("accounts:password_reset_done"), &[]).map_err(Error::other)?;
    tokio::spawn(delivery.run(email.to_owned(), DbPool::clone(db), urls.clone()));
    Ok(FormAnswer::taken(Redirect::to(done)))
}

/// Says that a mail was sent, if there is an account.
#[get("/password_reset/done")]
pub(crate) fn password_reset_done() -> Page {
    Page::render(template_name!("accounts/password_reset_done"), context! {})
}

/// What is wrong with an address, whosever it is.
fn errors_in(email: &str) -> Vec<String> {
    if email.is_empty() {
        return vec!["This field is required.".to_owned()];
    }
    let field = User::INFO.field("email").expect("users have an address");
    field.validate(&Value::from(email))
}

fn form(email: &str, errors: Errors, mailer: &Mailer) -> Page {
    // HTML has no character for it.
    let email = email.replace('\0', "\u{fffd}");
    let is_open = mailer.is_open();
    let context = context! { email, is_open, error: errors.whole, email_errors: errors.email };
    Page::render(template_name!("accounts/password_reset"), context)
}
