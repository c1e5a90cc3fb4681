//! The texts of the pages, word for word: bookmarks and the old site's tests rely on them.

use module_test::{DatabaseKind, TestSite, on_both_databases};
use site_rows::{AddRows, Person};

on_both_databases! {
    without_profiles_the_list_says_so,
    profiles_are_listed_with_links_to_their_pages,
    a_profile_shows_the_member,
    a_profile_without_a_favorite_city_stands,
    every_username_that_django_takes_is_reachable_by_its_link,
    usernames_that_differ_by_case_are_two_members,
    a_member_whom_no_address_can_carry_is_listed_without_a_link,
    profiles_are_paged_by_their_own_setting,
}

async fn without_profiles_the_list_says_so(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let answer = site.get("/profiles/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.page().title(), "Profiles");
    assert!(answer.text().contains("<h1>Profiles</h1>"));
    let list = answer.page();
    assert_eq!(list.id("index_profiles").unwrap().words(), "No profiles are available.");
}

async fn profiles_are_listed_with_links_to_their_pages(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    for name in ["HeadlinesGazer", "DavWin"] {
        site.add_profile(Person::named(name)).await;
    }
    let page = site.get("/profiles/").await.page();
    assert_eq!(page.title(), "Profiles");
    assert!(!page.main().contains("No profiles are available."));
    assert_eq!(page.link("HeadlinesGazer"), Some("/profiles/HeadlinesGazer/"));
    assert_eq!(page.link("DavWin"), Some("/profiles/DavWin/"));
    assert!(page.id("index_profiles").unwrap().words().contains("HeadlinesGazer"));
}

async fn a_profile_shows_the_member(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    site.add_profile(Person::named("another")).await;
    let person = Person {
        username: "HeadlinesGazer",
        first_name: "Jamie",
        last_name: "Lal",
        email: "jssssss33@acee9.live",
        favorite_city: "Buenos Aires",
    };
    site.add_profile(person).await;
    let answer = site.get("/profiles/HeadlinesGazer/").await;
    assert_eq!(answer.status, 200);
    let page = answer.page();
    assert_eq!(page.title(), "HeadlinesGazer");
    assert_eq!(page.heading(), "HeadlinesGazer");
    let details = page.id("details").unwrap().words();
    for shown in ["Jamie", "Lal", "jssssss33@acee9.live", "Buenos Aires"] {
        assert!(details.contains(shown), "{shown} in {details}");
    }
}

async fn a_profile_without_a_favorite_city_stands(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    let blank = Person {
        first_name: "",
        last_name: "",
        email: "",
        favorite_city: "",
        ..Person::named("blank")
    };
    site.add_profile(blank).await;
    let answer = site.get("/profiles/blank/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.page().heading(), "blank");
    assert_eq!(site.get("/profiles/").await.page().link("blank"), Some("/profiles/blank/"));
}

async fn every_username_that_django_takes_is_reachable_by_its_link(on: DatabaseKind) {
    let site = TestSite::on(on).setting("modules.profiles.page_size", 100).start().await;
    let (long, long_and_wide) = ("x".repeat(150), "ж".repeat(150));
    let names = [
        "zoë.li",
        "дарья",
        "さくら",
        "مريم",
        "１２３",
        "hank+surf",
        "a@b.example",
        "nadia-w",
        "tide_watcher",
        "...",
        ".a",
        "a.",
        "+",
        "-",
        "_",
        "@",
        "0",
        "index.html",
        "ǅ",
        &long,
        &long_and_wide,
    ];
    for name in names {
        site.add_profile(Person::named(name)).await;
    }
    let list = site.get("/profiles/").await.page();
    for name in names {
        let address = list.link(name).unwrap_or_else(|| panic!("{name} has no link"));
        let answer = site.get(address).await;
        assert_eq!(answer.status, 200, "{name} at {address}");
        assert_eq!(answer.page().heading(), name);
        assert_eq!(answer.page().title(), name);
    }
}

async fn usernames_that_differ_by_case_are_two_members(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    site.add_profile(Person { first_name: "Upper", ..Person::named("Ann") }).await;
    site.add_profile(Person { first_name: "Lower", ..Person::named("ann") }).await;
    assert!(site.get("/profiles/Ann/").await.page().main().contains("Upper"));
    assert!(site.get("/profiles/ann/").await.page().main().contains("Lower"));
    assert_eq!(site.get("/profiles/ANN/").await.status, 404);
}

async fn a_member_whom_no_address_can_carry_is_listed_without_a_link(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    for name in [".", "..", "neighbour"] {
        site.add_profile(Person::named(name)).await;
    }
    let answer = site.get("/profiles/").await;
    assert_eq!(answer.status, 200);
    let page = answer.page();
    assert_eq!((page.link("."), page.link("..")), (None, None));
    assert_eq!(page.link("neighbour"), Some("/profiles/neighbour/"));
    let shown: Vec<String> = page.all("h2").map(|heading| heading.text.clone()).collect();
    assert!(shown.contains(&".".to_owned()) && shown.contains(&"..".to_owned()), "{shown:?}");
}

/// The members that a page shows, and the links to the pages beside it.
async fn shown(site: &TestSite, address: &str) -> (Vec<String>, Option<String>, Option<String>) {
    let page = site.get(address).await.page();
    let beside = |rel| {
        let link = page.all("a").find(|link| link.attribute("rel") == Some(rel));
        link.and_then(|link| link.attribute("href")).map(str::to_owned)
    };
    let cards = page.all("h2").map(module_test::Element::words).collect();
    (cards, beside("prev"), beside("next"))
}

async fn profiles_are_paged_by_their_own_setting(on: DatabaseKind) {
    let site = TestSite::on(on).setting("modules.profiles.page_size", 1).start().await;
    for name in ["ann", "ben"] {
        site.add_profile(Person::named(name)).await;
    }
    let next = Some("?page=2".to_owned());
    assert_eq!(shown(&site, "/profiles/").await, (vec!["ann".to_owned()], None, next));
    let previous = Some("?page=1".to_owned());
    assert_eq!(
        shown(&site, "/profiles/?page=99999").await,
        (vec!["ben".to_owned()], previous, None)
    );
}
