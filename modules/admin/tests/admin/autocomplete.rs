//! Autocompletion of objects, for fields that are filled in by search.

use module_test::{Browser, DatabaseKind, TestSite, on_both_databases};
use serde_json::{Value, json};
use site_rows::{AddRows, Address, Person};

use crate::desk::{site, staff, superuser};

on_both_databases! {
    it_answers_as_djangos_does,
    every_word_has_to_match_and_quotes_keep_words_together,
    prefixes_of_search_fields_say_how_a_word_matches,
    there_are_twenty_on_a_page_and_the_last_says_so,
    strange_terms_find_nothing_and_break_nothing,
    who_may_not_look_is_answered_403_and_what_is_not_searched_404,
    it_can_be_done_without_scripts,
}

async fn look_up(desk: &Browser<'_>, query: &str) -> Value {
    let answer = desk.get(&format!("/admin/{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    serde_json::from_str(answer.text()).unwrap()
}

async fn texts(desk: &Browser<'_>, query: &str) -> Vec<String> {
    let found = look_up(desk, query).await;
    let text = |result: &Value| result["text"].as_str().unwrap().to_owned();
    found["results"].as_array().unwrap().iter().map(text).collect()
}

async fn people(on: DatabaseKind) -> TestSite {
    let site = site(on).await;
    for (username, first_name, last_name) in
        [("zoe", "Zoe", "Sea View"), ("adam", "Adam", "View"), ("eve", "Eve", "O'Hara")]
    {
        site.add_profile(Person { first_name, last_name, ..Person::named(username) }).await;
    }
    site
}

async fn it_answers_as_djangos_does(on: DatabaseKind) {
    let site = people(on).await;
    let desk = superuser(&site).await;
    let found = look_up(&desk, "auth/user/autocomplete/?term=zoe").await;
    let id = found["results"][0]["id"].as_str().expect("an id is text, as Django's").to_owned();
    assert!(id.parse::<i64>().unwrap() > 0);
    assert_eq!(
        found,
        json!({"results": [{"id": id, "text": "zoe"}], "pagination": {"more": false}})
    );
    let all = texts(&desk, "auth/user/autocomplete/").await;
    let known: Vec<&str> = all
        .iter()
        .map(String::as_str)
        .filter(|name| ["adam", "eve", "zoe"].contains(name))
        .collect();
    assert_eq!(known, ["adam", "eve", "zoe"], "in the order of the registration");
}

async fn every_word_has_to_match_and_quotes_keep_words_together(on: DatabaseKind) {
    let site = people(on).await;
    let desk = superuser(&site).await;
    for (term, expected) in [
        ("view", &["adam", "zoe"] as &[&str]),
        ("VIEW%20zo", &["zoe"]),
        ("view%20adam%20zoe", &[]),
        ("%22sea%20view%22", &["zoe"]),
        ("%22view%20sea%22", &[]),
        ("view%20sea", &["zoe"]),
        ("o'hara", &["eve"]),
        ("%20%20eve%20", &["eve"]),
    ] {
        let found = texts(&desk, &format!("auth/user/autocomplete/?term={term}")).await;
        assert_eq!(found, expected, "{term}");
    }
}

/// Of addresses `street` and `city` are searched, `^state` and `=zip_code`.
async fn prefixes_of_search_fields_say_how_a_word_matches(on: DatabaseKind) {
    let site = site(on).await;
    for (street, state, zip_code) in
        [("First Road", "GA", 31525), ("Second Road", "AG", 1234), ("Third Road", "CA", 315)]
    {
        let at = Address { street: leak(street), state, zip_code, ..Address::SOMEWHERE };
        site.add_letting(street, at).await;
    }
    let desk = superuser(&site).await;
    for (term, expected) in [
        ("315", &["Third"] as &[&str]),
        ("0315", &["Third"]),
        ("31525", &["First"]),
        ("3152", &[]),
        ("ga", &["First"]),
        ("g%20road", &["First"]),
        ("ag", &["Second"]),
        ("road", &["Third", "Second", "First"]),
        ("99999999999", &[]),
        ("99999999999999999999", &[]),
    ] {
        let found = texts(&desk, &format!("lettings/address/autocomplete/?term={term}")).await;
        let streets: Vec<&str> =
            found.iter().map(|text| text.split_whitespace().nth(1).unwrap()).collect();
        assert_eq!(streets, expected, "{term}: {found:?}");
    }
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

async fn there_are_twenty_on_a_page_and_the_last_says_so(on: DatabaseKind) {
    let site = site(on).await;
    for number in 1..=41 {
        site.add_letting(&format!("Cabin {number:02}"), Address::SOMEWHERE).await;
    }
    let desk = superuser(&site).await;
    let mut seen = Vec::new();
    for (page, count, more) in [(1, 20, true), (2, 20, true), (3, 1, false), (4, 0, false)] {
        let address = format!("lettings/letting/autocomplete/?term=cabin&page={page}");
        let found = look_up(&desk, &address).await;
        let results = found["results"].as_array().unwrap();
        assert_eq!((results.len(), found["pagination"]["more"].as_bool()), (count, Some(more)));
        seen.extend(results.iter().map(|result| result["id"].clone()));
    }
    seen.sort_by_key(ToString::to_string);
    seen.dedup();
    assert_eq!(seen.len(), 41, "every one is on one page");
    for page in ["0", "-1", "x", ""] {
        let address = format!("lettings/letting/autocomplete/?page={page}");
        assert_eq!(look_up(&desk, &address).await["results"].as_array().unwrap().len(), 20);
    }
    let far = look_up(&desk, "lettings/letting/autocomplete/?page=99999999999999").await;
    assert_eq!(far["results"], json!([]));
}

async fn strange_terms_find_nothing_and_break_nothing(on: DatabaseKind) {
    let site = people(on).await;
    let desk = superuser(&site).await;
    let long = "a".repeat(5_000);
    let words = "a%20".repeat(1_000);
    for term in ["%00", "zoe%00", "%25", "_", "%5C", "%5C%5C", "';--", "%E2%80%AE", &long] {
        let found = texts(&desk, &format!("auth/user/autocomplete/?term={term}")).await;
        assert_eq!(found, [] as [&str; 0], "{}", &term[..term.len().min(20)]);
    }
    let found = texts(&desk, &format!("auth/user/autocomplete/?term={words}")).await;
    assert_eq!(found.first().map(String::as_str), Some("adam"));
    let broken = desk.get("/admin/auth/user/autocomplete/?term=%FF").await;
    assert_ne!(broken.status, 500);
}

async fn who_may_not_look_is_answered_403_and_what_is_not_searched_404(on: DatabaseKind) {
    let site = people(on).await;
    for permission in ["auth.view_user", "auth.change_user"] {
        let desk = staff(&site, permission).await;
        assert_eq!(texts(&desk, "auth/user/autocomplete/?term=zoe").await, ["zoe"]);
        assert_eq!(desk.get("/admin/auth/group/autocomplete/").await.status, 403);
        assert_eq!(desk.get("/admin/auth/group/lookup/").await.status, 403);
    }
    let desk = staff(&site, "auth.delete_user").await;
    assert_eq!(desk.get("/admin/auth/user/autocomplete/").await.status, 403);
    let desk = superuser(&site).await;
    for missing in ["auth/nobody", "nothing/user", "auth/permission"] {
        let answer = desk.get(&format!("/admin/{missing}/autocomplete/")).await;
        assert_eq!(answer.status, 404, "{missing}");
    }
}

async fn it_can_be_done_without_scripts(on: DatabaseKind) {
    let site = people(on).await;
    for number in 1..=25 {
        site.add_profile(Person::named(&format!("<b>{number:02}"))).await;
    }
    let desk = superuser(&site).await;
    let answer = desk.get("/admin/auth/user/lookup/?q=sea").await;
    let page = answer.page();
    assert_eq!(page.heading(), "Look up users");
    let cells: Vec<String> = page.all("td").map(module_test::Element::words).collect();
    assert_eq!(cells[1], "zoe");
    let address = format!("/admin/auth/user/{}/change/", cells[0]);
    assert_eq!(page.link("zoe"), Some(address.as_str()));

    let page = desk.get("/admin/auth/user/lookup/?q=%3Cb%3E").await.page();
    assert_eq!(page.all("tr").count(), 21, "a heading and twenty rows");
    let next = page.link("Next").expect("there are more").to_owned();
    let page = desk.get(&format!("/admin/auth/user/lookup/{next}")).await.page();
    assert_eq!(page.all("tr").count(), 6);
    assert!(page.link("Previous").is_some());
    assert!(page.link("Next").is_none());
    let field = page.id("lookup").unwrap();
    assert_eq!(field.attribute("value"), Some("<b>"));
    let nothing = desk.get("/admin/auth/user/lookup/?q=nobody").await.page();
    assert!(nothing.main().contains("No results for “nobody”."), "{}", nothing.main());
}
