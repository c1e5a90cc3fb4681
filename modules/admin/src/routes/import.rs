//! Importing objects of a model from a file: the form, the preview, and the confirmation.

mod submitted;
mod view;

use module_api::admin::ModelAdmin;
use module_api::auth::Action;
use module_api::db::Db;
use module_api::{Error, Messages, Page, context, template_name};
use rocket::http::Status;
use rocket::response::Redirect;
use rocket::{Responder, State, get, post};

use self::submitted::Submitted;
use self::view::{FieldRow, Preview, visible};
use crate::access::AdminContext;
use crate::import::{Importable, MAX_BYTES, MAX_OBJECTS, Plan, Refusal, Step, lock, read, write};
use crate::shell::{Crumb, Shell};

/// The response to a submitted file.
#[derive(Responder)]
pub(crate) enum Answer {
    /// The form again, or the preview.
    Page(Box<(Status, Page)>),
    /// The objects were imported: a redirect to the list.
    Done(Box<Redirect>),
}

/// A file with its original name.
#[derive(Clone)]
pub(crate) struct NamedFile {
    name: String,
    bytes: Vec<u8>,
}

/// The form.
#[expect(clippy::needless_pass_by_value, reason = "Rocket gives guards away")]
#[get("/<app>/<model>/import")]
pub(crate) fn import(cx: AdminContext<'_>, app: &str, model: &str) -> Result<Page, Error> {
    let admin = importing(&cx, app, model)?;
    form(&cx, admin, None)
}

/// Previews an import, or runs a confirmed one.
#[post("/<app>/<model>/import", data = "<submitted>")]
pub(crate) async fn import_submit(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    db: &State<Db>,
    messages: Messages<'_>,
    submitted: Submitted,
) -> Result<Answer, Error> {
    let admin = importing(&cx, app, model)?;
    match submitted {
        Submitted::Wrong { status, message } => {
            Ok(again(status, form(&cx, admin, Some(&message))?))
        }
        Submitted::File(file) => preview(&cx, admin, &file, db, None).await,
        Submitted::Confirmed { file, fingerprint } => {
            apply(&cx, admin, &file, &fingerprint, db, messages).await
        }
    }
}

/// Returns a model whose objects the user may add or change.
fn importing<'r>(cx: &AdminContext<'r>, app: &str, model: &str) -> Result<&'r ModelAdmin, Error> {
    let registered = cx.model(app, model, Action::Add);
    let registered = match registered {
        Err(Error::Forbidden) => cx.model(app, model, Action::Change)?,
        other => other?,
    };
    Ok(&registered.admin)
}

fn again(status: Status, page: Page) -> Answer {
    Answer::Page(Box::new((status, page)))
}

/// The page with the form again, since a file cannot be read.
fn unreadable(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    file: &NamedFile,
    message: &str,
) -> Result<Answer, Error> {
    Ok(again(Status::Ok, form(cx, admin, Some(&file.sentence(message)))?))
}

/// The page with the form, and the error of a submitted file.
fn form(cx: &AdminContext<'_>, admin: &ModelAdmin, error: Option<&str>) -> Result<Page, Error> {
    let name = admin.model.verbose_name_plural;
    let shell = Shell::of_model(cx, format!("Import {name}"), admin, vec![Crumb::here("Import")])?;
    let shell = shell.with_errors(error.is_some());
    let importable = Importable::new(admin, &cx.user);
    let fields = FieldRow::all(&importable);
    let (max_megabytes, max_objects) = (MAX_BYTES / 1024 / 1024, MAX_OBJECTS);
    let label = admin.model.label;
    let error = error.map(visible);
    let page = context! { shell, name, label, error, fields, max_megabytes, max_objects };
    Ok(Page::render(template_name!("admin/import"), page))
}

/// The page with the preview of an import, without writing.
async fn preview(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    file: &NamedFile,
    db: &Db,
    note: Option<String>,
) -> Result<Answer, Error> {
    let importable = Importable::new(admin, &cx.user);
    let drafts = match read(&file.name, &file.bytes, &importable) {
        Ok(drafts) => drafts,
        Err(message) => return unreadable(cx, admin, file, &message),
    };
    let mut transaction = db.begin().await?;
    let plan = Plan::new(cx, &importable, drafts, &mut transaction).await?;
    drop(transaction);
    let name = admin.model.verbose_name_plural;
    let back = Crumb::to("Import", cx.model_url("import", admin)?);
    let crumbs = vec![back, Crumb::here("Preview")];
    let shell = Shell::of_model(cx, format!("Import {name}: preview"), admin, crumbs)?;
    let preview = Preview::of(cx, &importable, &plan, file)?;
    let page = context! { shell, name, note, preview };
    Ok(again(Status::Ok, Page::render(template_name!("admin/import_preview"), page)))
}

/// Runs the previewed import, unless its plan has changed.
async fn apply(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    file: &NamedFile,
    fingerprint: &str,
    db: &Db,
    messages: Messages<'_>,
) -> Result<Answer, Error> {
    let importable = Importable::new(admin, &cx.user);
    let drafts = match read(&file.name, &file.bytes, &importable) {
        Ok(drafts) => drafts,
        Err(message) => return unreadable(cx, admin, file, &message),
    };
    let mut transaction = db.begin().await?;
    lock(admin.model, &mut transaction).await?;
    let plan = Plan::new(cx, &importable, drafts, &mut transaction).await?;
    if !plan.is_good() || plan.fingerprint(&file.bytes) != fingerprint {
        drop(transaction);
        let note = "Nothing was imported: the data has changed since you opened this page. Review \
                    the changes again.";
        return preview(cx, admin, file, db, Some(note.to_owned())).await;
    }
    let written = write(cx, &importable, &plan, &mut transaction).await;
    // Deferred foreign keys are checked only now.
    let written = match written {
        Ok(counts) => transaction.commit().await.map(|()| counts).map_err(Refusal::from),
        Err(refusal) => {
            drop(transaction);
            Err(refusal)
        }
    };
    match written {
        Ok(counts) => {
            let kept = plan.count(Step::Keep);
            messages.success(view::done(admin.model, counts, kept));
            Ok(Answer::Done(Box::new(Redirect::to(cx.model_url("list", admin)?))))
        }
        Err(Refusal::Conflict(message)) => {
            let note = format!("Nothing was imported. {message}");
            preview(cx, admin, file, db, Some(note)).await
        }
        Err(Refusal::Database(error)) => Err(error.into()),
    }
}

impl NamedFile {
    /// Formats a message as a sentence with the name of the file.
    fn sentence(&self, message: &str) -> String {
        match self.name.as_str() {
            "" => format!("The file {message}."),
            name => format!("The file “{name}” {message}."),
        }
    }
}
