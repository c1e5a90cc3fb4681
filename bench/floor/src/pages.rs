//! The five pages.

use rocket::http::Status;
use rocket::http::uri::Origin;
use rocket::response::content::RawHtml;
use rocket::{Route, State, get, routes};
use rocket_dyn_templates::{Template, context};
use serde::Serialize;

use crate::database::Database;
use crate::rows;

/// The number of rows on a page of a list.
const PAGE_SIZE: u8 = 12;

type Answer = Result<RawHtml<Template>, Status>;

/// Values of a request that the layout reads.
#[derive(Serialize)]
struct PageValues {
    path: String,
    module: &'static str,
}

/// The links to the pages beside the current one.
#[derive(Serialize)]
struct Pagination {
    number: u32,
    previous: Option<u32>,
    next: Option<u32>,
}

/// All routes of the site.
pub(crate) fn routes() -> Vec<Route> {
    routes![home, lettings, letting, profiles, profile]
}

#[get("/")]
fn home(origin: &Origin<'_>) -> RawHtml<Template> {
    RawHtml(Template::render("home/index", context! { page: page_values(origin, "home") }))
}

#[get("/lettings?<page>")]
async fn lettings(origin: &Origin<'_>, database: &State<Database>, page: Option<u32>) -> Answer {
    let number = page.unwrap_or(1).max(1);
    let rows = rows::lettings(database, offset(number)).await.map_err(report)?;
    let (lettings, pagination) = shown(rows, number);
    let page = page_values(origin, "lettings");
    Ok(RawHtml(Template::render("lettings/index", context! { lettings, pagination, page })))
}

#[get("/lettings/<letting_id>")]
async fn letting(origin: &Origin<'_>, database: &State<Database>, letting_id: i64) -> Answer {
    let letting = rows::letting(database, letting_id).await.map_err(report)?;
    let letting = letting.ok_or(Status::NotFound)?;
    let page = page_values(origin, "lettings");
    Ok(RawHtml(Template::render("lettings/letting", context! { letting, page })))
}

#[get("/profiles?<page>")]
async fn profiles(origin: &Origin<'_>, database: &State<Database>, page: Option<u32>) -> Answer {
    let number = page.unwrap_or(1).max(1);
    let rows = rows::profiles(database, offset(number)).await.map_err(report)?;
    let (profiles, pagination) = shown(rows, number);
    let page = page_values(origin, "profiles");
    Ok(RawHtml(Template::render("profiles/index", context! { profiles, pagination, page })))
}

#[get("/profiles/<username>")]
async fn profile(origin: &Origin<'_>, database: &State<Database>, username: &str) -> Answer {
    let profile = rows::profile(database, username).await.map_err(report)?;
    let profile = profile.ok_or(Status::NotFound)?;
    let page = page_values(origin, "profiles");
    Ok(RawHtml(Template::render("profiles/profile", context! { profile, page })))
}

fn page_values(origin: &Origin<'_>, module: &'static str) -> PageValues {
    PageValues { path: origin.path().to_string(), module }
}

fn offset(number: u32) -> i64 {
    i64::from(number - 1) * i64::from(PAGE_SIZE)
}

fn shown<T>(mut rows: Vec<T>, number: u32) -> (Vec<T>, Pagination) {
    let more = rows.len() > usize::from(PAGE_SIZE);
    rows.truncate(usize::from(PAGE_SIZE));
    let previous = (number > 1).then(|| number - 1);
    (rows, Pagination { number, previous, next: more.then(|| number + 1) })
}

#[expect(clippy::needless_pass_by_value, reason = "map_err passes it so")]
fn report(error: sqlx::Error) -> Status {
    tracing::error!("{error}");
    Status::InternalServerError
}
