//! What the pages say, word for word: bookmarks and the old site's tests rely on it.

use site_tests::{AddRows, Address, DatabaseKind, HolidayHomes, Person, on_both_databases};

on_both_databases! {
    the_home_page_welcomes,
    every_page_leads_to_every_module,
    without_lettings_the_list_says_so,
    without_profiles_the_list_says_so,
    lettings_are_listed_with_links_to_their_pages,
    a_letting_shows_its_title_and_address,
    profiles_are_listed_with_links_to_their_pages,
    a_profile_shows_the_member,
    a_profile_without_a_favorite_city_stands,
    every_username_that_django_takes_is_reachable_by_its_link,
    usernames_that_differ_by_case_are_two_members,
    a_member_whom_no_address_can_carry_is_listed_without_a_link,
    the_demo_data_is_loaded_where_it_is_asked_for,
}

async fn the_home_page_welcomes(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
    let answer = site.get("/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.page().title(), "Holiday Homes");
    assert!(answer.text().contains("<h1>Welcome to Holiday Homes</h1>"));
    assert_eq!(answer.page().heading(), "Welcome to Holiday Homes");
}

async fn every_page_leads_to_every_module(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().start().await;
    for address in ["/", "/lettings/", "/lettings/1/", "/profiles/", "/profiles/marisol/", "/none/"]
    {
        let page = site.get(address).await.page();
        for (id, leads_to) in
            [("home", "/"), ("lettings", "/lettings/"), ("profiles", "/profiles/")]
        {
            let link = page.id(id).unwrap_or_else(|| panic!("{address} has no #{id}"));
            assert_eq!(link.attribute("href"), Some(leads_to), "#{id} of {address}");
        }
    }
}

async fn without_lettings_the_list_says_so(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
    let answer = site.get("/lettings/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.page().title(), "Lettings");
    assert!(answer.text().contains("<h1>Lettings</h1>"));
    let list = answer.page();
    assert_eq!(list.id("index_lettings").unwrap().words(), "No lettings are available.");
}

async fn without_profiles_the_list_says_so(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
    let answer = site.get("/profiles/").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.page().title(), "Profiles");
    assert!(answer.text().contains("<h1>Profiles</h1>"));
    let list = answer.page();
    assert_eq!(list.id("index_profiles").unwrap().words(), "No profiles are available.");
}

async fn lettings_are_listed_with_links_to_their_pages(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
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
    let site = HolidayHomes::on(on).start().await;
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

async fn profiles_are_listed_with_links_to_their_pages(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
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
    let site = HolidayHomes::on(on).start().await;
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
    let site = HolidayHomes::on(on).start().await;
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
    let site = HolidayHomes::on(on).setting("modules.profiles.page_size", 100).start().await;
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
    let site = HolidayHomes::on(on).start().await;
    site.add_profile(Person { first_name: "Upper", ..Person::named("Ann") }).await;
    site.add_profile(Person { first_name: "Lower", ..Person::named("ann") }).await;
    assert!(site.get("/profiles/Ann/").await.page().main().contains("Upper"));
    assert!(site.get("/profiles/ann/").await.page().main().contains("Lower"));
    assert_eq!(site.get("/profiles/ANN/").await.status, 404);
}

async fn a_member_whom_no_address_can_carry_is_listed_without_a_link(on: DatabaseKind) {
    let site = HolidayHomes::on(on).start().await;
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

async fn the_demo_data_is_loaded_where_it_is_asked_for(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().start().await;
    let letting = site.get("/lettings/1/").await.page();
    assert_eq!(letting.heading(), "Stilt House on the Tide Pools");
    assert!(letting.main().contains("1406 Cliff Drive"));
    assert_eq!(site.get("/profiles/marisol/").await.page().heading(), "marisol");
    // Sequences go on after the keys that the fixtures gave.
    let id = site.add_letting("The next one", Address::SOMEWHERE).await;
    assert_eq!(id, 20);
}
