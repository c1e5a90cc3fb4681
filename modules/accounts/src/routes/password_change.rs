//! Changing the own password.

use module_api::auth::{CurrentUser, User};
use module_api::db::{Db, DbError, query};
use module_api::{Error, Messages, Page, Urls, context, template_name};
use rocket::form::{Form, FromForm};
use rocket::{State, get, post};

use super::form_page::{BUSY, FormAnswer};
use super::landing::go_on;
use crate::authentication::MAX_PASSWORD;
use crate::new_password::{check_typed_twice, store_password};
use crate::passwords::{Hasher, HasherError, UserAttributes, Verification, password_help_texts};
use crate::sessions::{self, SessionKey};
use crate::throttle::Attempt;
use crate::visitor::Visitor;

const REQUIRED: &str = "This field is required.";
const WRONG_OLD: &str = "Your old password was entered incorrectly. Please enter it again.";

/// What is typed into the form.
#[derive(FromForm)]
pub(crate) struct Passwords {
    #[field(default = String::new())]
    old_password: String,
    #[field(default = String::new())]
    new_password1: String,
    #[field(default = String::new())]
    new_password2: String,
}

/// What is wrong with it.
#[derive(Default, PartialEq, Eq)]
struct Errors {
    whole: Option<String>,
    old_password: Vec<String>,
    new_password1: Vec<String>,
    new_password2: Vec<String>,
}

impl Errors {
    fn of_whole(message: impl Into<String>) -> Self {
        Self { whole: Some(message.into()), ..Self::default() }
    }
}

/// The form for a new password.
#[get("/password_change")]
pub(crate) fn password_change(_user: CurrentUser) -> Page {
    form(Errors::default())
}

/// Changes the password.
#[post("/password_change", data = "<passwords>")]
pub(crate) async fn change_password(
    user: CurrentUser,
    passwords: Form<Passwords>,
    visitor: Visitor<'_>,
    messages: Messages<'_>,
    urls: &Urls,
    hasher: &State<Hasher>,
    db: &State<Db>,
) -> Result<FormAnswer, Error> {
    let mut errors = errors_in_new(&passwords, &user);
    if passwords.old_password.is_empty() {
        errors.old_password.push(REQUIRED.to_owned());
        return Ok(FormAnswer::invalid(form(errors)));
    }
    let attempt = match Attempt::to_tell_password(user.id, db).await? {
        Ok(attempt) => attempt,
        Err(wait) => {
            let message = format!("Too many wrong passwords. Please wait {wait} and try again.");
            return Ok(FormAnswer::too_many(wait, form(Errors::of_whole(message))));
        }
    };
    let stored = stored_password(user.id, db).await?;
    let old = &passwords.old_password;
    let can_be_it = |_: &&str| old.len() <= MAX_PASSWORD;
    match hasher.verify_or_pretend(old, stored.as_deref().filter(can_be_it)).await {
        Ok(Verification::Wrong) => errors.old_password.push(WRONG_OLD.to_owned()),
        Ok(Verification::Right | Verification::RightButOld) => attempt.succeeded(db).await?,
        Err(error) => {
            attempt.withdrawn(db).await?;
            return refused_by_hasher(error);
        }
    }
    if errors != Errors::default() {
        return Ok(FormAnswer::invalid(form(errors)));
    }
    let hash = match hasher.encode(&passwords.new_password1).await {
        Ok(hash) => hash,
        Err(error) => return refused_by_hasher(error),
    };
    let stored = stored.expect("a password was verified");
    match store(user.id, &stored, &hash, db).await? {
        Some(key) => visitor.keep_session(&key),
        // Somebody else changed it meanwhile.
        None => {
            let old_password = vec![WRONG_OLD.to_owned()];
            return Ok(FormAnswer::invalid(form(Errors { old_password, ..Errors::default() })));
        }
    }
    messages.success("Your password was changed.");
    Ok(FormAnswer::taken(go_on(None, user.is_staff, urls)))
}

/// What is wrong with the new password: what Django says of it, where Django says it.
fn errors_in_new(passwords: &Passwords, user: &User) -> Errors {
    let Passwords { new_password1, new_password2, .. } = passwords;
    let attributes = UserAttributes {
        username: &user.username,
        first_name: &user.first_name,
        last_name: &user.last_name,
        email: &user.email,
    };
    let [new_password1, new_password2] =
        check_typed_twice(new_password1, new_password2, &attributes);
    Errors { new_password1, new_password2, ..Errors::default() }
}

async fn stored_password(user_id: i64, db: &Db) -> Result<Option<String>, DbError> {
    let password = query("SELECT password AS value FROM auth_user WHERE id = $1 AND is_active");
    let password = password.bind(user_id).fetch_optional(&mut db.acquire().await?).await?;
    Ok(password.map(|(password,)| password))
}

/// Stores the new hash in place of the old one, ends all sessions of the user and begins one. None
/// if the old hash is not there any more.
async fn store(user_id: i64, old: &str, new: &str, db: &Db) -> Result<Option<SessionKey>, DbError> {
    let mut transaction = db.begin().await?;
    let locked = query("UPDATE auth_user SET password = $1 WHERE id = $2 AND password = $3");
    let locked = locked.bind(new).bind(user_id).bind(old).execute(&mut transaction).await?;
    if locked == 0 {
        return Ok(None);
    }
    store_password(user_id, new, &mut transaction).await?;
    let key = sessions::begin(user_id, new, &mut transaction).await?;
    transaction.commit().await?;
    Ok(Some(key))
}

fn refused_by_hasher(error: HasherError) -> Result<FormAnswer, Error> {
    if error.is_temporary() {
        Ok(FormAnswer::busy(form(Errors::of_whole(BUSY))))
    } else {
        Err(Error::other(error))
    }
}

fn form(errors: Errors) -> Page {
    let Errors { whole, old_password, new_password1, new_password2 } = errors;
    let context = context! {
        error: whole,
        old_password_errors: old_password,
        new_password1_errors: new_password1,
        new_password2_errors: new_password2,
        help_texts: password_help_texts(),
    };
    Page::render(template_name!("accounts/password_change"), context)
}
