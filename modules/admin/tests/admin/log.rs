//! Writing the log of the admin, and its limits.

use crate::archive::{add_shelf, archive, count, delete, execute, log, superuser};
use module_test::{DatabaseKind, on_both_databases};

on_both_databases! {
    a_model_without_a_content_type_gets_one,
    a_long_name_is_cut,
}

fn address(shelf: i64) -> String {
    format!("/admin/archive/shelf/{shelf}/delete/")
}

async fn a_model_without_a_content_type_gets_one(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    execute(
        &site,
        "DELETE FROM auth_permission WHERE content_type_id IN \
         (SELECT id FROM django_content_type WHERE app_label = 'archive')",
    )
    .await;
    execute(&site, "DELETE FROM django_content_type WHERE app_label = 'archive'").await;
    for name in ["One", "Two"] {
        let shelf = add_shelf(&site, name).await;
        assert_eq!(delete(&browser, &address(shelf)).await.status, 303);
    }
    let made = "SELECT COUNT(*) AS value FROM django_content_type WHERE app_label = 'archive'";
    assert_eq!(count(&site, made).await, 1);
    let names: Vec<String> = log(&site).await.into_iter().map(|entry| entry.object).collect();
    assert_eq!(names, ["One", "Two"]);
}

async fn a_long_name_is_cut(on: DatabaseKind) {
    let site = archive(on).await;
    let browser = superuser(&site).await;
    let shelf = add_shelf(&site, &"ö".repeat(300)).await;
    assert_eq!(delete(&browser, &address(shelf)).await.status, 303);
    assert_eq!(log(&site).await[0].object, "ö".repeat(200));
}
