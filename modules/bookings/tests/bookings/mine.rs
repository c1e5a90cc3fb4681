//! The bookings of a guest.

use bookings::models::Status;
use module_api::time::Duration;
use module_test::{DatabaseKind, on_both_databases};
use rocket::http::Method;

use crate::house::House;

on_both_databases! {
    a_guest_sees_own_bookings_alone,
    a_guest_cancels_what_is_to_come,
    what_is_over_or_declined_stays_as_it_is,
    nobody_cancels_the_booking_of_another,
}

async fn a_guest_sees_own_bookings_alone(on: DatabaseKind) {
    let house = House::on(on).await;
    house.add(Status::Confirmed, 3, 4).await;
    let login = house.site.get("/bookings/").await;
    assert_eq!(login.location(), "/accounts/login/?next=%2Fbookings%2F");
    let ann = house.sign_in("ann").await.get("/bookings/").await.page();
    assert_eq!(ann.heading(), "My bookings");
    for expected in ["Sea view", "$100.00", "Confirmed"] {
        assert!(ann.main().contains(expected), "{expected} in {}", ann.main());
    }
    assert_eq!(ann.link("Sea view"), Some(&*house.page()));
    let bo = house.sign_in("bo").await.get("/bookings/").await.page();
    assert!(bo.main().contains("You have no bookings."), "{}", bo.main());
    assert_eq!(bo.link("My bookings"), Some("/bookings/"));
    assert_eq!(house.site.get("/lettings/").await.page().link("My bookings"), None);
}

async fn a_guest_cancels_what_is_to_come(on: DatabaseKind) {
    let house = House::on(on).await;
    house.add(Status::Requested, 3, 4).await;
    house.add(Status::Confirmed, 5, 6).await;
    let browser = house.sign_in("ann").await;
    for number in [1, 0] {
        let page = browser.get("/bookings/").await.page();
        let mut addresses = page.all("form").filter_map(|form| form.attribute("action"));
        let cancel = addresses.find(|address| address.starts_with("/bookings/")).unwrap();
        let answer = browser.post(cancel, &[]).await;
        assert_eq!((answer.status, answer.location()), (303, "/bookings/"));
        let page = browser.get("/bookings/").await.page();
        assert!(page.main().contains("Your booking is cancelled."), "{}", page.main());
        assert_eq!(page.main().matches("Cancel Sea view").count(), number);
    }
    assert_eq!(house.statuses().await, [Status::Cancelled, Status::Cancelled]);
    // The nights are free again.
    house.add(Status::Confirmed, 5, 6).await;
}

async fn what_is_over_or_declined_stays_as_it_is(on: DatabaseKind) {
    let house = House::on(on).await;
    let declined = house.add(Status::Declined, 40, 44).await;
    let over = house.add(Status::Confirmed, 3, 4).await;
    house.site.advance(Duration::days(3));
    let browser = house.sign_in("ann").await;
    let page = browser.get("/bookings/").await.page();
    assert!(!page.main().contains("Cancel"), "{}", page.main());
    for booking in [declined, over] {
        let answer = browser.post(&format!("/bookings/cancel/{booking}/"), &[]).await;
        assert_eq!(answer.location(), "/bookings/");
        let page = browser.get("/bookings/").await.page();
        assert!(page.main().contains("This booking cannot be cancelled."), "{}", page.main());
    }
    assert_eq!(house.statuses().await, [Status::Declined, Status::Confirmed]);
}

async fn nobody_cancels_the_booking_of_another(on: DatabaseKind) {
    let house = House::on(on).await;
    let address = format!("/bookings/cancel/{}/", house.add(Status::Confirmed, 3, 4).await);
    let bo = house.sign_in("bo").await;
    assert_eq!(bo.post(&address, &[]).await.status, 404);
    let ann = house.sign_in("ann").await;
    assert_eq!(ann.post_without_token(&address, &[]).await.status, 403);
    assert_ne!(ann.request(Method::Get, &address, &[], b"").await.status, 200);
    assert_eq!(house.statuses().await, [Status::Confirmed]);
}
