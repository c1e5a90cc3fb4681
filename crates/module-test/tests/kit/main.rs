//! The test kit, as the author of a module uses it: no module is linked but the one here.

#![expect(clippy::needless_pass_by_value, reason = "Rocket passes guards by value")]

use module_api::auth::{CurrentUser, Permission, RequiredPermission, Staff};
use module_api::rocket::form::Form;
use module_api::rocket::{FromForm, Route, get, post, routes};
use module_api::{Files, Module, Page, context, register};
use module_test::{DatabaseKind, TestSite, TestUser, on_both_databases};

struct Guests;
register!(Guests);

impl Module for Guests {
    fn name(&self) -> &'static str {
        "guests"
    }

    fn routes(&self) -> Vec<Route> {
        routes![book, mine, staff, publish, sign]
    }

    fn templates(&self) -> Files {
        Files::inline(&[(
            "guests/book.html.j2",
            b"{% extends \"base\" %}{% block content %}<form>{{ csrf_input() }}</form>{% endblock %}",
        )])
    }
}

#[get("/")]
fn book() -> Page {
    Page::render("guests/book", context! {})
}

#[get("/mine")]
fn mine(user: CurrentUser) -> String {
    user.username.clone()
}

#[get("/staff")]
fn staff(user: Staff) -> String {
    user.username.clone()
}

struct Publish;

impl RequiredPermission for Publish {
    fn name() -> String {
        "guests.publish_entry".to_owned()
    }
}

#[get("/publish")]
fn publish(user: Permission<Publish>) -> String {
    user.username.clone()
}

#[derive(FromForm)]
struct Entry {
    text: String,
}

#[post("/", data = "<entry>")]
fn sign(entry: Form<Entry>) -> String {
    entry.into_inner().text
}

on_both_databases!(
    a_page_stands_in_the_plain_layout,
    a_browser_sends_forms_with_the_token,
    guards_see_the_user_who_is_signed_in,
);

async fn a_page_stands_in_the_plain_layout(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let page = site.get("/guests/").await.page();
    assert_eq!(page.all("main").count(), 1);
}

async fn a_browser_sends_forms_with_the_token(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let browser = site.browser();
    assert_eq!(browser.post_without_token("/guests/", &[("text", "Hello")]).await.status, 403);
    let answer = browser.post("/guests/", &[("text", "Hello & good-bye")]).await;
    assert_eq!((answer.status, answer.text()), (200, "Hello & good-bye"));
    // The cookie that came with the first token is kept.
    let cookie = browser.cookie("csrf");
    assert!(cookie.is_some());
    assert_eq!(browser.post("/guests/", &[("text", "Again")]).await.text(), "Again");
    assert_eq!(browser.cookie("csrf"), cookie);
}

async fn guards_see_the_user_who_is_signed_in(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let status_of = async |browser: &module_test::Browser<'_>, page: &str| {
        browser.get(&format!("/guests/{page}/")).await.status
    };
    let nobody = site.browser();
    assert_eq!(status_of(&nobody, "mine").await, 401);
    let ann = site.browser().signed_in_as(TestUser::named("ann"));
    assert_eq!(ann.get("/guests/mine/").await.text(), "ann");
    assert_eq!(status_of(&ann, "staff").await, 403);
    let clerk = site.browser().signed_in_as(TestUser::named("bo").staff());
    assert_eq!(clerk.get("/guests/staff/").await.text(), "bo");
    assert_eq!(status_of(&clerk, "publish").await, 403);
    let editor = TestUser::named("cy").permission("guests.publish_entry");
    let editor = site.browser().signed_in_as(editor);
    assert_eq!(editor.get("/guests/publish/").await.text(), "cy");
}

#[rocket::async_test]
#[should_panic(expected = "status 301, location Some(\"/guests/mine/\")")]
async fn a_redirect_that_is_read_as_a_page_is_named_with_its_address() {
    let site = TestSite::on(DatabaseKind::Sqlite).start().await;
    site.get("/guests/mine").await.page();
}
