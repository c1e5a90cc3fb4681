//! `showmigrations` and `host sqlmigrate`.

use site_tests::{DatabaseKind, on_both_databases};

use crate::workshop::Workshop;

on_both_databases!(
    migrations_are_listed_by_module_or_in_their_order,
    migrations_are_told_to_programs,
    sql_is_printed_as_it_is_run,
);

async fn two_modules(kind: DatabaseKind) -> Workshop {
    let workshop = Workshop::with_notes(kind).await;
    let sql =
        "-- before: notes 0002_pages\n-- depends: notes 0001_initial\nCREATE TABLE x (y int);";
    let files = [
        ("0001_initial.sqlite.sql", sql),
        ("0001_initial.postgres.sql", sql),
        ("requires", "notes"),
        ("code", "0001_initial nothing"),
    ];
    workshop.module("letters", &files);
    workshop
}

async fn migrations_are_listed_by_module_or_in_their_order(kind: DatabaseKind) {
    let workshop = two_modules(kind).await;
    workshop.module("bare", &[]);
    workshop.run(&["migrate", "notes", "0001"]);
    let list = [
        "host",
        " [X] 0001_initial",
        "notes",
        " [X] 0001_initial",
        " [ ] 0002_pages",
        "letters",
        " [ ] 0001_initial",
    ];
    assert_eq!(workshop.run(&["showmigrations"]), list);
    assert_eq!(workshop.run(&["showmigrations", "--list", "letters"]), list[5..]);
    assert_eq!(workshop.run(&["showmigrations", "bare"]), ["bare", " (no migrations)"]);
    let toml = "[default.modules.bare]\nenabled = false";
    std::fs::write(workshop.folder().join("Rocket.toml"), toml).unwrap();
    let bare = workshop.run(&["showmigrations", "bare"]);
    assert_eq!(bare, ["bare", " (its module is not active)"]);
    let error = workshop.fails(1, &["migrate", "bare"]);
    assert!(error.contains("`bare` is linked, but not active"), "{error}");
    assert_eq!(
        workshop.run(&["showmigrations", "--plan"]),
        [
            "[X] host 0001_initial",
            "[X] notes 0001_initial",
            "[ ] letters 0001_initial",
            "[ ] notes 0002_pages",
        ]
    );
    assert_eq!(
        workshop.run(&["showmigrations", "--plan", "--verbose"])[1..],
        [
            "[X] notes 0001_initial  (after host 0001_initial)",
            "[ ] letters 0001_initial  (after host 0001_initial, notes 0001_initial)",
            "[ ] notes 0002_pages  (after notes 0001_initial, letters 0001_initial)",
        ]
    );
}

async fn migrations_are_told_to_programs(kind: DatabaseKind) {
    let workshop = two_modules(kind).await;
    workshop.run(&["migrate", "notes", "0001"]);
    let json = workshop.run(&["showmigrations", "--format", "json"]).join("\n");
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        rows[2],
        serde_json::json!({
            "module": "letters",
            "name": "0001_initial",
            "applied": false,
            "linked": true,
            "active": true,
            "has_file": true,
            "reversible": false,
            "depends": [
                { "module": "host", "name": "0001_initial" },
                { "module": "notes", "name": "0001_initial" },
            ],
        })
    );
    assert_eq!(rows[3]["reversible"], true);
    assert_eq!(rows.as_array().unwrap().len(), 4);
}

async fn sql_is_printed_as_it_is_run(kind: DatabaseKind) {
    let workshop = two_modules(kind).await;
    let (own, other) = match kind {
        DatabaseKind::Sqlite => ("sqlite", "postgres"),
        DatabaseKind::Postgres => ("postgres", "sqlite"),
    };
    let files = [
        ("0003_two.sqlite.sql", "SELECT 'sqlite';\n"),
        ("0003_two.postgres.sql", "SELECT 'postgres';\n"),
    ];
    workshop.module("notes", &files);
    let sql = |word: &str| ["BEGIN;".to_owned(), format!("SELECT '{word}';"), "COMMIT;".to_owned()];
    assert_eq!(workshop.run(&["sqlmigrate", "notes", "0003"]), sql(own));
    assert_eq!(workshop.run(&["sqlmigrate", "notes", "0003", "--database", other]), sql(other));
    assert_eq!(
        workshop.run(&["sqlmigrate", "notes", "0002_pages", "--backwards"]),
        ["BEGIN;", "DROP TABLE page;", "COMMIT;"]
    );
    let letters = workshop.run(&["sqlmigrate", "letters", "0001"]);
    assert_eq!(letters[3..], ["CREATE TABLE x (y int);", "-- Rust code runs here.", "COMMIT;"]);
    let error = workshop.fails(1, &["sqlmigrate", "notes", "0003", "--backwards"]);
    assert!(error.contains("migration `0003_two` of `notes` has no way down"), "{error}");
}
