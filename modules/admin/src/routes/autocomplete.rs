//! Lookup of a model's objects by search text, for autocompletion, and as a page for browsers
//! without scripts.

use module_api::admin::{ModelAdmin, RegisteredModel};
use module_api::auth::Action;
use module_api::db::Db;
use module_api::model::capitalized;
use module_api::serde::Serialize;
use module_api::{Connection, Error, Page, PageNumber, Pagination, context, template_name};
use rocket::http::{ContentType, Header};
use rocket::{Responder, State, get};

use crate::access::AdminContext;
use crate::search;
use crate::shell::{Crumb, Shell};

/// The number of objects on a page.
const PAGE_SIZE: u32 = 20;

/// JSON that is private to this user.
#[derive(Responder)]
pub(crate) struct Json {
    body: (ContentType, String),
    cache: Header<'static>,
}

/// The response that the scripts of Django's admin expect.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Results {
    results: Vec<Choice>,
    pagination: More,
}

#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Choice {
    id: String,
    text: String,
}

#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct More {
    more: bool,
}

/// A row of the page without scripts.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Row {
    id: i64,
    text: String,
    /// The address of the form, for users who may open it.
    url: String,
}

/// The objects that match a term, as JSON.
#[get("/<app>/<model>/autocomplete?<term>&<page>")]
pub(crate) async fn autocomplete(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    term: Option<&str>,
    page: PageNumber,
    site: &State<Db>,
    mut db: Connection<Db>,
) -> Result<Json, Error> {
    let admin = searched(&cx, app, model)?;
    let (term, page) = (term.unwrap_or_default(), page.reachable(PAGE_SIZE));
    let on = (&mut db).into();
    let (found, more) = search::page_of(&cx, site, admin, term, page, PAGE_SIZE, on).await?;
    let results = found
        .into_iter()
        .filter(|found| cx.may(admin, Action::View, Some(&found.record)))
        .map(|found| Choice { id: found.record.id().to_string(), text: found.text })
        .collect();
    let more = Pagination::new(page, PAGE_SIZE, more).next.is_some();
    let results = Results { results, pagination: More { more } };
    let body = serde_json::to_string(&results).map_err(Error::other)?;
    let cache = Header::new("Cache-Control", "private, no-store");
    Ok(Json { body: (ContentType::JSON, body), cache })
}

/// The same objects as a page, which shows the primary keys to be typed into a form.
#[get("/<app>/<model>/lookup?<q>&<page>")]
pub(crate) async fn lookup(
    cx: AdminContext<'_>,
    app: &str,
    model: &str,
    q: Option<&str>,
    page: PageNumber,
    site: &State<Db>,
    mut db: Connection<Db>,
) -> Result<Page, Error> {
    let admin = searched(&cx, app, model)?;
    let (query, page) = (search::typed(q), page.reachable(PAGE_SIZE));
    let on = (&mut db).into();
    let (found, more) = search::page_of(&cx, site, admin, &query, page, PAGE_SIZE, on).await?;
    let mut rows = Vec::new();
    for found in found {
        if cx.may(admin, Action::View, Some(&found.record)) {
            let id = found.record.id();
            rows.push(Row { id, text: found.text, url: cx.object_url("change", admin, id)? });
        }
    }
    let title = format!("Look up {}", admin.model.verbose_name_plural);
    let shell = Shell::of_model(&cx, title, admin, vec![Crumb::here("Look up")])?;
    let (name, one) = (admin.model.verbose_name_plural, capitalized(admin.model.verbose_name));
    let pagination = Pagination::new(page, PAGE_SIZE, more);
    let max_length = search::MAX_LENGTH;
    let page = context! { shell, name, one, query, max_length, rows, pagination };
    Ok(Page::render(template_name!("admin/lookup"), page))
}

/// Returns a model that the user may view and that can be searched.
fn searched<'r>(cx: &AdminContext<'r>, app: &str, model: &str) -> Result<&'r ModelAdmin, Error> {
    let RegisteredModel { admin, .. } = cx.model(app, model, Action::View)?;
    if admin.search_fields.is_empty() { Err(Error::NotFound) } else { Ok(admin) }
}
