//! A database from before the site's apps were split: its rows move into the new tables.

use site_tests::{DatabaseKind, on_both_databases};

use crate::workshop::Workshop;

on_both_databases!(
    old_rows_are_copied_with_their_ids_and_the_old_tables_stay,
    what_was_copied_is_not_copied_again,
    empty_tables_that_are_adopted_are_filled_from_the_old_ones,
    nothing_is_copied_into_tables_that_have_rows_and_that_is_said,
    of_rows_that_both_tables_have_nothing_is_said,
    rows_of_a_module_that_is_activated_later_are_copied_then,
);

/// The old tables, as Django made them, with rows.
async fn old_site(kind: DatabaseKind) -> Workshop {
    let site = Workshop::with_linked_modules(kind).await;
    site.run(&["migrate", "accounts"]);
    let key = match kind {
        DatabaseKind::Sqlite => "integer NOT NULL PRIMARY KEY AUTOINCREMENT",
        DatabaseKind::Postgres => "bigserial NOT NULL PRIMARY KEY",
    };
    let user = "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, \
                email, is_staff, is_active, date_joined) VALUES (4, '!', FALSE, 'zoë', '', '', '', \
                FALSE, TRUE, CURRENT_TIMESTAMP)";
    site.execute(&[
        // Their columns stand in another order than ours.
        &format!(
            "CREATE TABLE oc_lettings_site_address (id {key}, country_iso_code varchar(3) NOT NULL, \
             zip_code integer NOT NULL, state varchar(2) NOT NULL, city varchar(64) NOT NULL, \
             street varchar(64) NOT NULL, number integer NOT NULL)"
        ),
        &format!(
            "CREATE TABLE oc_lettings_site_letting (id {key}, address_id integer NOT NULL UNIQUE, \
             title varchar(256) NOT NULL)"
        ),
        &format!(
            "CREATE TABLE oc_lettings_site_profile (id {key}, user_id integer NOT NULL UNIQUE, \
             favorite_city varchar(64) NOT NULL)"
        ),
        "INSERT INTO oc_lettings_site_address VALUES (3, 'FRA', 75001, 'IF', 'Paris', 'Rue É', 7), \
         (40, 'USA', 31525, 'GA', 'Brunswick', 'Bedford', 9)",
        "INSERT INTO oc_lettings_site_letting VALUES (5, 40, 'Ocean'), (60, 3, 'Été')",
        user,
        "INSERT INTO oc_lettings_site_profile VALUES (8, 4, 'Kraków')",
    ])
    .await;
    site
}

const ADDRESSES: &str = "SELECT CAST(id AS text) || number || street || city || state || zip_code \
                         || country_iso_code AS value FROM lettings_address ORDER BY id";
const LETTINGS: &str =
    "SELECT CAST(id AS text) || title || address_id AS value FROM lettings_letting ORDER BY id";
const PROFILES: &str =
    "SELECT CAST(id AS text) || favorite_city || user_id AS value FROM profiles_profile";

async fn old_rows_are_copied_with_their_ids_and_the_old_tables_stay(kind: DatabaseKind) {
    let site = old_site(kind).await;
    site.run(&["migrate"]);
    let addresses = site.values::<String>(ADDRESSES).await;
    assert_eq!(addresses, ["37Rue ÉParisIF75001FRA", "409BedfordBrunswickGA31525USA"]);
    assert_eq!(site.values::<String>(LETTINGS).await, ["5Ocean40", "60Été3"]);
    assert_eq!(site.values::<String>(PROFILES).await, ["8Kraków4"]);
    let old = ["address", "letting", "profile"];
    for (table, rows) in old.into_iter().zip([2, 2, 1]) {
        let count = format!("SELECT COUNT(*) AS value FROM oc_lettings_site_{table}");
        assert_eq!(site.values::<i64>(&count).await, [rows]);
    }
    // What is added gets ids after those that were copied.
    let columns = "(number, street, city, state, zip_code, country_iso_code)";
    site.execute(&[
        &format!("INSERT INTO lettings_address {columns} VALUES (1, 'a', 'b', 'cd', 2, 'efg')"),
        "INSERT INTO lettings_letting (title, address_id) SELECT 'new', MAX(id) FROM lettings_address",
    ])
    .await;
    assert_eq!(site.values::<String>(LETTINGS).await[2], "61new41");
}

async fn what_was_copied_is_not_copied_again(kind: DatabaseKind) {
    let site = old_site(kind).await;
    site.run(&["migrate"]);
    site.execute(&["DELETE FROM lettings_letting WHERE id = 5"]).await;
    assert_eq!(site.run(&["migrate"]), ["nothing to migrate"]);
    assert_eq!(site.values::<String>(LETTINGS).await, ["60Été3"]);
}

/// Makes the tables of the split site, as Django made them, without rows.
async fn half_split(site: &Workshop, kind: DatabaseKind) {
    let key = match kind {
        DatabaseKind::Sqlite => "integer NOT NULL PRIMARY KEY AUTOINCREMENT",
        DatabaseKind::Postgres => "bigserial NOT NULL PRIMARY KEY",
    };
    site.execute(&[
        &format!(
            "CREATE TABLE lettings_address (id {key}, number integer NOT NULL, \
             street varchar(64) NOT NULL, city varchar(64) NOT NULL, state varchar(2) NOT NULL, \
             zip_code integer NOT NULL, country_iso_code varchar(3) NOT NULL)"
        ),
        &format!(
            "CREATE TABLE lettings_letting (id {key}, title varchar(256) NOT NULL, \
             address_id bigint NOT NULL UNIQUE REFERENCES lettings_address (id))"
        ),
        &format!(
            "CREATE TABLE profiles_profile (id {key}, favorite_city varchar(64) NOT NULL, \
             user_id integer NOT NULL UNIQUE REFERENCES auth_user (id))"
        ),
    ])
    .await;
}

async fn empty_tables_that_are_adopted_are_filled_from_the_old_ones(kind: DatabaseKind) {
    let site = old_site(kind).await;
    half_split(&site, kind).await;
    let said = site.run(&["migrate"]);
    assert!(said.iter().any(|line| line.starts_with("adopted lettings 0001_initial")), "{said:?}");
    assert_eq!(site.values::<String>(ADDRESSES).await.len(), 2);
    assert_eq!(site.values::<String>(LETTINGS).await, ["5Ocean40", "60Été3"]);
    assert_eq!(site.values::<String>(PROFILES).await, ["8Kraków4"]);
}

async fn nothing_is_copied_into_tables_that_have_rows_and_that_is_said(kind: DatabaseKind) {
    let site = old_site(kind).await;
    half_split(&site, kind).await;
    site.execute(&[
        "INSERT INTO lettings_address VALUES (3, 7, 'Rue É', 'Paris', 'IF', 75001, 'FRA')",
    ])
    .await;
    let output = site.command(&["migrate"]).output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{log}");
    for said in ["1 rows of `oc_lettings_site_address`", "2 rows of `oc_lettings_site_letting`"] {
        assert!(log.contains(said), "{log}");
    }
    assert_eq!(site.values::<String>(ADDRESSES).await, ["37Rue ÉParisIF75001FRA"]);
    assert_eq!(site.values::<String>(LETTINGS).await, [""; 0]);
    // The profiles have nothing to do with the lettings.
    assert_eq!(site.values::<String>(PROFILES).await, ["8Kraków4"]);
}

async fn of_rows_that_both_tables_have_nothing_is_said(kind: DatabaseKind) {
    let site = old_site(kind).await;
    half_split(&site, kind).await;
    site.execute(&[
        "INSERT INTO lettings_address VALUES (3, 7, 'Rue É', 'Paris', 'IF', 75001, 'FRA'), \
         (40, 9, 'Bedford', 'Brunswick', 'GA', 31525, 'USA'), \
         (41, 1, 'New', 'Later', 'GA', 31525, 'USA')",
        "INSERT INTO lettings_letting VALUES (5, 'Ocean', 40), (60, 'Été', 3)",
    ])
    .await;
    let output = site.command(&["migrate"]).output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{log}");
    assert!(!log.contains("were not copied"), "{log}");
    assert_eq!(site.values::<String>(ADDRESSES).await.len(), 3);
}

async fn rows_of_a_module_that_is_activated_later_are_copied_then(kind: DatabaseKind) {
    let site = old_site(kind).await;
    // What requires it goes along.
    let without = "[default.modules]\nlettings.enabled = false\nbookings.enabled = false\n";
    std::fs::write(site.folder().join("Rocket.toml"), without).unwrap();
    site.run(&["migrate"]);
    assert_eq!(site.values::<String>(PROFILES).await, ["8Kraków4"]);
    std::fs::remove_file(site.folder().join("Rocket.toml")).unwrap();
    site.run(&["migrate"]);
    assert_eq!(site.values::<String>(LETTINGS).await, ["5Ocean40", "60Été3"]);
}
