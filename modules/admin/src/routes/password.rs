//! Setting a user's password.

use accounts::models::User;
use accounts::new_password::{check_typed_twice, store_password};
use accounts::passwords::{Hasher, UserAttributes, password_help_texts};
use accounts::sessions::{self, SessionKey};
use module_api::admin::ModelAdmin;
use module_api::auth::Action;
use module_api::db::Db;
use module_api::model::{Model, Record};
use module_api::{Connection, Error, Messages, Page, context, route_name, template_name};
use rocket::form::{Form, FromForm};
use rocket::http::Status;
use rocket::request::{FromRequest, Outcome};
use rocket::response::Redirect;
use rocket::{Request, Responder, State, get, post};

use super::Answer;
use crate::access::AdminContext;
use crate::form::password::BUSY;
use crate::log::{self, ChangeMessage};
use crate::object::{Object, gone, lock, object};
use crate::shell::{Crumb, Shell};

const CONFLICT: &str = "Someone else was saving at the same time. Try again.";

/// The fields of the form.
#[derive(FromForm)]
pub(crate) struct Passwords {
    #[field(default = String::new())]
    password1: String,
    #[field(default = String::new())]
    password2: String,
}

/// The errors of the form.
#[derive(Default)]
struct Errors {
    whole: Option<&'static str>,
    fields: [Vec<String>; 2],
}

/// The answer to the form.
#[derive(Responder)]
pub(crate) enum Reply {
    Usual(Answer),
    /// The page again, since the queue of hashes is full.
    Busy(Box<(Status, Page)>),
}

/// The sender of the request, with the key of the session.
pub(crate) struct Visitor<'r>(&'r Request<'r>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Visitor<'r> {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self(request))
    }
}

/// The form for a user's new password.
#[get("/<app>/<model>/<id>/password")]
pub(crate) async fn password(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    id: i64,
    mut db: Connection<Db>,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let admin = users(&cx, app, model)?;
    let Some(user) = object(&cx, admin.model, id, &mut db).await? else {
        return Ok(gone(&cx, admin, id, messages)?.into());
    };
    cx.check(admin, Action::Change, Some(&user.record))?;
    Ok(Answer::Page(form(&cx, admin, &user, Errors::default())?))
}

/// Sets a user's password, and ends all sessions of the user except this one.
#[post("/<app>/<model>/<id>/password", data = "<typed>")]
#[expect(clippy::too_many_arguments, reason = "each is what the request brings")]
pub(crate) async fn password_submit(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    id: i64,
    typed: Form<Passwords>,
    visitor: Visitor<'_>,
    hasher: &State<Hasher>,
    db: &State<Db>,
    messages: Messages<'_>,
) -> Result<Reply, Error> {
    let admin = users(&cx, app, model)?;
    let is_gone = || Ok(Reply::Usual(gone(&cx, admin, id, messages)?.into()));
    let Some(user) = object(&cx, admin.model, id, &mut db.acquire().await?).await? else {
        return is_gone();
    };
    cx.check(admin, Action::Change, Some(&user.record))?;
    let again = |errors| form(&cx, admin, &user, errors);
    let fields = check_typed_twice(&typed.password1, &typed.password2, &attributes(&user.record));
    if fields.iter().any(|errors| !errors.is_empty()) {
        let errors = Errors { fields, ..Errors::default() };
        return Ok(Reply::Usual(Answer::Page(again(errors)?)));
    }
    // Before the transaction, since hashing takes time.
    let hash = match hasher.encode(&typed.password1).await {
        Ok(hash) => hash,
        Err(error) if error.is_temporary() => {
            let errors = Errors { whole: Some(BUSY), ..Errors::default() };
            return Ok(Reply::Busy(Box::new((error.status(), again(errors)?))));
        }
        Err(error) => return Err(Error::other(error)),
    };
    match store(&cx, admin, id, &hash, db).await {
        Ok(Stored::Gone) => return is_gone(),
        Ok(Stored::Of(None)) => {}
        Ok(Stored::Of(Some(own))) => own.give_to(visitor.0),
        Err(Error::Database(error)) if error.is_conflict() => {
            let errors = Errors { whole: Some(CONFLICT), ..Errors::default() };
            return Ok(Reply::Usual(Answer::Page(again(errors)?)));
        }
        Err(error) => return Err(error),
    }
    messages.success("Password changed successfully.");
    let may_look = cx.may(admin, Action::View, Some(&user.record));
    let url = if may_look {
        cx.object_url("change", admin, id)?
    } else {
        cx.urls.url(route_name!("admin:index"), &[])?
    };
    Ok(Reply::Usual(Redirect::to(url).into()))
}

/// Returns the model in an address, if it is that of users.
fn users<'r>(cx: &AdminContext<'r>, app: &str, model: &str) -> Result<&'r ModelAdmin, Error> {
    let admin = &cx.model(app, model, Action::Change)?.admin;
    if !admin.model.is(User::INFO) || admin.password.is_none() {
        return Err(Error::NotFound);
    }
    Ok(admin)
}

fn attributes(user: &Record) -> UserAttributes<'_> {
    let text = |name| user.get(name).as_text().unwrap_or_default();
    UserAttributes {
        username: text("username"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        email: text("email"),
    }
}

/// The result of storing a new password.
enum Stored {
    /// The user does not exist any more.
    Gone,
    /// The password is stored. Has the key of a new session if it is the sender's own.
    Of(Option<SessionKey>),
}

/// Stores a new hash, with its entry in the log.
async fn store(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    id: i64,
    hash: &str,
    db: &Db,
) -> Result<Stored, Error> {
    let mut transaction = db.begin().await?;
    lock(admin.model, &[id].into(), &mut transaction).await?;
    let Some(user) = object(cx, admin.model, id, &mut transaction).await? else {
        return Ok(Stored::Gone);
    };
    // The user may have become a superuser meanwhile.
    cx.check(admin, Action::Change, Some(&user.record))?;
    store_password(id, hash, &mut transaction).await?;
    let message = ChangeMessage::changed(["password"]);
    let user = (id, user.text.as_str());
    log::changed(&cx.user, admin.model, user, &message, &mut transaction).await?;
    let own = if id == cx.user.id {
        Some(sessions::begin(id, hash, &mut transaction).await?)
    } else {
        None
    };
    transaction.commit().await?;
    Ok(Stored::Of(own))
}

fn form(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    user: &Object,
    errors: Errors,
) -> Result<Page, Error> {
    let id = user.record.id();
    let stored = user.record.get("password").as_text().unwrap_or_default();
    let has_password = !stored.is_empty() && !stored.starts_with('!');
    let verb = if has_password { "Change" } else { "Set" };
    let change = cx.object_url("change", admin, id)?;
    let crumbs = vec![
        Crumb::to(user.label.clone(), change.clone()),
        Crumb::here(format!("{verb} password")),
    ];
    let shell = Shell::of_model(cx, format!("{verb} password: {}", user.label), admin, crumbs)?;
    let Errors { whole, fields } = errors;
    let count = fields.iter().filter(|errors| !errors.is_empty()).count();
    let shell = shell.with_errors(count > 0 || whole.is_some());
    let page = context! {
        shell,
        username: user.label.clone(),
        has_password,
        whole,
        count,
        errors: fields,
        help_texts: password_help_texts(),
        action: cx.object_url("password", admin, id)?,
        back: change,
    };
    Ok(Page::render(template_name!("admin/password"), page))
}
