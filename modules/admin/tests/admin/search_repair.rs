//! A `migrate` makes again what the search's index has lost, and leaves an index that lacks nothing.

use module_api::db::query;
use module_test::{Browser, DatabaseKind, Setup, TestSite, on_both_databases};

use crate::desk::superuser;
use crate::hotel::{Guest, HOTEL, add_guests, hotel};
use crate::search_index::{found_in, settle};

const GUESTS: &str = "/admin/hotel/guest/";

on_both_databases! {
    a_search_does_without_an_index_whose_table_is_gone,
    lost_tables_of_the_index_are_made_again,
    an_index_that_lacks_nothing_stays,
}

/// The setup that migrates the site's database.
fn again(site: &TestSite) -> Setup {
    TestSite::on(site.database().kind).and_modules(&[&HOTEL]).database(site.database())
}

/// A number that a query tells as `value`.
async fn number(site: &TestSite, sql: &'static str) -> i64 {
    let mut reader = site.db().acquire().await.unwrap();
    query(sql).fetch_one::<(i64,)>(&mut reader).await.unwrap().0
}

/// A superuser's browser, once the guest Anna is in the index.
async fn indexed(site: &TestSite) -> Browser<'_> {
    add_guests(site, [Guest::named("Anna")]).await;
    let desk = superuser(site).await;
    settle(site, &desk, GUESTS).await;
    desk
}

/// The index is asked: whoever tampers with it finds less.
async fn assert_is_asked(site: &TestSite, desk: &Browser<'_>, name: &str) {
    settle(site, desk, GUESTS).await;
    assert_eq!(found_in(desk, GUESTS, name).await, [name]);
    site.database().execute("DELETE FROM admin_search_hotel_guest").await;
    assert_eq!(found_in(desk, GUESTS, name).await, [""; 0], "the index is asked");
}

#[rocket::async_test]
async fn an_index_whose_triggers_were_disabled_is_not_asked_until_it_is_made_anew_on_postgres() {
    let site = hotel(DatabaseKind::Postgres).await;
    let desk = indexed(&site).await;
    // As `pg_restore --data-only --disable-triggers` does.
    site.database()
        .execute(
            "ALTER TABLE hotel_guest DISABLE TRIGGER USER; UPDATE hotel_guest SET name = 'Berta'; \
             ALTER TABLE hotel_guest ENABLE TRIGGER USER;",
        )
        .await;
    assert_eq!(found_in(&desk, GUESTS, "berta").await, ["Berta"]);
    again(&site).migrate().await.unwrap();
    assert_is_asked(&site, &desk, "Berta").await;
}

#[rocket::async_test]
async fn what_a_session_in_the_role_of_a_replica_changes_is_found_on_postgres() {
    let site = hotel(DatabaseKind::Postgres).await;
    let desk = indexed(&site).await;
    site.database()
        .execute(
            "SET session_replication_role = replica; UPDATE hotel_guest SET name = 'Berta'; \
             INSERT INTO hotel_guest (name, kind, is_member, arrived, secret, town) \
             VALUES ('Carla', 1, TRUE, '2024-05-01 12:00:00', '', '');",
        )
        .await;
    for name in ["Berta", "Carla"] {
        assert_eq!(found_in(&desk, GUESTS, name).await, [name]);
    }
    assert_is_asked(&site, &desk, "Berta").await;
}

async fn a_search_does_without_an_index_whose_table_is_gone(on: DatabaseKind) {
    let site = hotel(on).await;
    let desk = indexed(&site).await;
    site.database().execute("DROP TABLE admin_search_hotel_guest").await;
    assert_eq!(found_in(&desk, GUESTS, "anna").await, ["Anna"]);
}

async fn lost_tables_of_the_index_are_made_again(on: DatabaseKind) {
    let site = hotel(on).await;
    let desk = indexed(&site).await;
    let mut losses = vec![
        ("DROP TABLE admin_search_change", "UPDATE hotel_guest SET name = 'Berta'", "Berta"),
        ("DROP TABLE admin_search_index", "UPDATE hotel_guest SET name = 'Carla'", "Carla"),
        ("DROP TABLE admin_search_hotel_guest", "UPDATE hotel_guest SET name = 'Dora'", "Dora"),
    ];
    if on == DatabaseKind::Postgres {
        // Without it, no trigger can record a change.
        let index = "DROP INDEX admin_search_change_source_object_id";
        losses.push((index, "UPDATE hotel_guest SET name = 'Emma'", "Emma"));
    }
    for (loss, rename, name) in losses {
        settle(&site, &desk, GUESTS).await;
        site.database().execute(loss).await;
        again(&site).migrate().await.unwrap();
        site.database().execute(rename).await;
        assert_is_asked(&site, &desk, name).await;
    }
}

async fn an_index_that_lacks_nothing_stays(on: DatabaseKind) {
    let site = hotel(on).await;
    indexed(&site).await;
    let (mark, marks) = match on {
        DatabaseKind::Sqlite => (
            "INSERT INTO admin_search_hotel_guest (rowid, \"text\") VALUES (987654, 'mark')",
            "SELECT COUNT(*) AS value FROM admin_search_hotel_guest WHERE rowid = 987654",
        ),
        DatabaseKind::Postgres => (
            "INSERT INTO admin_search_hotel_guest (object_id, \"text\") VALUES (987654, 'mark')",
            "SELECT COUNT(*) AS value FROM admin_search_hotel_guest WHERE object_id = 987654",
        ),
    };
    site.database().execute(mark).await;
    again(&site).migrate().await.unwrap();
    assert_eq!(number(&site, marks).await, 1, "the index is the same");
}
