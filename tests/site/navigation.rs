//! Links of the navigation that some visitors see.

use module_api::{Module, NavigationItem, Page, context};
use site_tests::{Browser, DatabaseKind, HolidayHomes, Setup, TestUser};

struct Office;

impl Module for Office {
    fn name(&self) -> &'static str {
        "office"
    }

    fn routes(&self) -> Vec<rocket::Route> {
        rocket::routes![index]
    }

    fn navigation(&self) -> Vec<NavigationItem> {
        let item = |label| NavigationItem::new(label, "office:index").weight(90);
        vec![
            item("For everybody"),
            item("For members").for_signed_in(),
            item("For guests").for_signed_out(),
            item("For staff").for_staff(),
            item("For clerks").for_permission("lettings.add_letting"),
        ]
    }
}

#[rocket::get("/")]
fn index() -> Page {
    Page::render("errors/error", context! { status: 200, reason: "The office" })
}

fn setup() -> Setup {
    HolidayHomes::on(DatabaseKind::Sqlite).and_modules(&[&Office])
}

/// The texts of the elements that are about the office.
async fn seen(browser: &Browser<'_>, address: &str, element: &str) -> Vec<String> {
    let page = browser.get(address).await.page();
    let links = page.all(element).map(site_tests::Element::words);
    links.filter(|text| text.starts_with("For ")).collect()
}

const LINKS: &str = "a";

#[rocket::async_test]
async fn visitors_see_the_links_that_are_for_them() {
    let site = setup().start().await;
    let user = || TestUser::named("ann");
    for (browser, links) in [
        (site.browser(), &["For everybody", "For guests"][..]),
        (site.browser().signed_in_as(user()), &["For everybody", "For members"]),
        (
            site.browser().signed_in_as(user().staff()),
            &["For everybody", "For members", "For staff"],
        ),
        (
            site.browser().signed_in_as(user().permission("lettings.add_letting")),
            &["For everybody", "For members", "For clerks"],
        ),
        (
            site.browser().signed_in_as(user().permission("lettings.view_letting")),
            &["For everybody", "For members"],
        ),
        (
            site.browser().signed_in_as(user().superuser()),
            &["For everybody", "For members", "For staff", "For clerks"],
        ),
    ] {
        assert_eq!(seen(&browser, "/office/", LINKS).await, links);
        assert_eq!(seen(&browser, "/nothing/", LINKS).await, links, "an error page");
        let cards = seen(&browser, "/", "h2").await;
        assert_eq!(cards, links, "the cards of the home page");
    }
    // What one visitor saw is kept for no other.
    assert_eq!(seen(&site.browser(), "/office/", LINKS).await, ["For everybody", "For guests"]);
}

#[rocket::async_test]
async fn without_accounts_everybody_is_a_guest() {
    let site = setup().installed(&["home", "office"]).start().await;
    assert_eq!(seen(&site.browser(), "/office/", LINKS).await, ["For everybody", "For guests"]);
}
