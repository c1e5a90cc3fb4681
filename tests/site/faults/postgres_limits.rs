//! PostgreSQL refuses a statement: it times out, or the server is read-only.

use site_tests::{AddRows, Address, DatabaseKind, HolidayHomes, NewUser, TestSite};
use sqlx::{Connection, Executor, PgConnection};

const PASSWORD: &str = "blue kettle on fire";

/// A site on PostgreSQL, all of whose connections have a setting of the server, made by this SQL.
async fn site_with(setting: &'static str) -> TestSite {
    let site = HolidayHomes::on(DatabaseKind::Postgres).start().await;
    site.add_letting("Oceanview", Address::SOMEWHERE).await;
    NewUser::named("ann", PASSWORD).add_to(site.db()).await.unwrap();
    site.database().execute(setting).await;
    // New connections have it.
    site.database().disconnect_everyone().await;
    for page in ["/lettings/", "/profiles/"] {
        while site.get(page).await.status != 200 {}
    }
    site
}

#[rocket::async_test]
async fn a_statement_that_takes_too_long_is_answered_with_try_again() {
    let site = site_with(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = 500', \
         current_database()); END $$",
    )
    .await;
    let mut other = PgConnection::connect(&site.database().url).await.unwrap();
    let mut transaction = other.begin().await.unwrap();
    transaction.execute("LOCK TABLE lettings_letting IN ACCESS EXCLUSIVE MODE").await.unwrap();
    for _ in 0..3 {
        let away = site.get("/lettings/1/").await;
        assert_eq!((away.status, away.header("retry-after")), (503, Some("5")));
        assert_eq!(away.page().heading(), "Back in a little while");
        assert_eq!(site.get("/profiles/").await.status, 200, "others go on");
    }
    transaction.rollback().await.unwrap();
    assert_eq!(site.get("/lettings/").await.status, 200);
}

#[rocket::async_test]
async fn a_server_that_takes_no_changes_is_read_and_changes_are_answered_with_try_again() {
    let site = site_with(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', \
         current_database()); END $$",
    )
    .await;
    let browser = site.browser();
    browser.get("/accounts/login/").await;
    let fields = [("username", "ann"), ("password", PASSWORD)];
    let away = browser.post("/accounts/login/", &fields).await;
    assert_eq!((away.status, away.header("retry-after")), (503, Some("5")));
    assert_eq!(site.get("/lettings/1/").await.status, 200);
}

#[rocket::async_test]
async fn tables_that_a_migration_changes_beside_are_read_on() {
    let site = HolidayHomes::on(DatabaseKind::Postgres).start().await;
    site.add_letting("Oceanview", Address::SOMEWHERE).await;
    NewUser::named("ann", PASSWORD).add_to(site.db()).await.unwrap();
    let pages = ["/lettings/", "/lettings/1/", "/profiles/"];
    let alterations = [
        "ALTER TABLE lettings_letting ALTER title TYPE varchar(300)",
        "ALTER TABLE lettings_address ALTER street TYPE text",
        "ALTER TABLE auth_user ALTER username TYPE varchar(160)",
    ];
    for alteration in alterations {
        // Several times, so that each connection has prepared its statements.
        for page in pages.repeat(8) {
            assert_eq!(site.get(page).await.status, 200, "{page}");
        }
        site.database().execute(alteration).await;
        for page in pages.repeat(8) {
            assert_eq!(site.get(page).await.status, 200, "{page} after {alteration}");
        }
    }
}
