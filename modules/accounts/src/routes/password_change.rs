//! Changing one's password.

use module_api::auth::{CurrentUser, User};
use module_api::db::{Db, DbError, query};
use module_api::forms::{Form, FormAnswer, FormView, Submitted};
use module_api::model::ValidationErrors;
use module_api::{Error, Messages, Page, Urls, context, template_name};
use rocket::{State, get, post};

use super::form_page::{BUSY, busy, too_many};
use super::landing::go_on;
use crate::authentication::MAX_PASSWORD;
use crate::new_password::{errors_in_typed_twice, store_password};
use crate::passwords::{Hasher, HasherError, UserAttributes, Verification, password_help_texts};
use crate::sessions::{self, SessionKey};
use crate::throttle::Attempt;
use crate::visitor::Visitor;

const WRONG_OLD: &str = "Your old password was entered incorrectly. Please enter it again.";

#[derive(Form)]
pub(crate) struct PasswordChangeForm {
    #[form(long_text, widget = password, autocomplete = "current-password")]
    old_password: String,
    #[form(label = "New password", long_text, widget = password, autocomplete = "new-password")]
    new_password1: String,
    #[form(
        label = "New password confirmation",
        long_text,
        widget = password,
        autocomplete = "new-password"
    )]
    new_password2: String,
}

/// The form for a new password.
#[get("/password_change")]
pub(crate) fn password_change(_user: CurrentUser) -> Page {
    page(PasswordChangeForm::blank())
}

/// Changes the password.
#[post("/password_change", data = "<form>")]
pub(crate) async fn change_password(
    user: CurrentUser,
    form: Submitted<PasswordChangeForm>,
    visitor: Visitor<'_>,
    messages: Messages<'_>,
    urls: &Urls,
    hasher: &State<Hasher>,
    db: &State<Db>,
) -> Result<FormAnswer, Error> {
    let (PasswordChangeForm { old_password, new_password1, new_password2 }, form) =
        match form.check() {
            Ok(form) => form.into_parts(),
            Err(form) => return Ok(page(form).into()),
        };
    let attempt = match Attempt::to_confirm_password(user.id, db).await? {
        Ok(attempt) => attempt,
        Err(wait) => {
            let message = format!("Too many wrong passwords. Please wait {wait} and try again.");
            return Ok(too_many(wait, page(form.with_error(message))));
        }
    };
    let stored = stored_password(user.id, db).await?;
    let mut errors = errors_in_new(&new_password1, &new_password2, &user);
    let can_be_it = |_: &&str| old_password.len() <= MAX_PASSWORD;
    match hasher.verify_or_pretend(&old_password, stored.as_deref().filter(can_be_it)).await {
        Ok(Verification::Wrong) => errors.add("old_password", WRONG_OLD),
        Ok(Verification::Right | Verification::RightButOld) => attempt.succeeded(db).await?,
        Err(error) => {
            attempt.withdraw(db).await?;
            return refused_by_hasher(error, form);
        }
    }
    if !errors.is_empty() {
        return Ok(page(form.with_errors(&errors)).into());
    }
    let hash = match hasher.encode(&new_password1).await {
        Ok(hash) => hash,
        Err(error) => return refused_by_hasher(error, form),
    };
    let stored = stored.expect("a password was verified");
    match store(user.id, &stored, &hash, db).await? {
        Some(key) => visitor.keep_session(&key),
        // The password was changed concurrently.
        None => {
            let errors = ValidationErrors::of("old_password", WRONG_OLD);
            return Ok(page(form.with_errors(&errors)).into());
        }
    }
    messages.success("Your password was changed.");
    Ok(go_on(None, user.is_staff, urls).into())
}

fn errors_in_new(first: &str, second: &str, user: &User) -> ValidationErrors {
    let attributes = UserAttributes {
        username: &user.username,
        first_name: &user.first_name,
        last_name: &user.last_name,
        email: &user.email,
    };
    errors_in_typed_twice(first, second, &attributes)
}

async fn stored_password(user_id: i64, db: &Db) -> Result<Option<String>, DbError> {
    let password = query("SELECT password AS value FROM auth_user WHERE id = $1 AND is_active");
    let password = password.bind(user_id).fetch_optional(&mut db.acquire().await?).await?;
    Ok(password.map(|(password,)| password))
}

/// Stores the new hash in place of the old one, ends all sessions of the user and begins one.
/// Returns `None` if the old hash was changed.
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

fn refused_by_hasher(error: HasherError, form: FormView) -> Result<FormAnswer, Error> {
    if error.is_temporary() {
        Ok(busy(page(form.with_error(BUSY))))
    } else {
        Err(Error::other(error))
    }
}

fn page(form: FormView) -> Page {
    let form = form.with_help("new_password1", password_help_texts());
    Page::render(template_name!("accounts/password_change"), context! { form })
}
