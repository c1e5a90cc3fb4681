//! The rules hold on every way in.

use bookings::models::{Booking, Rate, Status};
use fixtures::{Fixture, LoadOptions, load};
use module_api::db::Decimal;
use module_api::model::{Model, WriteError};
use module_test::{DatabaseKind, on_both_databases};
use rocket::http::Method;

use crate::house::House;

on_both_databases! {
    the_rules_hold_for_insert_save_and_update,
    the_rules_hold_in_the_admin,
    the_rules_hold_for_imports,
    the_rules_hold_for_fixtures,
    fixtures_may_have_requests_that_came_too_late,
    a_price_is_exact_and_not_negative,
}

const IN_ORDER: &str = "The departure has to be after the arrival.";
const IN_FUTURE: &str = "The arrival cannot be before the day of the request.";

/// Bookings that break a rule beside one that is confirmed from the tenth to the fourteenth day, each with
/// what is said about it.
fn wrong(house: &House) -> Vec<(Booking, String)> {
    let taken =
        |from, to| format!("Nights between {} and {} are taken.", house.day(from), house.day(to));
    vec![
        (house.booking(Status::Requested, 3, 3), IN_ORDER.to_owned()),
        (house.booking(Status::Requested, -1, 3), IN_FUTURE.to_owned()),
        (house.booking(Status::Confirmed, 12, 16), taken(12, 16)),
    ]
}

async fn the_rules_hold_for_insert_save_and_update(on: DatabaseKind) {
    let house = House::on(on).await;
    let confirmed = house.add(Status::Confirmed, 10, 14).await;
    let other = house.add(Status::Confirmed, 20, 24).await;
    let mut on = house.site.db().begin().await.unwrap();
    for (mut booking, message) in wrong(&house) {
        let error = booking.insert(&mut on).await.unwrap_err();
        assert!(error.to_string().ends_with(&message), "{error}");
        booking.id = other;
        let error = booking.save(&mut on).await.unwrap_err();
        assert!(error.to_string().ends_with(&message), "{error}");
        let values =
            [Booking::ARRIVAL.set(booking.arrival), Booking::DEPARTURE.set(booking.departure)];
        let chosen = Booking::objects().filter(Booking::ID.eq(other));
        let error = chosen.update(values, &mut on).await.unwrap_err();
        assert!(error.to_string().ends_with(&message), "{error}");
    }
    // It is no obstacle to itself.
    let mut booking = Booking::get(confirmed, &mut on).await.unwrap().unwrap();
    booking.departure = house.day(15);
    booking.save(&mut on).await.unwrap();
}

/// The fields of a booking, as a form sends them.
fn fields(booking: &Booking) -> Vec<(&'static str, String)> {
    vec![
        ("letting", booking.letting.id().to_string()),
        ("user", booking.user.id().to_string()),
        ("arrival", booking.arrival.to_string()),
        ("departure", booking.departure.to_string()),
        (
            "status",
            if booking.status == Status::Confirmed { "confirmed" } else { "requested" }.to_owned(),
        ),
        ("total", booking.total.to_string()),
    ]
}

async fn the_rules_hold_in_the_admin(on: DatabaseKind) {
    let house = House::on(on).await;
    house.add(Status::Confirmed, 10, 14).await;
    let other = house.add(Status::Confirmed, 20, 24).await;
    let boss = house.boss().await;
    for (booking, message) in wrong(&house) {
        let fields = fields(&booking);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for address in ["add/".to_owned(), format!("{other}/change/")] {
            let answer = boss.submit(&format!("/admin/bookings/booking/{address}"), &fields).await;
            assert_eq!(answer.status, 200);
            assert!(answer.page().main().contains(&message), "{}", answer.page().main());
        }
    }
    assert_eq!(house.statuses().await.len(), 2);
}

async fn the_rules_hold_for_imports(on: DatabaseKind) {
    let house = House::on(on).await;
    house.add(Status::Confirmed, 10, 14).await;
    let boss = house.boss().await;
    for (booking, message) in wrong(&house) {
        let (names, values): (Vec<&str>, Vec<String>) = fields(&booking).into_iter().unzip();
        let file = format!("{}\r\n{}\r\n", names.join(","), values.join(","));
        let body = format!(
            "--xYz\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{}\r\n\
             --xYz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n{file}\r\n--xYz--\r\n",
            boss.token()
        );
        let multipart = ("Content-Type", "multipart/form-data; boundary=xYz");
        let address = "/admin/bookings/booking/import/";
        let answer = boss.request(Method::Post, address, &[multipart], body.as_bytes()).await;
        assert!(answer.page().main().contains(&message), "{}", answer.page().main());
    }
    assert_eq!(house.statuses().await.len(), 1);
}

async fn loaded(house: &House, bookings: &[Booking]) -> Result<(), String> {
    let object = |(place, booking): (usize, &Booking)| {
        let fields: Vec<String> = fields(booking)
            .into_iter()
            .chain([("requested_on", booking.requested_on.to_string())])
            .map(|(name, value)| format!("\"{name}\": \"{value}\""))
            .collect();
        let (pk, fields) = (place + 100, fields.join(", "));
        format!("{{\"model\": \"bookings.booking\", \"pk\": {pk}, \"fields\": {{{fields}}}}}")
    };
    let objects: Vec<String> = bookings.iter().enumerate().map(object).collect();
    let fixture = Fixture::of_text("the fixture", format!("[{}]", objects.join(", ")));
    let loaded = load(vec![fixture], house.site.db(), LoadOptions::default()).await;
    loaded.map(drop).map_err(|error| module_api::with_causes(&error))
}

async fn the_rules_hold_for_fixtures(on: DatabaseKind) {
    let house = House::on(on).await;
    house.add(Status::Confirmed, 10, 14).await;
    for (booking, message) in wrong(&house) {
        let error = loaded(&house, &[booking]).await.unwrap_err();
        assert!(error.contains(&message), "{error}");
    }
    let both = [house.booking(Status::Confirmed, 30, 34), house.booking(Status::Confirmed, 33, 36)];
    let error = loaded(&house, &both).await.unwrap_err();
    assert!(error.contains("are taken."), "{error}");
    assert_eq!(house.statuses().await.len(), 1);
}

async fn fixtures_may_have_requests_that_came_too_late(on: DatabaseKind) {
    let house = House::on(on).await;
    let mut long_ago = house.booking(Status::Requested, -20, -10);
    long_ago.requested_on = house.day(-30);
    // It was asked for before another was confirmed.
    let overlapping = house.booking(Status::Requested, 11, 13);
    let confirmed = house.booking(Status::Confirmed, 10, 14);
    loaded(&house, &[long_ago, overlapping, confirmed]).await.unwrap();
    let expected = [Status::Requested, Status::Requested, Status::Confirmed];
    assert_eq!(house.statuses().await, expected);
}

async fn a_price_is_exact_and_not_negative(on: DatabaseKind) {
    let house = House::on(on).await;
    let mut on = house.site.db().begin().await.unwrap();
    let mut rate = Rate::objects().first(&mut on).await.unwrap().unwrap();
    rate.price = Decimal::new(99_999_999, 2);
    rate.save(&mut on).await.unwrap();
    let stored = Rate::get(rate.id, &mut on).await.unwrap().unwrap();
    assert_eq!(stored.price, rate.price);
    for wrong in [Decimal::new(-1, 2), Decimal::new(1, 3), Decimal::new(1_000_000, 0)] {
        rate.price = wrong;
        let refused = rate.save(&mut on).await;
        assert!(matches!(refused, Err(WriteError::Invalid(_))), "{wrong}: {refused:?}");
    }
}
