//! Staff answer requests, and set prices.

use bookings::models::{Rate, Status};
use module_api::db::Decimal;
use module_api::model::Model;
use module_test::{Browser, DatabaseKind, on_both_databases};

use crate::house::House;

on_both_databases! {
    staff_confirm_and_decline_requests,
    bookings_for_the_same_nights_are_not_confirmed_together,
    a_price_is_set_in_the_form_of_the_letting,
}

/// Runs an action on bookings; what is said about it.
async fn act(boss: &Browser<'_>, action: &str, bookings: &[i64]) -> String {
    let bookings: Vec<String> = bookings.iter().map(ToString::to_string).collect();
    let mut fields = vec![("action", action)];
    fields.extend(bookings.iter().map(|booking| ("_selected_action", booking.as_str())));
    let answer = boss.post("/admin/bookings/booking/", &fields).await;
    let page = boss.get(answer.location()).await.page();
    let told = page.all("li").find(|item| {
        item.attribute("class").is_some_and(|class| class.split(' ').any(|name| name == "message"))
    });
    told.map_or_else(|| page.main(), module_test::Element::words)
}

async fn staff_confirm_and_decline_requests(on: DatabaseKind) {
    let house = House::on(on).await;
    let first = house.add(Status::Requested, 3, 4).await;
    let second = house.add(Status::Requested, 5, 6).await;
    let cancelled = house.add(Status::Cancelled, 7, 8).await;
    let boss = house.boss().await;
    let told = act(&boss, "confirm", &[first, cancelled]).await;
    assert!(told.contains("Requests answered as “Confirmed”: 1 of 2 selected."), "{told}");
    let told = act(&boss, "decline", &[second]).await;
    assert!(told.contains("Requests answered as “Declined”: 1 of 1 selected."), "{told}");
    assert_eq!(house.statuses().await, [Status::Confirmed, Status::Declined, Status::Cancelled]);
}

async fn bookings_for_the_same_nights_are_not_confirmed_together(on: DatabaseKind) {
    let house = House::on(on).await;
    let first = house.add(Status::Requested, 3, 6).await;
    let same_day = house.add(Status::Requested, 3, 4).await;
    let overlapping = house.add(Status::Requested, 5, 8).await;
    let boss = house.boss().await;
    for other in [same_day, overlapping] {
        let told = act(&boss, "confirm", &[first, other]).await;
        assert!(told.contains("taken"), "{told}");
        assert_eq!(house.statuses().await, [Status::Requested; 3]);
    }
    act(&boss, "confirm", &[first]).await;
    let told = act(&boss, "confirm", &[overlapping]).await;
    assert!(told.contains("are taken."), "{told}");
    assert_eq!(house.statuses().await, [Status::Confirmed, Status::Requested, Status::Requested]);
}

async fn a_price_is_set_in_the_form_of_the_letting(on: DatabaseKind) {
    let house = House::on(on).await;
    let boss = house.boss().await;
    let address = format!("/admin/lettings/letting/{}/change/", house.letting);
    let page = boss.get(&address).await.page();
    assert!(page.main().contains("Price per night"), "{}", page.main());
    let mut names = page.all("input").filter_map(|input| input.attribute("name"));
    let name = names.find(|name| name.ends_with("-price")).unwrap().to_owned();
    assert_eq!(boss.submit(&address, &[(&name, "99.90")]).await.status, 303);
    let mut db = house.site.db().acquire().await.unwrap();
    let rate = Rate::objects().first(&mut db).await.unwrap().unwrap();
    assert_eq!(rate.price, Decimal::new(9_990, 2));
    drop(db);
    assert!(house.site.get(&house.page()).await.text().contains("$99.90"));
}
