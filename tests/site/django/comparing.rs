//! The comparison of databases detects changes.

use site_tests::{DatabaseKind, Django};

on_every_database_of_django! {
    split => [every_change_is_seen]
}

/// Changes that a careless migration might make.
const CHANGES: &[&str] = &[
    "UPDATE auth_user SET first_name = 'Zoe' WHERE first_name = 'Zoë'",
    "UPDATE auth_user SET last_login = NULL WHERE id = 5",
    "UPDATE django_migrations SET name = 'x' WHERE id = 1",
    "DELETE FROM django_session WHERE session_key LIKE '%1'",
    "DELETE FROM auth_user_user_permissions WHERE id = 3",
    "INSERT INTO auth_group (name) VALUES ('new')",
    "ALTER TABLE profiles_profile ADD COLUMN more integer",
    "ALTER TABLE lettings_letting RENAME COLUMN title TO name",
    "ALTER TABLE auth_group RENAME TO auth_team",
    "DROP INDEX django_session_expire_date_a5c62663",
    "CREATE INDEX more ON lettings_letting (address_id)",
    "DROP TABLE django_session",
];

/// Those that only one of the databases can make.
const fn more_changes(on: DatabaseKind) -> &'static [&'static str] {
    match on {
        DatabaseKind::Sqlite => &[
            "UPDATE lettings_address SET number = CAST(number AS text) || 'x' WHERE id = 4",
            "UPDATE sqlite_sequence SET seq = 6000 WHERE name = 'lettings_address'",
            "CREATE TRIGGER t AFTER DELETE ON auth_user BEGIN SELECT 1; END",
        ],
        DatabaseKind::Postgres => &[
            "ALTER TABLE lettings_address ALTER COLUMN city TYPE varchar(65)",
            "ALTER TABLE lettings_address ALTER COLUMN city SET DEFAULT ''",
            "ALTER TABLE lettings_address ALTER COLUMN city DROP NOT NULL",
            "ALTER TABLE lettings_letting DROP CONSTRAINT lettings_letting_address_id_key",
            "SELECT nextval(pg_get_serial_sequence('lettings_address', 'id'))",
        ],
    }
}

async fn every_change_is_seen(django: Django) {
    let site = django.filled().await;
    let mut before = site.dump().await;
    assert_eq!(before, site.dump().await);
    for change in more_changes(django.on).iter().chain(CHANGES) {
        site.execute(change).await;
        let after = site.dump().await;
        let seen = std::panic::catch_unwind(|| before.assert_kept_in(&after).len());
        assert!(seen.is_err(), "{change} is not seen");
        before = after;
    }
}
