//! The index of the admin: the models, and the user's recent actions.

use crate::hotel::{Guest, add_guests, hotel, page, staff, superuser};
use module_test::{DatabaseKind, Document, Element, on_both_databases};

on_both_databases! {
    one_sees_the_models_one_may_see,
    what_one_did_last_is_listed_and_leads_to_its_form,
    what_others_did_is_not_listed,
    an_app_has_a_page,
}

/// The titles of the panels.
fn panels(page: &Document) -> Vec<String> {
    let of_panel = |e: &&Element| e.attribute("id").is_some_and(|id| id.starts_with("module-"));
    page.all("h2").filter(of_panel).map(Element::words).collect()
}

async fn one_sees_the_models_one_may_see(on: DatabaseKind) {
    let site = hotel(on).await;
    let boss = superuser(&site).await;
    let index = page(&boss, "/admin/").await;
    let mut titles = panels(&index);
    titles.sort();
    assert_eq!(titles, ["Accounts", "Hotel", "Lettings", "Profiles"]);
    let clerk = staff(&site, &["view_room", "add_guest"]).await;
    let index = page(&clerk, "/admin/").await;
    assert_eq!(panels(&index), ["Hotel"]);
    assert_eq!(index.link("Rooms"), Some("/admin/hotel/room/"));
    assert_eq!(index.link("Guests"), None, "one may add some, and not look at them");
    assert!(!index.main().contains("Users"));
}

/// The links and texts of the recent actions.
fn recent(page: &Document) -> Vec<String> {
    let mut elements =
        page.elements.iter().skip_while(|e| e.attribute("id") != Some("recent-heading"));
    elements.next();
    let of_list = |e: &&Element| matches!(e.name.as_str(), "ol" | "li" | "span" | "a" | "time");
    elements.take_while(of_list).filter(|e| e.name == "li").map(Element::words).collect()
}

async fn what_one_did_last_is_listed_and_leads_to_its_form(on: DatabaseKind) {
    let site = hotel(on).await;
    let ids = add_guests(&site, ["Ann", "Bob <b>"].map(Guest::named)).await;
    let browser = superuser(&site).await;
    let index = page(&browser, "/admin/").await;
    assert_eq!(recent(&index), [] as [&str; 0]);
    assert!(index.main().contains("None available"));
    let [ann, bob] = [ids[0], ids[1]].map(|id| id.to_string());
    for (action, id) in [("check_out", &ann), ("check_out", &bob), ("evict", &ann)] {
        let fields = [("action", action), ("_selected_action", id.as_str())];
        assert_eq!(browser.post("/admin/hotel/guest/", &fields).await.status, 303);
    }
    let index = page(&browser, "/admin/").await;
    let actions = recent(&index);
    assert_eq!(actions.len(), 3);
    assert!(actions[0].starts_with("Deleted: Ann Guest, "), "the latest first: {actions:?}");
    assert!(actions[1].starts_with("Changed: Bob <b> Guest, "), "{actions:?}");
    assert!(actions[2].starts_with("Changed: Ann Guest, "), "{actions:?}");
    assert_eq!(index.link("Bob <b>"), Some(&*format!("/admin/hotel/guest/{bob}/change/")));
    for _ in 0..12 {
        let fields = [("action", "check_out"), ("_selected_action", bob.as_str())];
        browser.post("/admin/hotel/guest/", &fields).await;
    }
    assert_eq!(recent(&page(&browser, "/admin/").await).len(), 10, "so many and no more");
}

async fn what_others_did_is_not_listed(on: DatabaseKind) {
    let site = hotel(on).await;
    let ids = add_guests(&site, [Guest::named("Ann")]).await;
    let boss = superuser(&site).await;
    let id = ids[0].to_string();
    let fields = [("action", "check_out"), ("_selected_action", id.as_str())];
    boss.post("/admin/hotel/guest/", &fields).await;
    let clerk = staff(&site, &["view_guest"]).await;
    assert_eq!(recent(&page(&clerk, "/admin/").await), [] as [&str; 0]);
}

async fn an_app_has_a_page(on: DatabaseKind) {
    let site = hotel(on).await;
    let browser = superuser(&site).await;
    let app = page(&browser, "/admin/hotel/").await;
    assert_eq!(panels(&app), ["Hotel"]);
    assert_eq!(app.heading(), "Hotel administration");
    assert_eq!(browser.get("/admin/nothing/").await.status, 404);
}
