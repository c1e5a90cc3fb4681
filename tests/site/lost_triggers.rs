//! Triggers that another program dropped or disabled are reported, and created again; and rows that it
//! changed meanwhile.

use site_tests::{DatabaseKind, on_both_databases};

use crate::workshop::Workshop;

on_both_databases!(
    lost_triggers_are_reported_until_migrate_has_made_them_again,
    rows_that_were_changed_unrecorded_are_reported_until_the_index_is_rebuilt,
);

/// The ids of problems that `check` reports, of these.
fn reported<const N: usize>(workshop: &Workshop, ids: [&'static str; N]) -> [bool; N] {
    let output = workshop.command(&["check"]).output().unwrap();
    let printed = String::from_utf8(output.stderr).unwrap();
    ids.map(|id| printed.contains(id))
}

async fn lost_triggers_are_reported_until_migrate_has_made_them_again(kind: DatabaseKind) {
    const IDS: [&str; 2] = ["accounts.W003", "admin.W001"];
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    assert_eq!(reported(&workshop, IDS), [false, false]);
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
    assert_eq!(reported(&workshop, IDS), [true, true]);
    workshop.run(&["migrate"]);
    assert_eq!(reported(&workshop, IDS), [false, false]);
}

async fn rows_that_were_changed_unrecorded_are_reported_until_the_index_is_rebuilt(
    kind: DatabaseKind,
) {
    const IDS: [&str; 2] = ["admin.W001", "admin.W002"];
    let workshop = Workshop::with_linked_modules(kind).await;
    workshop.run(&["migrate"]);
    let texts =
        ["x", "CA\u{301}DIZ de Oro", "a_b*c?d^e-f\"g\\i", "\u{1f469}\u{200d}\u{1f467} Ёлка"];
    let inserts: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(id, text)| {
            format!(
                "INSERT INTO lettings_address (id, number, street, city, state, zip_code, \
                 country_iso_code) VALUES ({id}, 1, '{text}', 'City', 'CA', 90000, 'USA')"
            )
        })
        .collect();
    workshop.execute(&inserts.iter().map(String::as_str).collect::<Vec<_>>()).await;
    workshop.run(&["rebuildsearchindex"]);
    assert_eq!(reported(&workshop, IDS), [false, false]);

    let name = "admin_search_lettings_address_update%";
    let change = "UPDATE lettings_address SET street = 'Echidna Place' WHERE id = 1";
    match kind {
        DatabaseKind::Sqlite => {
            let made =
                format!("SELECT sql AS value FROM sqlite_master WHERE name LIKE '{name}'").leak();
            let made = workshop.values::<String>(made).await;
            let names =
                format!("SELECT name AS value FROM sqlite_master WHERE name LIKE '{name}'").leak();
            let names = workshop.values::<String>(names).await;
            let drop = format!("DROP TRIGGER {}", names[0]);
            workshop.execute(&[&drop, change, &made[0]]).await;
        }
        DatabaseKind::Postgres => {
            let names = format!(
                "SELECT CAST(tgname AS text) AS value FROM pg_trigger WHERE tgname LIKE '{name}'"
            );
            let names = workshop.values::<String>(names.leak()).await;
            let alter = "ALTER TABLE lettings_address";
            let disable = format!("{alter} DISABLE TRIGGER {}", names[0]);
            let enable = format!("{alter} ENABLE ALWAYS TRIGGER {}", names[0]);
            workshop.execute(&[&disable, change, &enable]).await;
        }
    }
    assert_eq!(reported(&workshop, IDS), [false, true]);
    workshop.run(&["rebuildsearchindex"]);
    assert_eq!(reported(&workshop, IDS), [false, false]);

    // As after a backup without it was restored.
    workshop.execute(&["DROP TABLE admin_search_index"]).await;
    workshop.run(&["rebuildsearchindex"]);
    assert_eq!(reported(&workshop, IDS), [false, false]);
}
