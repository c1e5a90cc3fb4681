//! The search over all models, from every page of the admin.

use crate::desk::{site, staff, superuser};
use module_test::{Browser, DatabaseKind, Document, TestSite, on_both_databases};
use site_rows::{AddRows, Address, Person};

on_both_databases! {
    every_page_has_the_search,
    results_are_grouped_by_model_and_lead_to_the_forms,
    of_each_model_five_are_shown_and_the_list_has_all,
    what_one_may_not_look_at_is_not_found,
    models_and_pages_are_found_by_their_names,
    an_empty_search_says_what_to_do,
    what_is_typed_is_shown_as_text,
}

async fn find(desk: &Browser<'_>, query: &str) -> Document {
    let answer = desk.get(&format!("/admin/search/?q={query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.page()
}

/// The headings of the groups.
fn groups(page: &Document) -> Vec<String> {
    let of_groups = |element: &&module_test::Element| {
        let id = element.attribute("id").unwrap_or_default();
        id.starts_with("found-") || id == "pages"
    };
    page.all("h2").filter(of_groups).map(module_test::Element::words).collect()
}

async fn riverside(on: DatabaseKind) -> TestSite {
    let site = site(on).await;
    let at = Address { street: "Quay Road", city: "Riverside", ..Address::SOMEWHERE };
    site.add_letting("Boat house", at).await;
    site.add_profile(Person { favorite_city: "Riverside", ..Person::named("river_fan") }).await;
    site
}

async fn every_page_has_the_search(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    for address in ["/admin/", "/admin/lettings/", "/admin/search/", "/admin/modules/"] {
        let page = desk.get(address).await.page();
        let field = page.id("search-all").unwrap_or_else(|| panic!("{address} has a search"));
        assert_eq!(field.attribute("name"), Some("q"));
        let labelled = page.all("label").any(|l| l.attribute("for") == Some("search-all"));
        assert!(labelled, "{address}");
        let form = page.all("form").find(|form| form.attribute("role") == Some("search")).unwrap();
        assert_eq!(form.attribute("action"), Some("/admin/search/"));
    }
}

async fn results_are_grouped_by_model_and_lead_to_the_forms(on: DatabaseKind) {
    let site = riverside(on).await;
    let desk = superuser(&site).await;
    let page = find(&desk, "river").await;
    let field = page.id("search-all").unwrap();
    assert_eq!(field.attribute("value"), Some("river"), "the words stay");
    let expected = ["Users 1", "Addresses 1", "Lettings 1", "Profiles 1"];
    let mut found = groups(&page);
    let mut expected = expected.map(str::to_owned).to_vec();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    let form = page.link("Boat house").unwrap();
    assert!(form.starts_with("/admin/lettings/letting/") && form.ends_with("/change/"), "{form}");
    assert_eq!(groups(&find(&desk, "river%20boat").await), ["Lettings 1"], "every word");
    assert_eq!(groups(&find(&desk, "%22boat%20house%22").await), ["Lettings 1"]);
    let nothing = find(&desk, "%22house%20boat%22").await;
    assert_eq!(groups(&nothing), [] as [&str; 0]);
    assert!(nothing.main().contains("No results for"), "{}", nothing.main());
}

async fn of_each_model_five_are_shown_and_the_list_has_all(on: DatabaseKind) {
    let site = site(on).await;
    for number in 1..=7 {
        site.add_letting(&format!("Tent & Hut {number}"), Address::SOMEWHERE).await;
    }
    let desk = superuser(&site).await;
    let page = find(&desk, "tent%20%26").await;
    assert_eq!(groups(&page), ["Lettings 7"]);
    let shown = page.all("a").filter(|link| link.words().starts_with("Tent & Hut")).count();
    assert_eq!(shown, 5);
    assert_eq!(page.link("All 7 results"), Some("/admin/lettings/letting/?q=tent%20%26"));
    for number in 8..=150 {
        site.add_letting(&format!("Tent & Hut {number}"), Address::SOMEWHERE).await;
    }
    let page = find(&desk, "tent").await;
    assert_eq!(groups(&page), ["Lettings 100+"], "large tables are not counted");
    assert!(page.link("All 100+ results").is_some());
    assert!(page.link("Tent & Hut 150").is_some(), "the newest come first");
}

async fn what_one_may_not_look_at_is_not_found(on: DatabaseKind) {
    let site = riverside(on).await;
    let desk = staff(&site, "lettings.view_letting,lettings.view_address").await;
    assert_eq!(groups(&find(&desk, "river").await), ["Lettings 1", "Addresses 1"]);
    let desk = staff(&site, "lettings.view_letting").await;
    assert_eq!(groups(&find(&desk, "river").await), [] as [&str; 0], "it is in the address");
    assert_eq!(groups(&find(&desk, "boat").await), ["Lettings 1"]);
    let desk = staff(&site, "lettings.add_letting,profiles.change_profile").await;
    assert_eq!(groups(&find(&desk, "river").await), ["Profiles 1"]);
    let desk = staff(&site, "").await;
    let page = find(&desk, "river").await;
    assert_eq!(groups(&page), [] as [&str; 0]);
    assert!(!desk.get("/admin/search/").await.page().main().contains("lettings"));
    let nobody = site.get("/admin/search/?q=river").await;
    assert_ne!(nobody.status, 200);
    assert!(!nobody.text().contains("Boat"));
}

async fn models_and_pages_are_found_by_their_names(on: DatabaseKind) {
    let site = site(on).await;
    let desk = superuser(&site).await;
    let page = find(&desk, "letting").await;
    assert_eq!(groups(&page), ["Pages"]);
    assert!(page.all("a").any(|link| link.attribute("href") == Some("/admin/lettings/letting/")));
    let page = find(&desk, "accounts%20GROUP").await;
    let main = page.main();
    assert!(main.contains("Groups") && !main.contains("Users"), "{main}");
    assert!(find(&desk, "modules").await.main().contains("Modules"));
    let desk = staff(&site, "lettings.add_letting").await;
    let page = find(&desk, "letting").await;
    assert!(page.all("li").any(|item| item.words() == "Lettings Lettings"), "{}", page.main());
    assert!(page.link("Lettings").is_some());
    assert_eq!(groups(&find(&desk, "modules").await), [] as [&str; 0]);
}

async fn an_empty_search_says_what_to_do(on: DatabaseKind) {
    let site = riverside(on).await;
    let desk = superuser(&site).await;
    for query in ["", "%20%20", "%22%22"] {
        let page = find(&desk, query).await;
        assert_eq!(groups(&page), [] as [&str; 0]);
        assert!(page.main().contains("Enter a search term"), "{}", page.main());
        assert!(page.main().contains("lettings"), "it says where it looks");
    }
    assert_eq!(desk.get("/admin/search/").await.status, 200);
    assert_eq!(groups(&find(&desk, "%00").await), [] as [&str; 0]);
    assert_eq!(groups(&find(&desk, &"x".repeat(4_000)).await), [] as [&str; 0]);
}

async fn what_is_typed_is_shown_as_text(on: DatabaseKind) {
    let site = site(on).await;
    site.add_letting("<script>alert(1)</script>", Address::SOMEWHERE).await;
    let desk = superuser(&site).await;
    let answer = desk.get("/admin/search/?q=%3Cscript%3E").await;
    assert!(!answer.text().contains("<script>"), "{}", answer.text());
    let page = answer.page();
    assert_eq!(page.heading(), "Search: <script>");
    assert!(page.link("<script>alert(1)</script>").is_some());
}
