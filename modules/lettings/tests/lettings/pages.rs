//! The texts of the pages, word for word: bookmarks and the old site's tests rely on them.

use module_test::{DatabaseKind, TestSite, on_both_databases};
use site_rows::{AddRows, Address};

on_both_databases! {
    without_lettings_the_list_says_so,
    lettings_are_listed_with_links_to_their_pages,
    a_letting_shows_its_title_and_address,
    a_zip_code_that_begins_with_zero_has_five_digits,
}

async fn without_lettings_the_list_says_so(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let answer = site.get("/lettings/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.page().title(), "Lettings");
    assert!(answer.text().contains("<h1>Lettings</h1>"));
    let list = answer.page();
    assert_eq!(list.id("index_lettings").unwrap().words(), "No lettings are available.");
}

async fn lettings_are_listed_with_links_to_their_pages(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let first = site.add_letting("Joshua Tree Green Haus", Address::SOMEWHERE).await;
    let second = site.add_letting("Oceanview Retreat", Address::SOMEWHERE).await;
    let page = site.get("/lettings/").await.page();
    assert_eq!(page.title(), "Lettings");
    assert!(!page.main().contains("No lettings are available."));
    let address = |id| Some(format!("/lettings/{id}/"));
    assert_eq!(page.link("Joshua Tree Green Haus").map(str::to_owned), address(first));
    assert_eq!(page.link("Oceanview Retreat").map(str::to_owned), address(second));
    let list = page.id("index_lettings").unwrap().words();
    assert!(list.contains("Joshua Tree Green Haus") && list.contains("Oceanview Retreat"));
}

async fn a_letting_shows_its_title_and_address(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let at = Address {
        number: 7217,
        street: "Bedford Street",
        city: "Brunswick",
        state: "GA",
        zip_code: 31525,
        country_iso_code: "USA",
    };
    site.add_letting("Another one", Address { number: 1, city: "Elsewhere", ..at }).await;
    let id = site.add_letting("Joshua Tree Green Haus /w Hot Tub", at).await;
    let answer = site.get(&format!("/lettings/{id}/")).await;
    assert_eq!(answer.status, 200);
    let page = answer.page();
    assert_eq!(page.title(), "Joshua Tree Green Haus /w Hot Tub");
    assert_eq!(page.heading(), "Joshua Tree Green Haus /w Hot Tub");
    let details = page.id("details").unwrap().words();
    assert!(details.contains("7217 Bedford Street"), "{details}");
    assert!(details.contains("Brunswick, GA 31525"), "{details}");
    assert!(details.contains("USA"), "{details}");
    assert!(!page.main().contains("Elsewhere"));
}

async fn a_zip_code_that_begins_with_zero_has_five_digits(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let boston = Address { city: "Boston", state: "MA", zip_code: 2134, ..Address::SOMEWHERE };
    let basel = Address { country_iso_code: "CHE", zip_code: 405, ..boston };
    for (at, expected) in [(boston, "Boston, MA 02134"), (basel, "Boston, MA 405 CHE")] {
        let id = site.add_letting("Home", at).await;
        let page = site.get(&format!("/lettings/{id}/")).await.page();
        let details = page.id("details").unwrap().words();
        assert!(details.contains(expected), "{details}");
    }
}
