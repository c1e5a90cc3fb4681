//! Signing in.

use module_api::db::Db;
use module_api::{Error, Page, Urls, context};
use rocket::form::{Form, FromForm};
use rocket::http::Status;
use rocket::{State, get, post};

use super::form_page::FormAnswer;
use super::landing::go_on;
use crate::authentication::{self, AuthenticationError, normalized_username};
use crate::passwords::{Hasher, HasherError};
use crate::visitor::Visitor;

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
    username: bool,
    password: bool,
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
    let again = |errors| FormAnswer::invalid(form(username, next, errors));
    let name = normalized_username(username);
    if name.is_empty() || password.is_empty() {
        let (username, password) = (name.is_empty(), password.is_empty());
        return Ok(again(Errors { username, password, ..Errors::default() }));
    }
    let former = visitor.session_key();
    let signed_in = authentication::sign_in(&name, password, former.as_ref(), hasher, db).await;
    match signed_in {
        Ok(Some(signed_in)) => {
            visitor.keep_session(&signed_in.key);
            Ok(FormAnswer::Taken(go_on(Some(next), signed_in.is_staff, urls)))
        }
        Ok(None) => {
            let wrong = "Please enter a correct username and password. Note that both fields may \
                         be case-sensitive.";
            Ok(again(Errors { whole: Some(wrong.to_owned()), ..Errors::default() }))
        }
        Err(AuthenticationError::Hasher(HasherError::Busy)) => {
            let busy = "Too many people are logging in at the moment. Please try again in a few \
                        seconds.";
            let errors = Errors { whole: Some(busy.to_owned()), ..Errors::default() };
            let page = form(username, next, errors);
            Ok(FormAnswer::Again { status: Status::ServiceUnavailable, retry_after: Some(5), page })
        }
        Err(AuthenticationError::Hasher(error)) => Err(Error::other(error)),
        Err(AuthenticationError::Database(error)) => Err(error.into()),
    }
}

fn form(username: &str, next: &str, errors: Errors) -> Page {
    let Errors { whole, username: username_missing, password: password_missing } = errors;
    let context = context! {
        username: username.to_owned(),
        next: next.to_owned(),
        error: whole,
        username_missing,
        password_missing,
    };
    Page::render("accounts/login", context)
}
