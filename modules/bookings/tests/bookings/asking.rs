//! Visitors ask for nights on the page of a letting.

use bookings::models::{Booking, Status};
use module_api::db::Decimal;
use module_api::model::Model;
use module_test::{DatabaseKind, TestSite, on_both_databases};
use site_rows::{AddRows, Address};

use crate::house::House;

on_both_databases! {
    a_visitor_is_led_to_the_form_by_way_of_the_login,
    a_guest_asks_for_nights_and_reads_the_total,
    what_is_wrong_with_the_days_is_told_at_them,
    nights_that_are_confirmed_for_others_cannot_be_asked_for,
    a_letting_without_a_price_cannot_be_booked,
    nobody_asks_without_an_account,
}

async fn a_visitor_is_led_to_the_form_by_way_of_the_login(on: DatabaseKind) {
    let house = House::on(on).await;
    let page = house.site.get(&house.page()).await.page();
    assert!(page.main().contains("$120.50 per night"), "{}", page.main());
    assert_eq!(page.all("form").count(), 0);
    let form = page.link("Log in to book").unwrap().to_owned();
    let login = house.site.get(&form).await;
    assert!(login.location().starts_with("/accounts/login/?next="), "{}", login.location());
    let browser = house.sign_in("ann").await;
    let page = browser.get(&form).await.page();
    assert_eq!(page.heading(), "Sea view");
    assert_eq!(page.form_with(&["arrival", "departure"]).action.as_deref(), Some(&*form));
}

async fn a_guest_asks_for_nights_and_reads_the_total(on: DatabaseKind) {
    let house = House::on(on).await;
    let browser = house.sign_in("bo").await;
    let answer = house.ask(&browser, 0, 3).await;
    assert_eq!((answer.status, answer.location()), (303, "/bookings/"));
    let page = browser.get("/bookings/").await.page();
    for expected in ["Thank you.", "Sea view", "$361.50", "Requested"] {
        assert!(page.main().contains(expected), "{expected} in {}", page.main());
    }
    let mut db = house.site.db().acquire().await.unwrap();
    let booking = Booking::objects().first(&mut db).await.unwrap().unwrap();
    assert_eq!((booking.user.id(), booking.letting.id()), (house.bo, house.letting));
    assert_eq!((booking.arrival, booking.departure), (house.day(0), house.day(3)));
    assert_eq!((booking.total, booking.status), (Decimal::new(36_150, 2), Status::Requested));
    assert_eq!(booking.requested_on, house.day(0));
}

async fn what_is_wrong_with_the_days_is_told_at_them(on: DatabaseKind) {
    let house = House::on(on).await;
    let browser = house.sign_in("ann").await;
    let in_order = "The departure has to be after the arrival.";
    let in_future = "The arrival cannot be before the day of the request.";
    for (arrival, departure, field, message) in [
        (5, 5, "departure", in_order),
        (5, 4, "departure", in_order),
        (-1, 4, "arrival", in_future),
    ] {
        let answer = house.ask(&browser, arrival, departure).await;
        assert_eq!(answer.status, 200);
        let page = answer.page();
        assert_eq!(page.title(), "Error: Book Sea view");
        assert_eq!(page.id(&format!("{field}-error")).unwrap().words(), message);
        let typed = page.id("id_arrival").unwrap().attribute("value");
        assert_eq!(typed, Some(&*house.day(arrival).to_string()));
    }
    let answer = house.ask(&browser, -1, -1).await;
    assert_eq!(
        answer
            .page()
            .all("ul")
            .filter(|list| list.attribute("class") == Some("field-error"))
            .count(),
        2,
        "both are told at once"
    );
    let answer = browser.submit(&house.page(), &[("arrival", ""), ("departure", "soon")]).await;
    assert_eq!(answer.page().id("arrival-error").unwrap().words(), "This field is required.");
    assert_eq!(answer.page().id("departure-error").unwrap().words(), "Enter a valid date.");
    assert!(house.statuses().await.is_empty());
}

async fn nights_that_are_confirmed_for_others_cannot_be_asked_for(on: DatabaseKind) {
    let house = House::on(on).await;
    house.add(Status::Confirmed, 10, 14).await;
    house.add(Status::Requested, 20, 24).await;
    house.add(Status::Declined, 30, 34).await;
    let browser = house.sign_in("bo").await;
    for (arrival, departure) in [(10, 14), (9, 11), (13, 20), (11, 12), (9, 15)] {
        let page = house.ask(&browser, arrival, departure).await.page();
        let said = page.id("form-error").unwrap().words();
        assert!(said.ends_with("are taken."), "{said}");
    }
    // The day of departure is free, and so is what is not confirmed.
    for (arrival, departure) in [(14, 16), (8, 10), (20, 24), (29, 40)] {
        assert_eq!(house.ask(&browser, arrival, departure).await.status, 303, "{arrival}");
    }
    assert_eq!(house.statuses().await.len(), 7);
}

async fn a_letting_without_a_price_cannot_be_booked(on: DatabaseKind) {
    let house = House::on(on).await;
    let free = house.site.add_letting("Priceless", Address::SOMEWHERE).await;
    let browser = house.sign_in("ann").await;
    let page = browser.get(&format!("/lettings/{free}/")).await.page();
    assert_eq!(page.heading(), "Priceless");
    assert!(page.id("booking").is_none());
    for letting in [free, 4711] {
        let address = format!("/bookings/ask/{letting}/");
        assert_eq!(browser.get(&address).await.status, 404);
        let (arrival, departure) = (house.day(1).to_string(), house.day(2).to_string());
        let nights = [("arrival", &*arrival), ("departure", &*departure)];
        assert_eq!(browser.post(&address, &nights).await.status, 404);
    }
    assert!(house.statuses().await.is_empty());
}

async fn nobody_asks_without_an_account(on: DatabaseKind) {
    let house = House::on(on).await;
    let (arrival, departure) = (house.day(1).to_string(), house.day(2).to_string());
    let nights = [("arrival", &*arrival), ("departure", &*departure)];
    let address = format!("/bookings/ask/{}/", house.letting);
    let answer = house.site.browser().post(&address, &nights).await;
    assert!(answer.location().starts_with("/accounts/login/"), "{}", answer.location());
    let guest = house.sign_in("ann").await;
    assert_eq!(guest.post_without_token(&address, &nights).await.status, 403);
    assert!(house.statuses().await.is_empty());
}

#[rocket::async_test]
async fn a_site_where_it_is_switched_off_has_no_trace_of_it() {
    let setup = TestSite::on(DatabaseKind::Sqlite).setting("modules.bookings.enabled", false);
    let site = setup.start().await;
    let letting = site.add_letting("Sea view", Address::SOMEWHERE).await;
    let page = site.get(&format!("/lettings/{letting}/")).await;
    assert_eq!(page.status, 200);
    assert!(!page.text().to_lowercase().contains("book"), "{}", page.text());
}
