//! Setting a new password with the key in a mail.

use module_api::db::{Db, DbError};
use module_api::forms::{Form, FormAnswer, FormView, Submitted};
use module_api::{Error, Messages, Page, Urls, context, route_name, template_name, with_causes};
use rocket::http::Status;
use rocket::response::{self, Redirect, Responder};
use rocket::{Request, State, get, post};

use super::form_page::{BUSY, busy};
use crate::new_password::errors_in_typed_twice;
use crate::password_reset::{self, Account};
use crate::passwords::{Hasher, UserAttributes, password_help_texts};
use crate::secret::Secret;
use crate::throttle;
use crate::visitor::Visitor;

#[derive(Form)]
pub(crate) struct NewPasswordForm {
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

/// A response whose address contains a key: it is neither cached nor revealed to other sites.
pub(crate) struct Confidential<R>(R);

impl<'r, R: Responder<'r, 'static>> Responder<'r, 'static> for Confidential<R> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = self.0.respond_to(request)?;
        // With `no-referrer` an old browser would not prove that the form is of this site.
        response.set_raw_header("Referrer-Policy", "same-origin");
        response.set_raw_header("Cache-Control", "private, no-store");
        Ok(response)
    }
}

type Answer = Result<Confidential<FormAnswer>, Error>;

/// The form for a new password.
#[get("/reset/<key>")]
pub(crate) async fn password_reset_confirm(key: &str, db: &State<Db>) -> Answer {
    let answer = match find(key, db).await? {
        Some((_, account)) => page(&account, NewPasswordForm::blank()).into(),
        None => invalid_link(),
    };
    Ok(Confidential(answer))
}

/// Sets the new password.
#[post("/reset/<key>", data = "<form>")]
pub(crate) async fn reset_password(
    key: &str,
    form: Submitted<NewPasswordForm>,
    visitor: Visitor<'_>,
    messages: Messages<'_>,
    urls: &Urls,
    hasher: &State<Hasher>,
    db: &State<Db>,
) -> Answer {
    let Some((key, account)) = find(key, db).await? else {
        return Ok(Confidential(invalid_link()));
    };
    let attributes = UserAttributes {
        username: &account.username,
        first_name: &account.first_name,
        last_name: &account.last_name,
        email: &account.email,
    };
    let (NewPasswordForm { new_password1, new_password2 }, form) = match form.check() {
        Ok(form) => form.into_parts(),
        Err(form) => return Ok(Confidential(page(&account, form).into())),
    };
    let errors = errors_in_typed_twice(&new_password1, &new_password2, &attributes);
    if !errors.is_empty() {
        return Ok(Confidential(page(&account, form.with_errors(&errors)).into()));
    }
    let hash = match hasher.encode(&new_password1).await {
        Ok(hash) => hash,
        Err(error) if error.is_temporary() => {
            return Ok(Confidential(busy(page(&account, form.with_error(BUSY)))));
        }
        Err(error) => return Err(Error::other(error)),
    };
    let browser = visitor.keys().device;
    let device = password_reset::redeem(&key, &account, &hash, browser.as_ref(), db).await?;
    let Some(device) = device else { return Ok(Confidential(invalid_link())) };
    visitor.keep_device(&device);
    if let Err(error) =
        throttle::reset_failed_logins(&account.username, visitor.address(), db).await
    {
        tracing::warn!("failed logins were not forgotten: {}", with_causes(&error));
    }
    messages.success("Your password has been set. You may go ahead and log in now.");
    let login = urls.url(route_name!("accounts:login"), &[]).map_err(Error::other)?;
    Ok(Confidential(Redirect::to(login).into()))
}

/// The key in an address and its account, if the key is valid.
async fn find(key: &str, db: &Db) -> Result<Option<(Secret, Account)>, DbError> {
    let Some(key) = Secret::parse(key) else { return Ok(None) };
    let account = password_reset::find(&key, &mut db.acquire().await?).await?;
    Ok(account.map(|account| (key, account)))
}

fn invalid_link() -> FormAnswer {
    let page = Page::render(template_name!("accounts/password_reset_failed"), context! {});
    FormAnswer::from(page).status(Status::NotFound)
}

fn page(account: &Account, form: FormView) -> Page {
    let form = form.with_help("new_password1", password_help_texts());
    let context = context! { username: account.username.clone(), form };
    Page::render(template_name!("accounts/password_reset_confirm"), context)
}
