//! Every page that a visitor can meet is accessible and fits, on a phone and on a desk, by day and
//! by night.

use browser_tests::{Browser, with_and_without_javascript};
use module_api::{Page, context};
use rocket::http::Status;
use rocket::{Route, get, post};
use site_tests::{
    AddRows, Address, Database, DatabaseKind, HolidayHomes, LocalModule, Person, ServedSite,
};

with_and_without_javascript! {
    every_page_is_accessible_and_fits,
    a_site_without_content_is_accessible_and_fits,
}

/// A module with a form without a token, and a handler that fails.
static BROKEN: LocalModule = LocalModule {
    routes: || -> Vec<Route> { rocket::routes![form, send, fail] },
    templates: &[(
        "broken/form.html.j2",
        b"{% extends 'base' %}{% block content %}<h1>A form</h1>\
          <form method=post><button>Send</button></form>{% endblock %}",
    )],
    ..LocalModule::named("broken")
};

#[get("/")]
fn form() -> Page {
    Page::render("broken/form", context! {})
}

#[post("/")]
fn send() {}

#[get("/<status>")]
fn fail(status: u16) -> Status {
    Status::new(status)
}

/// A site with demo data, and with names that are hard to show.
async fn site() -> (ServedSite, i64) {
    let database = Database::fresh(DatabaseKind::Sqlite).await;
    let setup = || HolidayHomes::on(DatabaseKind::Sqlite).database(&database);
    let site = setup().demo_data().start().await;
    let street = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogochstreet";
    let address = Address { street, city: street, ..Address::SOMEWHERE };
    let long = site.add_letting(&"Donaudampfschifffahrt".repeat(12), address).await;
    let name = "a.name_that+never@ends-".repeat(6);
    site.add_profile(Person {
        first_name: &name,
        last_name: &name,
        email: &format!("{name}@never.example"),
        favorite_city: &name[..64],
        ..Person::named(&name)
    })
    .await;
    let nothing = Person::named("nobody");
    site.add_profile(Person {
        first_name: "",
        last_name: "",
        email: "",
        favorite_city: "",
        ..nothing
    })
    .await;
    drop(site);
    // The second page has neighbours on both sides, and the last one the long title.
    let setup = setup().and_modules(&[&BROKEN]).setting("modules.lettings.page_size", 3);
    (setup.serve().await, long)
}

async fn check(browser: &Browser, address: &str, name: &str) {
    browser.open(address).await;
    browser.check_page(name).await;
}

async fn every_page_is_accessible_and_fits(browser: &Browser) {
    let (site, long) = site().await;
    let name = "a.name_that+never@ends-".repeat(6);
    for (path, name) in [
        ("/", "home"),
        ("/lettings/", "lettings"),
        ("/lettings/?page=2", "lettings-second-page"),
        ("/lettings/?page=99", "lettings-long-title"),
        ("/lettings/1/", "letting"),
        (&*format!("/lettings/{long}/"), "letting-long-title"),
        ("/profiles/", "profiles"),
        ("/profiles/marisol/", "profile"),
        (&*format!("/profiles/{name}/"), "profile-long-name"),
        ("/profiles/nobody/", "profile-without-details"),
        ("/nothing/here/", "404"),
        ("/broken/500/", "500"),
        ("/broken/503/", "503"),
        ("/broken/410/", "other-error"),
    ] {
        check(browser, &site.address(path), name).await;
    }

    browser.open(&site.address("/broken/")).await;
    browser.press("Send").await;
    assert_eq!(browser.heading().await, "Forbidden");
    browser.check_page("csrf-error").await;
    site.stop().await;
}

async fn a_site_without_content_is_accessible_and_fits(browser: &Browser) {
    let site = HolidayHomes::on(DatabaseKind::Sqlite).serve().await;
    check(browser, &site.address("/lettings/"), "no-lettings").await;
    assert_eq!(browser.texts(".empty").await, ["No lettings are available."]);
    check(browser, &site.address("/profiles/"), "no-profiles").await;
    assert_eq!(browser.texts(".empty").await, ["No profiles are available."]);
    site.stop().await;
    // Without a module the host's own pages are all there is.
    let site = HolidayHomes::on(DatabaseKind::Sqlite).installed(&[]).serve().await;
    check(browser, &site.address("/"), "no-modules").await;
    site.stop().await;
}
