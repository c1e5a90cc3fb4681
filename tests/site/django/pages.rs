//! The pages show what Django wrote, and Django reads what is written here.

use serde_json::{Value, json};
use site_tests::{AddRows, Address, Django, DjangoSite, Person, TestSite};

use super::adoption::migrate;

on_every_database_of_django! {
    split, old => [every_page_shows_its_row]
}

mod written_later {
    on_every_database_of_django! {
        split => [what_django_writes_shows_here, django_reads_what_is_written_here]
    }

    use super::{django_reads_what_is_written_here, what_django_writes_shows_here};
}

/// A text with each run of white space as one space, as [`site_tests::Element::words`] has it.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Makes sure that the lists and pages show exactly what Django says there is.
async fn assert_shown(shown: &Value, successor: &TestSite) {
    let list = successor.get("/lettings/").await.page();
    let lettings = shown["lettings"].as_array().unwrap();
    assert_eq!(list.all("h2").count(), lettings.len());
    for letting in lettings {
        let address = format!("/lettings/{}/", letting["id"]);
        assert_eq!(list.link(text(&letting["title"])), Some(&*address));
        let page = successor.get(&address).await.page();
        assert_eq!(page.heading(), text(&letting["title"]));
        let details = page.id("details").unwrap().words();
        let expected = format!(
            "Address {} {} {}, {} {} {}",
            letting["number"],
            text(&letting["street"]),
            text(&letting["city"]),
            text(&letting["state"]),
            letting["zip_code"],
            text(&letting["country_iso_code"]),
        );
        assert_eq!(details, words(&expected));
    }

    let list = successor.get("/profiles/").await.page();
    let profiles = shown["profiles"].as_array().unwrap();
    assert_eq!(list.all("h2").count(), profiles.len());
    for profile in profiles {
        let username = text(&profile["username"]);
        let address = list.link(username).unwrap_or_else(|| panic!("{username} has no link"));
        let page = successor.get(address).await.page();
        assert_eq!(page.heading(), username);
        let given = |field: &str| match text(&profile[field]) {
            "" => "Not given".to_owned(),
            given => words(given),
        };
        let expected = format!(
            "First name {} Last name {} Email {} Favorite city {}",
            given("first_name"),
            given("last_name"),
            given("email"),
            given("favorite_city"),
        );
        assert_eq!(page.id("details").unwrap().words(), expected);
    }
}

async fn adopted(django: Django) -> (DjangoSite, TestSite) {
    let site = django.filled().await;
    migrate(&site).await;
    let successor = site.successor().start().await;
    (site, successor)
}

async fn every_page_shows_its_row(django: Django) {
    let (site, successor) = adopted(django).await;
    let shown = site.manage_json(&["show"]).await;
    let count = |list: &str| shown[list].as_array().unwrap().len();
    assert_eq!((count("lettings"), count("profiles")), (8, 8));
    assert_shown(&shown, &successor).await;
    assert_eq!(successor.get("/lettings/3/").await.status, 404);
    assert_eq!(successor.get("/profiles/admin/").await.status, 404);
}

async fn what_django_writes_shows_here(django: Django) {
    let (site, successor) = adopted(django).await;
    site.manage(&["add_lettings", "Хата", "<b>Zimmer & Küche</b>"]).await;
    site.manage(&["add_member", "Åke", "Malmö 🌊"]).await;
    let letting = successor.get("/lettings/4713/").await.page();
    assert_eq!(letting.heading(), "<b>Zimmer & Küche</b>");
    let member = successor.get("/profiles/%C3%85ke/").await.page();
    assert!(member.id("details").unwrap().words().ends_with("Favorite city Malmö 🌊"));
    assert_shown(&site.manage_json(&["show"]).await, &successor).await;
}

async fn django_reads_what_is_written_here(django: Django) {
    let (site, successor) = adopted(django).await;
    let at = Address { number: 0, street: "Ülo tänav", city: "Tõrva", ..Address::SOMEWHERE };
    let id = successor.add_letting("\"Mägi\" & <b>org</b> 🏔", at).await;
    let person = Person { first_name: "Õie", favorite_city: "Võru", ..Person::named("õie") };
    successor.add_profile(person).await;
    let shown = site.manage_json(&["show"]).await;
    assert_eq!(
        shown["lettings"][8],
        json!({
            "id": id,
            "title": "\"Mägi\" & <b>org</b> 🏔",
            "number": 0,
            "street": "Ülo tänav",
            "city": "Tõrva",
            "state": "GA",
            "zip_code": 31525,
            "country_iso_code": "USA",
        })
    );
    let profile = &shown["profiles"][8];
    assert_eq!(profile["username"], "õie");
    assert_eq!(profile["first_name"], "Õie");
    assert_eq!(profile["favorite_city"], "Võru");
    // What either writes next has the next key.
    assert_eq!(site.manage_json(&["add_lettings", "Next"]).await, json!([id + 1]));
    assert_eq!(successor.add_letting("And next", at).await, id + 2);
    site.manage(&["visit_admin"]).await;
}
