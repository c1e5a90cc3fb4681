//! The settings select the modules of a site, and their mounts.

use site_tests::{DatabaseKind, HolidayHomes, TestSite, on_both_databases};

use crate::addresses::assert_not_found;
use crate::crawl::Crawl;

on_both_databases! {
    every_link_of_the_site_leads_somewhere,
    a_module_that_is_switched_off_is_gone,
    a_module_that_is_not_installed_is_gone,
    a_site_without_a_home_page_stands,
    a_site_of_accounts_alone_stands,
    a_module_that_moves_takes_every_link_with_it,
    the_home_page_can_move,
    a_site_has_the_name_it_is_given,
}

async fn every_link_of_the_site_leads_somewhere(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().start().await;
    let crawl = Crawl::from(&site, "/").await;
    crawl.assert_all_well();
    for expected in ["/lettings/?page=2", "/lettings/19/", "/profiles/hank%2Bsurf/"] {
        assert!(crawl.visited.contains_key(expected), "no page leads to {expected}");
    }
    let images = crawl.visited.keys().filter(|address| address.ends_with(".svg"));
    assert!(images.count() > 5, "stylesheets lead to their images");
}

/// That the site has no trace of lettings.
async fn assert_lettings_are_gone(site: &TestSite) {
    for address in ["/lettings/", "/lettings", "/lettings/1/", "/static/lettings/lettings.css"] {
        assert_not_found(&site.get(address).await, address);
    }
    let home = site.get("/").await;
    assert_eq!(home.status, 200);
    assert_eq!(home.page().heading(), "Welcome to Holiday Homes");
    assert!(home.page().id("lettings").is_none());
    assert!(!home.text().to_lowercase().contains("lettings"), "{}", home.text());
    let crawl = Crawl::from(site, "/").await;
    crawl.assert_all_well();
    assert!(!crawl.leads_to("/lettings"));
    assert!(!crawl.leads_to("/static/lettings"));
    assert!(crawl.leads_to("/profiles"));
}

async fn a_module_that_is_switched_off_is_gone(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().setting("modules.lettings.enabled", false);
    // It requires lettings.
    let site = site.setting("modules.bookings.enabled", false);
    assert_lettings_are_gone(&site.start().await).await;
}

async fn a_module_that_is_not_installed_is_gone(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().installed(&["home", "accounts", "profiles"]);
    assert_lettings_are_gone(&site.start().await).await;
}

async fn a_site_without_a_home_page_stands(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().installed(&["lettings"]).start().await;
    for address in ["/", "/profiles/", "/static/home/home.css"] {
        assert_not_found(&site.get(address).await, address);
    }
    let crawl = Crawl::from(&site, "/lettings/").await;
    crawl.assert_all_well();
    assert!(!crawl.leads_to("/profiles"));
    let crawl = Crawl::from(&site, "/nothing/").await;
    assert!(crawl.visited.contains_key("/lettings/"), "the page for errors leads back");
    let broken: Vec<_> =
        crawl.visited.iter().filter(|(_, (_, answer))| answer.status != 200).collect();
    assert_eq!(broken.len(), 1, "{broken:?}");
}

async fn a_site_of_accounts_alone_stands(on: DatabaseKind) {
    let site = HolidayHomes::on(on).installed(&["accounts"]).start().await;
    for address in ["/", "/lettings/", "/profiles/"] {
        assert_not_found(&site.get(address).await, address);
    }
    assert_eq!(site.get("/static/host/site.css").await.status, 200);
}

async fn a_module_that_moves_takes_every_link_with_it(on: DatabaseKind) {
    for mount in ["/stays", "/stays/", "/holiday/stays"] {
        let site = HolidayHomes::on(on).demo_data().setting("modules.lettings.mount", mount);
        let (site, mount) = (site.start().await, mount.trim_end_matches('/'));
        let crawl = Crawl::from(&site, "/").await;
        crawl.assert_all_well();
        assert!(!crawl.leads_to("/lettings"), "{mount}");
        assert!(crawl.visited.contains_key(&format!("{mount}/19/")), "{mount}");
        assert!(crawl.visited.contains_key(&format!("{mount}/?page=2")), "{mount}");
        for address in ["/lettings/", "/lettings/1/", "/lettings"] {
            assert_not_found(&site.get(address).await, address);
        }
        let page = site.get("/").await.page();
        let link = page.id("lettings").expect("its id stays");
        assert_eq!(link.attribute("href"), Some(&*format!("{mount}/")));
        assert_eq!(site.get(mount).await.location(), format!("{mount}/"));
    }
}

async fn the_home_page_can_move(on: DatabaseKind) {
    let site = HolidayHomes::on(on).demo_data().setting("modules.home.mount", "/welcome");
    let site = site.start().await;
    assert_not_found(&site.get("/").await, "/");
    let crawl = Crawl::from(&site, "/welcome/").await;
    crawl.assert_all_well();
    assert!(crawl.leads_to("/lettings") && crawl.leads_to("/profiles"));
}

async fn a_site_has_the_name_it_is_given(on: DatabaseKind) {
    let site = HolidayHomes::on(on).setting("site_name", "Ferien & <mehr>").start().await;
    let page = site.get("/").await.page();
    assert_eq!(page.title(), "Ferien & <mehr>");
    assert_eq!(page.heading(), "Welcome to Ferien & <mehr>");
}
