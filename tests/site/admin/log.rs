//! What is written into the log of the admin, and what may be.

use site_tests::{DatabaseKind, on_both_databases};

use super::archive::{add_shelf, archive, count, delete, execute, log, superuser};
use crate::fixtures::empty;

on_both_databases! {
    a_model_without_a_content_type_gets_one,
    a_long_name_is_cut,
    entries_come_and_go_with_fixtures,
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

async fn entries_come_and_go_with_fixtures(kind: DatabaseKind) {
    let workshop = empty(kind).await;
    workshop.run(&["loaddata", "demo"]);
    let entry = |flag: &str| {
        format!(
            "[{{\"model\": \"admin.logentry\", \"pk\": 3, \"fields\": {{\"action_time\": \
             \"2020-06-14T09:41:15.326Z\", \"user\": 1, \"content_type\": null, \"object_id\": \
             \"7\", \"object_repr\": \"It\", \"action_flag\": {flag}, \"change_message\": \
             \"[{{\\\"added\\\": {{}}}}]\"}}}}]"
        )
    };
    workshop.fixture("log.json", entry("1"));
    workshop.run(&["loaddata", "log.json"]);
    assert_eq!(workshop.dump(&["admin"]), entry("1"));
    for (flag, why) in [
        ("4", "Value 4 is not a valid choice."),
        ("40000", "Value 40000 is not a valid choice."),
        ("\"x\"", "“x” value must be an integer."),
    ] {
        workshop.fixture("log.json", entry(flag));
        let error = workshop.fails(1, &["loaddata", "log.json"]);
        assert!(error.contains(why), "{flag}: {error}");
    }
    for (flag, why) in
        [("40000", "less than or equal to 32767"), ("-1", "greater than or equal to 0")]
    {
        workshop.fixture("log.json", entry(flag));
        let error = workshop.fails(1, &["loaddata", "log.json", "--skip-validation"]);
        assert!(error.contains(why), "{flag}: {error}");
    }
    workshop.fixture("log.json", entry("4"));
    workshop.run(&["loaddata", "log.json", "--skip-validation"]);
    assert_eq!(workshop.dump(&["admin"]), entry("4"));
}
