//! Triggers that another program dropped or disabled are reported, and created again.

use site_tests::{DatabaseKind, on_both_databases};

use crate::workshop::Workshop;

on_both_databases!(lost_triggers_are_reported_until_migrate_has_made_them_again);

async fn lost_triggers_are_reported_until_migrate_has_made_them_again(kind: DatabaseKind) {
    let workshop = Workshop::with_linked_modules(kind).await;
    let reported = || {
        let output = workshop.command(&["check"]).output().unwrap();
        let printed = String::from_utf8(output.stderr).unwrap();
        ["accounts.W003 ", "admin.W001 "].map(|id| printed.contains(id))
    };
    workshop.run(&["migrate"]);
    assert_eq!(reported(), [false, false]);
    workshop
        .execute(match kind {
            DatabaseKind::Sqlite => &[
                "PRAGMA writable_schema = ON",
                "DELETE FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'auth_user'",
                "PRAGMA writable_schema = RESET",
            ],
            DatabaseKind::Postgres => &["ALTER TABLE auth_user DISABLE TRIGGER USER"],
        })
        .await;
    assert_eq!(reported(), [true, true]);
    workshop.run(&["migrate"]);
    assert_eq!(reported(), [false, false]);
}
