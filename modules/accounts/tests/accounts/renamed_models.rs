//! A renamed model keeps its content type and its permissions.

use module_api::db::query;
use module_api::model::Model;
use module_api::rocket_db_pools::Pool;
use module_test::{Database, DatabaseKind, LocalModule, TestSite, on_both_databases};

use crate::execute;

on_both_databases!(who_may_change_a_model_may_after_it_is_renamed);

#[derive(Model)]
#[model(label = "inn.room")]
struct Room {
    id: i64,
}

#[derive(Model)]
#[model(label = "inn.chamber", verbose_name = "fine chamber")]
struct Chamber {
    id: i64,
}

const FIRST: (&str, &[u8]) =
    ("0001_initial.sql", b"CREATE TABLE inn_room (id bigint PRIMARY KEY);");
const SECOND: (&str, &[u8]) = (
    "0002_rename_room_hall.sql",
    b"-- renames: inn.room inn.hall\nALTER TABLE inn_room RENAME TO inn_hall;",
);
const THIRD: (&str, &[u8]) = (
    "0003_rename_hall_chamber.sql",
    b"-- renames: inn.hall inn.chamber\nALTER TABLE inn_hall RENAME TO inn_chamber;",
);

static BEFORE: LocalModule =
    LocalModule { models: &[Room::INFO], migrations: &[FIRST], ..LocalModule::named("inn") };

static AFTER: LocalModule = LocalModule {
    models: &[Chamber::INFO],
    migrations: &[FIRST, SECOND, THIRD],
    ..LocalModule::named("inn")
};

/// The content types and permissions of the module: their keys, models with codenames, and names.
async fn permissions(site: &TestSite) -> Vec<(i64, i64, String, String)> {
    let mut db = site.db().get().await.unwrap();
    query(
        "SELECT c.id, p.id, c.model || '.' || p.codename, p.name FROM django_content_type c \
         JOIN auth_permission p ON p.content_type_id = c.id WHERE c.app_label = 'inn' ORDER BY p.id",
    )
    .fetch_all(&mut db)
    .await
    .unwrap()
}

async fn who_may_change_a_model_may_after_it_is_renamed(on: DatabaseKind) {
    let database = Database::fresh(on).await;
    let site = TestSite::on(on).and_modules(&[&BEFORE]).database(&database).start().await;
    let custom = "INSERT INTO auth_permission (name, content_type_id, codename) \
                  SELECT 'Can paint room', id, 'paint_room' FROM django_content_type \
                  WHERE model = 'room'";
    assert_eq!(execute(&site, custom, &[]).await, 1);
    let before = permissions(&site).await;
    assert_eq!(before.len(), 5);
    drop(site);

    let site = TestSite::on(on).and_modules(&[&AFTER]).database(&database).start().await;
    let renamed = |(content_type, id, codename, _): (i64, i64, String, String)| match codename
        .strip_prefix("room.")
        .unwrap()
    {
        "paint_room" => (content_type, id, "chamber.paint_room".into(), "Can paint room".into()),
        codename => {
            let word = codename.strip_suffix("_room").unwrap();
            let name = format!("Can {word} fine chamber");
            (content_type, id, format!("chamber.{word}_chamber"), name)
        }
    };
    let expected: Vec<(i64, i64, String, String)> = before.into_iter().map(renamed).collect();
    assert_eq!(permissions(&site).await, expected, "the same rows with other names");
    drop(site);

    // Once renamed, nothing is renamed again.
    let site = TestSite::on(on).and_modules(&[&AFTER]).database(&database).start().await;
    assert_eq!(permissions(&site).await, expected);
}
