//! Two who are confirmed at the same time.

use std::cell::Cell;
use std::time::Duration;

use bookings::models::{Booking, Status};
use module_api::db::{Transaction, query};
use module_api::model::{Model, WriteError};
use module_test::{DatabaseKind, TestSite, on_both_databases};
use rocket::futures::future::join_all;
use rocket::tokio::join;
use rocket::tokio::time::sleep;

use crate::house::House;

on_both_databases! {
    one_of_two_transactions_waits_for_the_other_and_is_refused,
    of_many_requests_that_are_confirmed_at_once_one_is,
}

async fn house(on: DatabaseKind) -> House {
    House::of(TestSite::on(on).setting("databases.site.max_connections", 16)).await
}

async fn confirm(booking: i64, on: &mut Transaction) -> Result<u64, WriteError> {
    let chosen = Booking::objects().filter(Booking::ID.eq(booking));
    chosen.update([Booking::STATUS.set(Status::Confirmed)], on).await
}

/// Returns `true` if a transaction waits for another.
async fn somebody_waits(site: &TestSite) -> bool {
    let waiting = query(
        "SELECT count(*) FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    let (waiting,): (i64,) =
        waiting.fetch_one(&mut site.db().acquire().await.unwrap()).await.unwrap();
    waiting > 0
}

async fn one_of_two_transactions_waits_for_the_other_and_is_refused(on: DatabaseKind) {
    let house = house(on).await;
    let early = house.add(Status::Requested, 10, 14).await;
    let late = house.add(Status::Requested, 12, 16).await;
    let mut first = house.site.db().begin().await.unwrap();
    assert_eq!(confirm(early, &mut first).await.unwrap(), 1);

    let is_done = Cell::new(false);
    let second = async {
        // On SQLite it waits here already.
        let mut second = house.site.db().begin().await.unwrap();
        let confirmed = confirm(late, &mut second).await;
        second.commit().await.unwrap();
        is_done.set(true);
        confirmed
    };
    let commit = async {
        while on == DatabaseKind::Postgres && !is_done.get() && !somebody_waits(&house.site).await {
            sleep(Duration::from_millis(5)).await;
        }
        assert!(!is_done.get(), "nobody waits for a transaction that has not ended");
        first.commit().await.unwrap();
    };
    let (confirmed, ()) = join!(second, commit);
    assert!(matches!(confirmed, Err(WriteError::Invalid(_))), "{confirmed:?}");
    assert_eq!(house.statuses().await, [Status::Confirmed, Status::Requested]);
}

async fn of_many_requests_that_are_confirmed_at_once_one_is(on: DatabaseKind) {
    let house = house(on).await;
    for number in 0..8 {
        house.add(Status::Requested, 10 + number, 20 + number).await;
    }
    let boss = house.boss().await;
    let confirm = |booking: usize| {
        let boss = &boss;
        async move {
            let fields = [("action", "confirm"), ("_selected_action", &*booking.to_string())];
            boss.post("/admin/bookings/booking/", &fields).await.status
        }
    };
    let answers = join_all((1..=8).map(confirm)).await;
    assert!(answers.iter().all(|status| *status == 303), "{answers:?}");
    let statuses = house.statuses().await;
    let confirmed = statuses.iter().filter(|status| **status == Status::Confirmed).count();
    assert_eq!(confirmed, 1, "{statuses:?}");
}

#[rocket::async_test]
async fn another_program_cannot_confirm_a_night_twice_on_postgres() {
    let house = house(DatabaseKind::Postgres).await;
    house.add(Status::Requested, 13, 16).await;
    house.add(Status::Confirmed, 10, 14).await;
    let mut on = house.site.db().begin().await.unwrap();
    query("UPDATE bookings_booking SET status = 'confirmed'").execute(&mut on).await.unwrap();
    let refused = on.commit().await.unwrap_err();
    assert_eq!(refused.constraint(), Some("bookings_booking_no_overlap"));
}
