//! The calendar on the page of a letting.

use bookings::models::Status;
use module_api::time::{Date, Duration};
use module_test::{Answer, DatabaseKind, on_both_databases};

use crate::house::House;

on_both_databases! {
    nights_that_are_confirmed_are_taken_and_others_are_not,
    nights_before_today_are_past,
    a_page_with_a_calendar_is_kept_until_a_booking_is_confirmed,
    a_calendar_begins_in_the_month_of_today,
}

/// The days that are shown as taken, each with its month.
fn taken(page: &Answer) -> Vec<String> {
    days(page, "taken")
}

/// The days of a class, each with its month.
fn days(page: &Answer, class: &str) -> Vec<String> {
    let page = page.page();
    let mut month = String::new();
    let mut days = Vec::new();
    for element in &page.elements {
        match element.name.as_str() {
            "caption" => month = element.words(),
            "td" if element.attribute("class") == Some(class) => {
                days.push(format!("{month}: {}", element.words()));
            }
            _ => {}
        }
    }
    days
}

fn told(night: Date) -> String {
    format!("{} {}: {} taken", night.month(), night.year(), night.day())
}

async fn nights_that_are_confirmed_are_taken_and_others_are_not(on: DatabaseKind) {
    let house = House::on(on).await;
    house.add(Status::Confirmed, 29, 32).await;
    house.add(Status::Requested, 40, 44).await;
    house.add(Status::Cancelled, 50, 54).await;
    let expected: Vec<String> = (29..32).map(|night| told(house.day(night))).collect();
    assert_eq!(taken(&house.site.get(&house.page()).await), expected);
    let guest = house.sign_in("bo").await;
    assert_eq!(taken(&guest.get(&house.page()).await), expected);
    let form = guest.get(&format!("/bookings/ask/{}/", house.letting)).await;
    assert_eq!(taken(&form), expected);
}

async fn nights_before_today_are_past(on: DatabaseKind) {
    let house = House::on(on).await;
    let today = house.day(0);
    let twentieth = today.month().length(today.year()) - today.day() + 20;
    house.site.advance(Duration::days(twentieth.into()));
    let today = house.day(0);
    let past = days(&house.site.get(&house.page()).await, "past");
    let expected = (1..today.day())
        .map(|day| format!("{} {}: {day} past", today.month(), today.year()))
        .collect::<Vec<_>>();
    assert_eq!(past, expected);
}

/// The page as visitors get it once it is kept. PostgreSQL tells of a transaction that it has ended, not in
/// which database: other tests have pages made anew.
async fn kept(house: &House) -> Answer {
    for _ in 0..100 {
        let answer = house.site.get(&house.page()).await;
        if answer.header("x-kept-page") == Some("hit") {
            return answer;
        }
    }
    panic!("the page is never kept");
}

async fn a_page_with_a_calendar_is_kept_until_a_booking_is_confirmed(on: DatabaseKind) {
    let house = House::on(on).await;
    let request = house.add(Status::Requested, 3, 4).await;
    assert!(taken(&kept(&house).await).is_empty());
    let boss = house.boss().await;
    let fields = [("action", "confirm"), ("_selected_action", &*request.to_string())];
    boss.post("/admin/bookings/booking/", &fields).await;
    let answer = house.site.get(&house.page()).await;
    assert_eq!(answer.header("x-kept-page"), Some("miss"));
    assert_eq!(taken(&answer), [told(house.day(3))]);
    assert_eq!(taken(&kept(&house).await), [told(house.day(3))]);
}

async fn a_calendar_begins_in_the_month_of_today(on: DatabaseKind) {
    let house = House::on(on).await;
    let first = |answer: &Answer| answer.page().all("caption").next().unwrap().words();
    let before = first(&kept(&house).await);
    house.site.advance(Duration::days(31));
    let answer = house.site.get(&house.page()).await;
    assert_eq!(answer.header("x-kept-page"), Some("miss"), "the page of another day is not kept");
    let today = house.day(0);
    assert_eq!(first(&answer), format!("{} {}", today.month(), today.year()));
    assert_ne!(first(&answer), before);
    assert_eq!(first(&kept(&house).await), first(&answer));
}
