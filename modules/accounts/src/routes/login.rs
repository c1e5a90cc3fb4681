//! Signing in.

use module_api::db::{Db, DbError};
use module_api::{Error, Page, Urls, context, template_name, with_causes};
use rocket::form::{Form, FromForm};
use rocket::{State, get, post};

use super::form_page::{BUSY, FormAnswer};
use super::landing::go_on;
use crate::authentication::{self, AuthenticationError, BrowserKeys};
use crate::devices;
use crate::passwords::Hasher;
use crate::throttle::{Attempt, Wait};
use crate::usernames::normalized_username;
use crate::visitor::Visitor;

const WRONG: &str = "Please enter a correct username and password. Note that both fields may be \
                     case-sensitive.";

/// What is typed into the form.
#[derive(FromForm)]
pub(crate) struct Credentials {
    #[field(default = String::new())]
    username: String,
    #[field(default = String::new())]
    password: String,
    #[field(default = String::new())]
    next: String,
}

/// What is wrong with it.
#[derive(Default)]
struct Errors {
    whole: Option<String>,
    username_missing: bool,
    password_missing: bool,
}

impl Errors {
    fn of_whole(message: impl Into<String>) -> Self {
        Self { whole: Some(message.into()), ..Self::default() }
    }
}

/// The form to sign in.
#[get("/login?<next>")]
pub(crate) fn login(next: Option<&str>) -> Page {
    form("", next.unwrap_or_default(), Errors::default())
}

/// Signs in.
#[post("/login", data = "<credentials>")]
pub(crate) async fn sign_in(
    credentials: Form<Credentials>,
    visitor: Visitor<'_>,
    urls: &Urls,
    hasher: &State<Hasher>,
    db: &State<Db>,
) -> Result<FormAnswer, Error> {
    let Credentials { username, password, next } = &*credentials;
    let again = |errors| form(username, next, errors);
    let name = normalized_username(username);
    if name.is_empty() || password.is_empty() {
        let (username_missing, password_missing) = (name.is_empty(), password.is_empty());
        let errors = Errors { whole: None, username_missing, password_missing };
        return Ok(FormAnswer::invalid(again(errors)));
    }
    let keys = visitor.keys();
    let attempt = match count(&name, visitor, &keys, db).await? {
        Ok(attempt) => attempt,
        Err(wait) => {
            let message = format!("Too many failed logins. Please wait {wait} and try again.");
            return Ok(FormAnswer::too_many(wait, again(Errors::of_whole(message))));
        }
    };
    match authentication::sign_in(&name, password, &keys, hasher, db).await {
        Ok(Some(signed_in)) => {
            // Who is signed in is not sent away because of this.
            if let Err(error) = attempt.succeeded(db).await {
                tracing::warn!("failed logins were not forgotten: {}", with_causes(&error));
            }
            visitor.keep_session(&signed_in.session);
            visitor.keep_device(&signed_in.device);
            Ok(FormAnswer::taken(go_on(Some(next), signed_in.is_staff, urls)))
        }
        Ok(None) => Ok(FormAnswer::invalid(again(Errors::of_whole(WRONG)))),
        Err(error) => {
            if let Err(error) = attempt.withdrawn(db).await {
                tracing::warn!("a login was not taken back: {}", with_causes(&error));
            }
            match error {
                AuthenticationError::Hasher(error) if error.is_temporary() => {
                    Ok(FormAnswer::busy(again(Errors::of_whole(BUSY))))
                }
                AuthenticationError::Hasher(error) => Err(Error::other(error)),
                AuthenticationError::Database(error) => Err(error.into()),
            }
        }
    }
}

/// Counts the attempt, which a browser that the user knows counts for itself.
async fn count(
    username: &str,
    visitor: Visitor<'_>,
    keys: &BrowserKeys,
    db: &Db,
) -> Result<Result<Attempt, Wait>, DbError> {
    let known_browser = match &keys.device {
        Some(key) if devices::is_known(key, username, db).await? => Some(key),
        _ => None,
    };
    Attempt::to_sign_in(username, visitor.address(), known_browser, db).await
}

fn form(username: &str, next: &str, errors: Errors) -> Page {
    let Errors { whole, username_missing, password_missing } = errors;
    // A page cannot show control characters, and no browser's field has them.
    let shown = |text: &str| text.replace(char::is_control, "");
    let (username, next) = (shown(username), shown(next));
    let context = context! { username, next, error: whole, username_missing, password_missing };
    Page::render(template_name!("accounts/login"), context)
}
