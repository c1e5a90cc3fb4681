//! The pages of all modules together.

use site_tests::{AddRows, Address, DatabaseKind, HolidayHomes, on_both_databases};

on_both_databases! {
    every_page_leads_to_every_module,
    the_demo_data_is_loaded_where_it_is_asked_for,
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
