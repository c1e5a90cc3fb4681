//! Errors below an address that answers JSON.

use module_api::Error;
use module_api::auth::CurrentUser;
use module_api::model::{Protected, ValidationErrors, WriteError};
use module_api::rocket::http::{Method, Status};
use module_api::rocket::serde::json::{Json, Value, from_str};
use module_api::rocket::{get, post, routes};
use module_test::{Answer, DatabaseKind, LocalModule, TestSite};

#[get("/")]
fn page() -> Status {
    Status::NotFound
}

#[get("/api")]
fn root() -> Json<[u8; 2]> {
    Json([1, 2])
}

#[get("/api/me")]
fn me(user: CurrentUser) -> String {
    user.username.clone()
}

#[get("/api/broken")]
fn broken() -> Result<(), Error> {
    Err(Error::other("the cause"))
}

#[get("/api/busy")]
fn busy() -> Status {
    Status::ServiceUnavailable
}

#[post("/api/stars", format = "json", data = "<stars>")]
fn add(stars: Json<u8>) -> Result<Json<u8>, Error> {
    if *stars > 5 {
        return Err(Error::Invalid(ValidationErrors::of("stars", "At most 5.")));
    }
    Ok(stars)
}

#[get("/api/table", format = "json")]
fn table() -> Json<[u8; 1]> {
    Json([7])
}

#[get("/api/protected")]
fn protected() -> Result<(), Error> {
    let by = vec![("stars.planet", "star", vec![1, 2])];
    Err(WriteError::from(Protected { by }).into())
}

#[post("/api/guarded")]
fn guarded() {}

static STARS: LocalModule = LocalModule {
    routes: || routes![page, root, me, broken, busy, add, table, protected, guarded],
    csrf_exempt: &["add"],
    json_below: &["/api"],
    ..LocalModule::named("stars")
};

async fn site() -> TestSite {
    TestSite::on(DatabaseKind::Sqlite).modules(&[&STARS]).start().await
}

/// The members of a problem, which has that status.
#[track_caller]
fn problem(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let problem: Value = from_str(answer.text()).unwrap();
    assert_eq!(problem["status"], status);
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["request_id"].as_str(), answer.header("x-request-id"));
    problem
}

async fn send(site: &TestSite, kind: &str, body: &str) -> Answer {
    site.post("/stars/api/stars/", &[("Content-Type", kind)], body.as_bytes()).await
}

#[module_api::rocket::async_test]
async fn errors_below_the_address_are_problem_details() {
    let site = site().await;
    assert_eq!(site.get("/stars/api/").await.text(), "[1,2]");
    assert_eq!(problem(&site.get("/stars/api/nowhere/").await, 404)["title"], "Not Found");
    problem(&site.get("/stars/api/broken/").await, 500);
    assert_eq!(problem(&site.get("/stars/api/me/").await, 401)["title"], "Unauthorized");
    let busy = site.get("/stars/api/busy/").await;
    problem(&busy, 503);
    assert_eq!(busy.header("retry-after"), Some("5"));
    let head = site.head("/stars/api/nowhere/").await;
    assert_eq!((head.status, head.text()), (404, ""));
    assert_eq!(head.header("content-type"), Some("application/problem+json"));
}

#[module_api::rocket::async_test]
async fn errors_elsewhere_are_pages() {
    let site = site().await;
    for address in ["/stars/", "/stars/apiary/", "/nowhere/"] {
        let answer = site.get(address).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{address}");
    }
}

#[module_api::rocket::async_test]
async fn a_method_and_a_media_type_that_no_route_takes_are_told_apart() {
    let site = site().await;
    let wrong = site.get("/stars/api/stars/").await;
    problem(&wrong, 405);
    assert_eq!(wrong.header("allow"), Some("POST"));
    let wrong = site.send(Method::Delete, "/stars/api/me/", &[]).await;
    problem(&wrong, 405);
    assert_eq!(wrong.header("allow"), Some("GET, HEAD"));
    problem(&send(&site, "text/plain", "5").await, 415);
    let table =
        async |accept: &str| site.get_with("/stars/api/table/", &[("Accept", accept)]).await;
    problem(&table("text/csv").await, 406);
    assert_eq!(table("application/json").await.text(), "[7]");
    // Rocket compares the type that is preferred alone.
    problem(&table("text/csv, */*;q=0.1").await, 406);
}

#[module_api::rocket::async_test]
async fn rows_that_others_protect_are_a_conflict() {
    let site = site().await;
    problem(&site.get("/stars/api/protected/").await, 409);
}

#[module_api::rocket::async_test]
async fn values_that_are_not_valid_are_named_by_field() {
    let site = site().await;
    assert_eq!(send(&site, "application/json", "5").await.text(), "5");
    let invalid = problem(&send(&site, "application/json", "6").await, 422);
    assert_eq!(invalid["errors"]["stars"][0], "At most 5.");
    assert!(problem(&send(&site, "application/json", "{").await, 422).get("errors").is_none());
    let large = " ".repeat(2_000_000);
    problem(&send(&site, "application/json", &large).await, 413);
}

#[module_api::rocket::async_test]
async fn a_request_without_a_token_is_refused_with_a_problem() {
    let site = site().await;
    let refused = problem(&site.post("/stars/api/guarded/", &[], b"").await, 403);
    assert!(refused["detail"].as_str().unwrap().contains("CSRF"), "{refused}");
}

#[module_api::rocket::async_test]
async fn a_request_that_is_not_admitted_is_refused_with_a_problem() {
    let site = site().await;
    let headers = [("Host", "one.example"), ("Host", "another.example")];
    let refused = problem(&site.get_with("/stars/api/", &headers).await, 400);
    assert_eq!(refused["detail"], "A request names the one host that it is for.");
    let page = site.get_with("/stars/", &headers).await;
    assert_eq!(page.header("content-type"), Some("text/plain; charset=utf-8"));
}
