//! Objects are named to those who may view them, wherever a page would name them.

use accounts::NewUser;
use accounts::models::User;
use module_api::model::Model;
use module_test::{Browser, DatabaseKind, TestSite, on_both_databases};
use site_rows::{AddRows, Address, Person};

use crate::archive::{PASSWORD, count, log, messages, page};
use crate::hotel::{Guest, add_guests, add_room, firsts, hotel, rows};
use crate::{desk, hotel};

on_both_databases! {
    a_form_offers_no_objects_that_may_not_be_viewed,
    a_list_shows_keys_of_what_may_not_be_viewed_and_cannot_be_asked_about_it,
    a_profile_does_not_tell_the_username_to_who_may_not_view_users,
    a_search_does_not_look_into_what_may_not_be_viewed,
    a_history_names_neither_users_nor_objects_that_may_not_be_viewed,
    a_filter_offers_keys_of_what_may_not_be_viewed,
    a_rule_hides_a_row_from_those_that_lead_to_it,
    an_action_does_not_name_a_hidden_row,
    what_goes_along_unregistered_is_counted_only,
    permissions_are_called_by_their_module,
}

async fn zoe(site: &TestSite) {
    site.add_profile(Person { favorite_city: "Reno", ..Person::named("zoe") }).await;
}

/// Asserts that a page, without its frame, has none of these names.
#[track_caller]
fn assert_silent(text: &str, names: &[&str]) {
    for name in names {
        assert!(!text.contains(name), "{name} is in {text}");
    }
}

async fn text(browser: &Browser<'_>, address: &str) -> String {
    let answer = browser.get(address).await;
    assert_eq!(answer.status, 200, "{address}");
    answer.text().to_owned()
}

async fn a_form_offers_no_objects_that_may_not_be_viewed(on: DatabaseKind) {
    let site = desk::site(on).await;
    let letting = site.add_letting("Sea view", Address::SOMEWHERE).await;
    zoe(&site).await;
    let change = format!("/admin/lettings/letting/{letting}/change/");
    let eve = desk::staff(&site, "lettings.change_letting,lettings.add_letting").await;
    for address in [change.as_str(), "/admin/lettings/letting/add/"] {
        let form = text(&eve, address).await;
        assert_silent(&form, &["Bedford", "7217", "<option"]);
        assert!(form.contains("name=\"address\""), "the key can be typed");
    }
    let ann = desk::staff(&site, "lettings.change_letting,lettings.view_address").await;
    assert!(text(&ann, &change).await.contains("Bedford"));
    let clerk = desk::staff(&site, "auth.view_user").await;
    let zoe = "/admin/auth/user/1/change/";
    assert_eq!(page(&clerk.get(zoe).await).heading(), "View user");
    let mut transaction = site.db().begin().await.unwrap();
    let group = module_api::db::query("INSERT INTO auth_group (name) VALUES ('Night watch')");
    group.execute(&mut transaction).await.unwrap();
    User::GROUPS.set(1, &[1], &mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_silent(&text(&clerk, zoe).await, &["Night watch"]);
    let boss = desk::superuser(&site).await;
    assert!(text(&boss, zoe).await.contains("Night watch"));
}

async fn a_list_shows_keys_of_what_may_not_be_viewed_and_cannot_be_asked_about_it(
    on: DatabaseKind,
) {
    const LIST: &str = "/admin/lettings/letting/";
    let site = desk::site(on).await;
    site.add_letting("Sea view", Address { state: "NV", ..Address::SOMEWHERE }).await;
    site.add_letting("Cabin", Address { city: "Aalen", ..Address::SOMEWHERE }).await;
    let eve = desk::staff(&site, "lettings.view_letting").await;
    let list = page(&eve.get(LIST).await);
    assert_eq!(rows(&list), [["Cabin", "2"], ["Sea view", "1"]]);
    assert!(list.id("filters").is_none(), "both filters are about addresses");
    for condition in ["address__state=NV", "address__state__exact=GA", "address__city=Aalen"] {
        let answer = eve.get(&format!("{LIST}?{condition}")).await;
        assert_eq!((answer.status, answer.location()), (303, "/admin/lettings/letting/?e=1"));
    }
    assert_eq!(firsts(&page(&eve.get(&format!("{LIST}?q=Aalen")).await)), [] as [&str; 0]);
    assert_eq!(firsts(&page(&eve.get(&format!("{LIST}?q=sea")).await)), ["Sea view"]);
    for order in ["3", "-3", "4"] {
        let sorted = page(&eve.get(&format!("{LIST}?o={order}")).await);
        assert_eq!(firsts(&sorted), ["Cabin", "Sea view"], "{order}");
    }
    let ann = desk::staff(&site, "lettings.view_letting,lettings.view_address").await;
    let list = page(&ann.get(&format!("{LIST}?address__state=NV")).await);
    assert_eq!(rows(&list), [["Sea view", "7217 Bedford Street", "Brunswick", "NV"]]);
}

async fn a_profile_does_not_tell_the_username_to_who_may_not_view_users(on: DatabaseKind) {
    const CHANGE: &str = "/admin/profiles/profile/1/change/";
    let site = desk::site(on).await;
    zoe(&site).await;
    let eve =
        desk::staff(&site, "profiles.change_profile,profiles.delete_profile,profiles.add_profile")
            .await;
    assert_eq!(rows(&page(&eve.get("/admin/profiles/profile/").await)), [["1", "Reno"]]);
    for address in
        [CHANGE, "/admin/profiles/profile/1/delete/", "/admin/profiles/profile/1/history/"]
    {
        let shown = text(&eve, address).await;
        assert_silent(&shown, &["zoe"]);
        assert!(shown.contains("Profile (1)"), "{shown}");
    }
    let form = page(&eve.get(CHANGE).await);
    let fingerprint = crate::archive::value_of(&form, "_fingerprint").unwrap();
    let typed = [("user", "1"), ("favorite_city", "Elko"), ("_fingerprint", &fingerprint)];
    assert_eq!(eve.post(CHANGE, &typed).await.status, 303);
    let said = messages(&eve).await;
    assert!(said[0].starts_with("The profile “Profile (1)” was changed"), "{said:?}");
    assert_eq!(log(&site).await[0].object, "zoe", "the log is whole");
    let index = page(&eve.get("/admin/").await);
    assert_eq!(index.link("1"), Some(CHANGE), "what was done last");
    assert_silent(&index.main(), &["zoe"]);
    let taken = eve.post("/admin/profiles/profile/add/", &[("user", "1")]).await;
    assert_silent(taken.text(), &["zoe"]);
}

async fn a_search_does_not_look_into_what_may_not_be_viewed(on: DatabaseKind) {
    let site = desk::site(on).await;
    zoe(&site).await;
    let eve = desk::staff(&site, "profiles.view_profile").await;
    let ann = desk::staff(&site, "profiles.view_profile,auth.view_user").await;
    for address in
        ["search/?q=", "profiles/profile/lookup/?q=", "profiles/profile/autocomplete/?term="]
    {
        let by = async |browser: &Browser<'_>, word| {
            text(browser, &format!("/admin/{address}{word}")).await
        };
        assert!(by(&eve, "reno").await.contains("Profile (1)"), "{address}");
        assert_silent(&by(&eve, "reno").await, &["zoe"]);
        assert_silent(&by(&eve, "zoe").await, &["Profile (1)", "profile/1/"]);
        assert!(by(&ann, "reno").await.contains("zoe"), "{address}");
        assert!(!by(&ann, "zoe").await.contains("Profile (1)"), "{address}");
    }
}

async fn a_history_names_neither_users_nor_objects_that_may_not_be_viewed(on: DatabaseKind) {
    const CHANGE: &str = "/admin/lettings/letting/1/change/";
    const HISTORY: &str = "/admin/lettings/letting/1/history/";
    let site = desk::site(on).await;
    site.add_letting("Sea view", Address::SOMEWHERE).await;
    let other = NewUser::named("other", PASSWORD).superuser();
    let id = other.add_to(site.db()).await.unwrap();
    crate::archive::execute(&site, "UPDATE auth_user SET first_name = 'Zoë'").await;
    let other = site.sign_in("other", PASSWORD).await;
    let form = page(&other.get(CHANGE).await);
    let fingerprint = crate::archive::value_of(&form, "_fingerprint").unwrap();
    let typed = [
        ("title", "Sea view"),
        ("address-number", "1"),
        ("address-street", "Quay"),
        ("address-city", "Reno"),
        ("address-state", "NV"),
        ("address-zip_code", "1"),
        ("address-country_iso_code", "USA"),
        ("_fingerprint", &fingerprint),
    ];
    assert_eq!(other.post(CHANGE, &typed).await.status, 303);
    let eve = desk::staff(&site, "lettings.change_letting").await;
    let history = text(&eve, HISTORY).await;
    assert_silent(&history, &["other", "Zoë", "Quay"]);
    assert!(history.contains(&format!("User ({id})")), "{history}");
    assert!(history.contains("Street, City, State and Zip code for address."), "{history}");
    let late = [("title", "Mine"), ("address", "1"), ("_fingerprint", "of before")];
    let conflict = eve.post(CHANGE, &late).await;
    assert_eq!(conflict.status, 409);
    assert!(conflict.text().contains(&format!("User ({id})")), "{}", conflict.text());
    let permissions = "lettings.view_letting,lettings.view_address,auth.view_user";
    let history = text(&desk::staff(&site, permissions).await, HISTORY).await;
    assert!(history.contains("other (Zoë)") && history.contains("“1 Quay”"), "{history}");
}

async fn a_filter_offers_keys_of_what_may_not_be_viewed(on: DatabaseKind) {
    let site = hotel(on).await;
    let room = add_room(&site, 100).await;
    let room = Some(module_api::model::ForeignKey::to(room));
    add_guests(&site, [Guest { room, ..Guest::named("Ann") }]).await;
    let offered = async |browser: &Browser<'_>| {
        let list = hotel::page(browser, "/admin/hotel/guest/").await;
        list.all("a").map(module_test::Element::words).collect::<Vec<_>>()
    };
    let clerk = hotel::staff(&site, &["view_guest"]).await;
    let links = offered(&clerk).await;
    assert!(links.iter().all(|link| !link.contains("Room 100")), "{links:?}");
    assert!(links.contains(&"1".to_owned()), "{links:?}");
    let asked = "/admin/hotel/guest/?room__id__exact=1";
    assert_eq!(firsts(&hotel::page(&clerk, asked).await), ["Ann"], "keys can be asked for");
    assert!(offered(&hotel::superuser(&site).await).await.contains(&"Room 100".to_owned()));
}

async fn a_rule_hides_a_row_from_those_that_lead_to_it(on: DatabaseKind) {
    let site = hotel(on).await;
    let ids = add_guests(&site, [Guest::named("Hidden"), Guest::named("Ann")]).await;
    let mut transaction = site.db().begin().await.unwrap();
    for guest in ids {
        let guest = module_api::model::ForeignKey::to(guest);
        hotel::Bill { id: 0, guest }.insert(&mut transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let clerk = hotel::staff(&site, &["view_guest", "change_bill"]).await;
    let list = hotel::page(&clerk, "/admin/hotel/bill/").await;
    assert_eq!(rows(&list), [["Bill of Ann", "Ann", "Ann"], ["Bill (1)", "1", "-"]]);
    let form = text(&clerk, "/admin/hotel/bill/1/change/").await;
    assert_silent(&form, &["Hidden"]);
    assert!(form.contains("<option value=\"1\" selected>1</option>"), "{form}");
    let boss = hotel::superuser(&site).await;
    let list = hotel::page(&boss, "/admin/hotel/bill/").await;
    assert_eq!(rows(&list)[1], ["Bill of Hidden", "Hidden", "Hidden"]);
}

async fn an_action_does_not_name_a_hidden_row(on: DatabaseKind) {
    let site = hotel(on).await;
    let ids = add_guests(&site, [Guest::named("Hidden")]).await;
    let clerk = hotel::staff(&site, &["change_guest"]).await;
    let id = ids[0].to_string();
    let sent = [("action", "check_out"), ("_selected_action", id.as_str())];
    let answer = clerk.post("/admin/hotel/guest/", &sent).await;
    let said = hotel::messages(&clerk, &answer).await;
    assert!(said[0].contains(&format!("“Guest ({id})”")), "{said:?}");
}

async fn what_goes_along_unregistered_is_counted_only(on: DatabaseKind) {
    let site = crate::archive::archive(on).await;
    let shelf = crate::archive::add_shelf(&site, "Maps").await;
    let folder = crate::archive::add_folder(&site, "Coast", shelf).await;
    let folder = module_api::model::ForeignKey::to(folder);
    crate::archive::add(&site, crate::archive::Sheet { id: 0, number: 7, folder }).await;
    let clerk = crate::archive::staff(&site, &["delete_shelf", "delete_folder"]).await;
    let asked = page(&clerk.get(&format!("/admin/archive/shelf/{shelf}/delete/")).await);
    assert!(asked.main().contains("Sheets: 1"), "{}", asked.main());
    assert_silent(&asked.main(), &["Sheet 7"]);
    assert_eq!(count(&site, "SELECT COUNT(*) AS value FROM archive_sheet").await, 1);
}

async fn permissions_are_called_by_their_module(on: DatabaseKind) {
    let site = desk::site(on).await;
    let boss = desk::superuser(&site).await;
    let form = page(&boss.get("/admin/auth/group/add/").await);
    let labels: Vec<String> = form.all("label").map(module_test::Element::words).collect();
    for label in
        ["Lettings: can add letting", "Accounts: can delete user", "Admin: can view log entry"]
    {
        assert!(labels.iter().any(|known| known == label), "{label} is not in {labels:?}");
    }
}
