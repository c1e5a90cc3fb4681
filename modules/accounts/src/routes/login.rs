//! Signing in.

use module_api::auth::local_address;
use module_api::db::{Db, DbError};
use module_api::forms::{Form, FormAnswer, FormView, Submitted};
use module_api::{Error, Page, Urls, context, template_name, with_causes};
use rocket::{State, get, post};

use super::form_page::{BUSY, busy, too_many};
use super::landing::go_on;
use crate::authentication::{self, AuthenticationError, BrowserKeys};
use crate::devices;
use crate::passwords::Hasher;
use crate::throttle::{Attempt, Wait};
use crate::usernames::normalized_username;
use crate::visitor::Visitor;

const WRONG: &str = "Please enter a correct username and password. Note that both fields may be \
                     case-sensitive.";

#[derive(Form)]
pub(crate) struct LoginForm {
    #[form(
        long_text,
        widget = text,
        normalize = possible_username,
        autocomplete = "username"
    )]
    username: String,
    #[form(long_text, widget = password, autocomplete = "current-password")]
    password: String,
    #[form(long_text, blank, widget = hidden, normalize = address_on_this_site)]
    next: String,
}

/// Replaces a username with a null character by one that does not exist, so that the response is
/// the same as for any other.
fn possible_username(typed: &str) -> String {
    normalized_username(typed).replace('\0', "\u{fffd}")
}

fn address_on_this_site(next: &str) -> String {
    local_address(next).unwrap_or_default().to_owned()
}

/// The form to sign in.
#[get("/login?<next>")]
pub(crate) fn login(next: Option<&str>) -> Page {
    let form = LoginForm::blank().with_value("next", next.unwrap_or_default());
    page(form.with_focus("username"))
}

/// Signs in.
#[post("/login", data = "<form>")]
pub(crate) async fn sign_in(
    form: Submitted<LoginForm>,
    visitor: Visitor<'_>,
    urls: &Urls,
    hasher: &State<Hasher>,
    db: &State<Db>,
) -> Result<FormAnswer, Error> {
    let (LoginForm { username: name, password, next }, form) = match form.check() {
        Ok(form) => form.into_parts(),
        Err(form) => return Ok(page(form).into()),
    };
    let again = |message: &str| page(form.with_error(message).with_focus("password"));
    let keys = visitor.keys();
    let attempt = match count(&name, visitor, &keys, db).await? {
        Ok(attempt) => attempt,
        Err(wait) => {
            let message = format!("Too many failed logins. Please wait {wait} and try again.");
            return Ok(too_many(wait, again(&message)));
        }
    };
    match authentication::sign_in(&name, &password, &keys, hasher, db).await {
        Ok(Some(signed_in)) => {
            // A failure here does not undo the login.
            if let Err(error) = attempt.succeeded(db).await {
                tracing::warn!("failed logins were not forgotten: {}", with_causes(&error));
            }
            visitor.keep_session(&signed_in.session);
            visitor.keep_device(&signed_in.device);
            Ok(go_on(Some(&next), signed_in.is_staff, urls).into())
        }
        Ok(None) => Ok(again(WRONG).into()),
        Err(error) => {
            if let Err(error) = attempt.withdraw(db).await {
                tracing::warn!("a login was not taken back: {}", with_causes(&error));
            }
            match error {
                AuthenticationError::Hasher(error) if error.is_temporary() => Ok(busy(again(BUSY))),
                AuthenticationError::Hasher(error) => Err(Error::other(error)),
                AuthenticationError::Database(error) => Err(error.into()),
            }
        }
    }
}

/// Counts the attempt, separately for a known browser of the user.
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

fn page(form: FormView) -> Page {
    Page::render(template_name!("accounts/login"), context! { form })
}
