//! The search over all models, on each page of the admin.

use module_api::admin::ModelAdmin;
use module_api::auth::Action;
use module_api::db::Db;
use module_api::model::{Path, Record, Records, capitalized};
use module_api::serde::Serialize;
use module_api::{Connection, Error, Page, context, route_name, template_name};
use rocket::http::RawStr;
use rocket::{State, get};

use crate::access::AdminContext;
use crate::labels::Label;
use crate::search::{candidates, filter, typed, words};
use crate::shell::{Crumb, Shell};

/// The number of objects shown per model.
const SHOWN: usize = 5;

/// The maximum number of objects counted per model.
const COUNTED: u32 = 100;

/// The objects of a model that were found.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Group {
    label: &'static str,
    name: String,
    /// The number of objects: `3`, `100+`.
    count: String,
    rows: Vec<Row>,
    /// The address of the list with all of them.
    url: String,
    /// `true` if there are more than are shown.
    more: bool,
}

#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct Row {
    text: String,
    url: String,
}

/// A page that was found by name.
#[derive(Serialize)]
#[serde(crate = "module_api::serde")]
struct NamedPage {
    name: String,
    /// The title of its module.
    module: String,
    url: String,
}

/// Searches all models that the user may view.
#[get("/search?<q>")]
pub(crate) async fn search(
    cx: AdminContext<'_>,
    q: Option<&str>,
    site: &State<Db>,
    mut db: Connection<Db>,
) -> Result<Page, Error> {
    let query = typed(q);
    let words = words(&query);
    let (mut pages, mut groups, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for registered in cx.visible() {
        let admin = &registered.admin;
        if is_named(&words, admin.model.verbose_name_plural, &registered.module_title)
            || is_named(&words, admin.model.verbose_name, &registered.module_title)
        {
            let may_look = cx.may(admin, Action::View, None);
            pages.push(NamedPage {
                name: capitalized(admin.model.verbose_name_plural),
                module: registered.module_title.clone(),
                url: cx.model_url(if may_look { "list" } else { "add" }, admin)?,
            });
        }
        if admin.search_fields.is_empty() || !cx.may(admin, Action::View, None) {
            continue;
        }
        names.push(admin.model.verbose_name_plural);
        if !words.is_empty()
            && let Some(group) = found(&cx, admin, &query, site, &mut db).await?
        {
            groups.push(group);
        }
    }
    if cx.user.is_superuser && is_named(&words, "modules", "site") {
        pages.push(NamedPage {
            name: "Modules".to_owned(),
            module: "Site".to_owned(),
            url: cx.urls.url(route_name!("admin:modules"), &[])?,
        });
    }
    let title = if words.is_empty() { "Search".to_owned() } else { format!("Search: {query}") };
    let shell = Shell::new(&cx, title, vec![Crumb::here("Search")])?.searching(&query);
    let is_empty = words.is_empty();
    let page = context! { shell, query, is_empty, names: names.join(", "), pages, groups };
    Ok(Page::render(template_name!("admin/search"), page))
}

/// Returns `true` if each of the words is in one of two names.
fn is_named(words: &[String], name: &str, module: &str) -> bool {
    let (name, module) = (name.to_lowercase(), module.to_lowercase());
    let stands = |word: &String| {
        let word = word.to_lowercase();
        name.contains(&word) || module.contains(&word)
    };
    !words.is_empty() && words.iter().all(stands)
}

/// The objects of a model that match a text, the newest first. It reads only as many rows as are
/// needed to detect more than [`COUNTED`].
async fn found(
    cx: &AdminContext<'_>,
    admin: &ModelAdmin,
    query: &str,
    site: &Db,
    db: &mut Connection<Db>,
) -> Result<Option<Group>, Error> {
    let Some(filter) = filter(&cx.searchable(admin), query) else { return Ok(None) };
    let candidates = candidates(cx, site, admin, query, &mut *db).await;
    let newest = Path::of(admin.model.primary_key());
    let records = Records::of(admin.model).filter(filter).among(candidates);
    let mut records = records.order_by(newest, true).limit(COUNTED + 1);
    let label = Label::of(cx, &mut records);
    let mut fetched = records.fetch(&mut *db).await?;
    let is_more = fetched.len() > COUNTED as usize;
    fetched.retain(|record| cx.may(admin, Action::View, Some(record)));
    if fetched.is_empty() {
        return Ok(None);
    }
    let count = if is_more { format!("{COUNTED}+") } else { fetched.len().to_string() };
    let row = |record: &Record| {
        let url = cx.object_url("change", admin, record.id())?;
        Ok(Row { text: label.link(cx, record), url })
    };
    let rows: Result<Vec<Row>, Error> = fetched.iter().take(SHOWN).map(row).collect();
    let list = cx.model_url("list", admin)?;
    Ok(Some(Group {
        label: admin.model.label,
        name: capitalized(admin.model.verbose_name_plural),
        count,
        rows: rows?,
        url: format!("{list}?q={}", RawStr::new(query).percent_encode()),
        more: fetched.len() > SHOWN,
    }))
}
