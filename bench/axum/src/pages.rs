//! The five pages.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::middleware::map_response;
use axum::response::Html;
use axum::routing::get;
use serde::Deserialize;

use crate::assets::Assets;
use crate::headers::secure;
use crate::rows::{Database, Letting, LettingSummary, PAGE_SIZE, Profile, ProfileSummary};

type Answer = Result<Html<String>, StatusCode>;

/// State shared by the handlers.
#[derive(Clone)]
struct Site<D> {
    database: D,
    assets: Arc<Assets>,
}

/// The query string of a list.
#[derive(Deserialize)]
struct List {
    page: Option<u32>,
}

/// The links to the pages beside the current one.
struct Pagination {
    number: u32,
    previous: Option<u32>,
    next: Option<u32>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    assets: &'a Assets,
}

#[derive(Template)]
#[template(path = "lettings.html")]
struct LettingsPage<'a> {
    assets: &'a Assets,
    lettings: Vec<LettingSummary>,
    pagination: Pagination,
}

#[derive(Template)]
#[template(path = "letting.html")]
struct LettingPage<'a> {
    assets: &'a Assets,
    letting: Letting,
}

#[derive(Template)]
#[template(path = "profiles.html")]
struct ProfilesPage<'a> {
    assets: &'a Assets,
    profiles: Vec<ProfileSummary>,
    pagination: Pagination,
}

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage<'a> {
    assets: &'a Assets,
    profile: Profile,
}

/// The routes, on that database.
pub(crate) fn router<D: Database>(database: D, assets: Assets) -> Router {
    Router::new()
        .route("/", get(home::<D>))
        .route("/lettings/", get(lettings::<D>))
        .route("/lettings/{id}/", get(letting::<D>))
        .route("/profiles/", get(profiles::<D>))
        .route("/profiles/{username}/", get(profile::<D>))
        .layer(map_response(secure))
        .with_state(Site { database, assets: Arc::new(assets) })
}

async fn home<D: Database>(State(site): State<Site<D>>) -> Answer {
    render(&HomePage { assets: &site.assets })
}

async fn lettings<D: Database>(State(site): State<Site<D>>, Query(list): Query<List>) -> Answer {
    let number = list.number();
    let rows = site.database.lettings(offset(number)).await.map_err(report)?;
    let (lettings, pagination) = shown(rows, number);
    render(&LettingsPage { assets: &site.assets, lettings, pagination })
}

async fn letting<D: Database>(State(site): State<Site<D>>, Path(id): Path<i64>) -> Answer {
    let letting = site.database.letting(id).await.map_err(report)?;
    let letting = letting.ok_or(StatusCode::NOT_FOUND)?;
    render(&LettingPage { assets: &site.assets, letting })
}

async fn profiles<D: Database>(State(site): State<Site<D>>, Query(list): Query<List>) -> Answer {
    let number = list.number();
    let rows = site.database.profiles(offset(number)).await.map_err(report)?;
    let (profiles, pagination) = shown(rows, number);
    render(&ProfilesPage { assets: &site.assets, profiles, pagination })
}

async fn profile<D: Database>(State(site): State<Site<D>>, Path(username): Path<String>) -> Answer {
    let profile = site.database.profile(&username).await.map_err(report)?;
    let profile = profile.ok_or(StatusCode::NOT_FOUND)?;
    render(&ProfilePage { assets: &site.assets, profile })
}

impl List {
    fn number(&self) -> u32 {
        self.page.unwrap_or(1).max(1)
    }
}

fn offset(number: u32) -> i64 {
    i64::from(number - 1) * i64::from(PAGE_SIZE)
}

fn shown<T>(mut rows: Vec<T>, number: u32) -> (Vec<T>, Pagination) {
    let more = rows.len() > PAGE_SIZE as usize;
    rows.truncate(PAGE_SIZE as usize);
    let previous = (number > 1).then(|| number - 1);
    (rows, Pagination { number, previous, next: more.then(|| number + 1) })
}

fn render(page: &impl Template) -> Answer {
    page.render().map(Html).map_err(report)
}

fn report(error: impl std::error::Error) -> StatusCode {
    tracing::error!("{error}");
    StatusCode::INTERNAL_SERVER_ERROR
}
