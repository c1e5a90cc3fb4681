//! A table of SQLite that others refer to is rebuilt, which takes foreign keys that are not
//! enforced meanwhile.

use module_api::db::query;
use site_tests::DatabaseKind;

use crate::workshop::Workshop;

const REBUILD: &str = "CREATE TABLE new_note (id integer PRIMARY KEY, title varchar(9) NOT NULL); \
                       INSERT INTO new_note SELECT id, title FROM note; DROP TABLE note; \
                       ALTER TABLE new_note RENAME TO note;";

async fn with_rows() -> Workshop {
    let workshop = Workshop::with_notes(DatabaseKind::Sqlite).await;
    workshop.run(&["migrate"]);
    let insert =
        ["INSERT INTO note VALUES (1, 'one'), (2, 'two')", "INSERT INTO page VALUES (1, 2)"];
    workshop.execute(&insert).await;
    workshop
}

#[rocket::async_test]
async fn a_table_that_others_refer_to_is_rebuilt_with_its_rows() {
    let workshop = with_rows().await;
    workshop.module("notes", &[("0003_rebuild.sql", REBUILD)]);
    assert_eq!(workshop.run(&["migrate"]), ["applied notes 0003_rebuild"]);
    let titles = "SELECT title AS value FROM note ORDER BY id";
    assert_eq!(workshop.values::<String>(titles).await, ["one", "two"]);
    assert_eq!(workshop.values::<i64>("SELECT note_id AS value FROM page").await, [2]);
    // Afterwards references hold again.
    let pool = workshop.pool().await;
    let mut transaction = pool.begin().await.unwrap();
    let insert = query("INSERT INTO page VALUES (9, 99)").execute(&mut transaction).await;
    assert!(insert.is_err() || transaction.commit().await.is_err());
}

#[rocket::async_test]
async fn a_row_that_is_lost_while_others_refer_to_it_fails_the_migration() {
    let workshop = with_rows().await;
    let losing = REBUILD.replace("FROM note;", "FROM note WHERE id = 1;");
    workshop.module("notes", &[("0003_rebuild.sql", &losing)]);
    let error = workshop.fails(1, &["migrate"]);
    let row = "row 1 of `page` refers to a row of `note` that is not there";
    assert!(error.contains(row), "{error}");
    let titles = "SELECT title AS value FROM note ORDER BY id";
    assert_eq!(workshop.values::<String>(titles).await, ["one", "two"]);
}

#[rocket::async_test]
async fn what_was_broken_before_does_not_fail_a_migration() {
    let workshop = with_rows().await;
    let pool = workshop.pool().await.for_migrations().await.unwrap();
    let mut transaction = pool.begin().await.unwrap();
    query("INSERT INTO page VALUES (8, 88)").execute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    workshop.module("notes", &[("0003_rebuild.sql", REBUILD), ("0004_next.sql", "SELECT 1;")]);
    let done = workshop.run(&["migrate"]);
    assert_eq!(done, ["applied notes 0003_rebuild", "applied notes 0004_next"]);
}
