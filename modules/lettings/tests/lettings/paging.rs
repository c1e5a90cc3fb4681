//! Long lists come page by page, and every number leads to a page there is.

use module_api::db::query;
use module_test::{DatabaseKind, TestSite, on_both_databases};
use site_rows::{AddRows, Address};

on_both_databases! {
    a_list_comes_page_by_page_in_the_order_of_keys,
    a_bad_page_number_is_the_nearest_page_there_is,
    a_last_page_that_is_full_has_no_next,
    an_empty_list_has_one_page,
    a_page_too_deep_is_the_deepest_there_is_and_says_so,
}

/// A site with five lettings, two on a page.
async fn five_in_twos(on: DatabaseKind) -> TestSite {
    let site = TestSite::on(on).setting("modules.lettings.page_size", 2).start().await;
    for number in 1..=5 {
        site.add_letting(&format!("Home {number}"), Address::SOMEWHERE).await;
    }
    site
}

/// The lettings that a page shows, and the links to the pages beside it.
async fn shown(site: &TestSite, address: &str) -> (Vec<String>, Option<String>, Option<String>) {
    let answer = site.get(address).await;
    assert_eq!(answer.status, 200, "{address}");
    let page = answer.page();
    let beside = |rel| {
        let link = page.all("a").find(|link| link.attribute("rel") == Some(rel));
        link.and_then(|link| link.attribute("href")).map(str::to_owned)
    };
    let cards = page.all("h2").map(module_test::Element::words).collect();
    (cards, beside("prev"), beside("next"))
}

fn owned(titles: &[&str]) -> Vec<String> {
    titles.iter().map(|title| (*title).to_owned()).collect()
}

async fn a_list_comes_page_by_page_in_the_order_of_keys(on: DatabaseKind) {
    let site = five_in_twos(on).await;
    let link = |number: u32| Some(format!("?page={number}"));
    let first = (owned(&["Home 1", "Home 2"]), None, link(2));
    let second = (owned(&["Home 3", "Home 4"]), link(1), link(3));
    let third = (owned(&["Home 5"]), link(2), None);
    assert_eq!(shown(&site, "/lettings/").await, first);
    assert_eq!(shown(&site, "/lettings/?page=1").await, first);
    assert_eq!(shown(&site, "/lettings/?page=2").await, second);
    assert_eq!(shown(&site, "/lettings/?other=x&page=2&more=y").await, second);
    assert_eq!(shown(&site, "/lettings/?page=3").await, third);
}

async fn a_bad_page_number_is_the_nearest_page_there_is(on: DatabaseKind) {
    let site = five_in_twos(on).await;
    let first = shown(&site, "/lettings/").await;
    let last = shown(&site, "/lettings/?page=3").await;
    let huge = "9".repeat(1000);
    for number in ["abc", "0", "-5", "", "-99999999999999999999", "1e9", "%00", "%FF", "%zz", "%"] {
        assert_eq!(shown(&site, &format!("/lettings/?page={number}")).await, first, "{number}");
    }
    assert_eq!(shown(&site, "/lettings/?page").await, first);
    assert!(!shown(&site, "/lettings/?page[]=2&page.x=3").await.0.is_empty());
    for number in ["4", "99999", "4294967295", "4294967296", "99999999999999999999", &huge] {
        assert_eq!(shown(&site, &format!("/lettings/?page={number}")).await, last, "{number}");
    }
}

async fn a_last_page_that_is_full_has_no_next(on: DatabaseKind) {
    let site = TestSite::on(on).setting("modules.lettings.page_size", 2).start().await;
    for number in 1..=4 {
        site.add_letting(&format!("Home {number}"), Address::SOMEWHERE).await;
    }
    let last = (owned(&["Home 3", "Home 4"]), Some("?page=1".to_owned()), None);
    assert_eq!(shown(&site, "/lettings/?page=2").await, last);
    assert_eq!(shown(&site, "/lettings/?page=3").await, last);
}

async fn an_empty_list_has_one_page(on: DatabaseKind) {
    let site = TestSite::on(on).start().await;
    for address in ["/lettings/?page=7", "/lettings/?page=0"] {
        let page = site.get(address).await.page();
        assert_eq!(page.id("index_lettings").unwrap().words(), "No lettings are available.");
        assert_eq!(shown(&site, address).await, (vec![], None, None));
    }
}

async fn a_page_too_deep_is_the_deepest_there_is_and_says_so(on: DatabaseKind) {
    let site = TestSite::on(on).setting("modules.lettings.page_size", 5000).start().await;
    let mut transaction = site.db().begin().await.unwrap();
    for statement in [
        "WITH RECURSIVE row(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM row WHERE \
         number < 20000) INSERT INTO lettings_address (id, number, street, city, state, zip_code, \
         country_iso_code) SELECT number, 1, 'A', 'B', 'CA', 1, 'USA' FROM row",
        "INSERT INTO lettings_letting (id, title, address_id) SELECT id, 'Home ' || \
         CAST(id AS text), id FROM lettings_address",
    ] {
        query(statement).execute(&mut transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let (_, previous, next) = shown(&site, "/lettings/?page=2").await;
    assert_eq!((previous.as_deref(), next.as_deref()), (Some("?page=1"), Some("?page=3")));
    let deepest = shown(&site, "/lettings/?page=3").await;
    assert_eq!(deepest.0[0], "Home 10001");
    assert_eq!((deepest.1.as_deref(), deepest.2.as_deref()), (Some("?page=2"), None));
    for address in ["/lettings/?page=4", "/lettings/?page=80000"] {
        assert_eq!(shown(&site, address).await, deepest, "{address}");
        let words = site.get(address).await.page().main();
        assert!(words.contains("There is more after this page"), "{address}");
    }
    let words = site.get("/lettings/?page=2").await.page().main();
    assert!(!words.contains("There is more"), "{words}");
}
