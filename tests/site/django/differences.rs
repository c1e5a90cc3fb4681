//! A database with differences is left unchanged, and each difference is reported.

use module_api::with_causes;
use site_tests::{DatabaseKind, Django, DjangoSite};

use super::adoption::migrate;

on_every_database_of_django! {
    split => [
        a_missing_column_is_named,
        a_renamed_table_is_named,
        a_column_of_another_type_is_named,
        all_differences_of_all_modules_are_named,
    ]
}

mod before_the_split {
    on_every_database_of_django! { old => [rows_that_cannot_be_copied_are_copied_when_that_is_mended] }

    use super::rows_that_cannot_be_copied_are_copied_when_that_is_mended;
}

const DROP_CITY: &str = "ALTER TABLE lettings_address DROP COLUMN city";
const RENAME_GROUP: &str = "ALTER TABLE auth_group RENAME TO auth_team";

/// Returns SQL that changes a profile's favorite city from text to a number.
const fn retype_favorite_city(on: DatabaseKind) -> &'static str {
    match on {
        DatabaseKind::Sqlite => {
            "ALTER TABLE profiles_profile DROP COLUMN favorite_city; \
             ALTER TABLE profiles_profile ADD COLUMN favorite_city integer NOT NULL DEFAULT 0"
        }
        DatabaseKind::Postgres => {
            "ALTER TABLE profiles_profile \
             ALTER COLUMN favorite_city TYPE integer USING length(favorite_city)"
        }
    }
}

/// Makes sure that `migrate` names all of this on one line each, and changes nothing; what it says.
async fn assert_refused(site: &DjangoSite, differences: &[&[&str]]) -> String {
    let before = site.dump().await;
    let error = site.successor().migrate().await.expect_err("something is wrong");
    let message = with_causes(&error);
    for names in differences {
        let named =
            message.lines().any(|line| names.iter().all(|name| line.to_lowercase().contains(name)));
        assert!(named, "{names:?} in one line of: {message}");
    }
    assert_eq!(site.dump().await, before, "nothing is changed");
    message
}

async fn a_missing_column_is_named(django: Django) {
    let site = django.filled().await;
    site.execute(DROP_CITY).await;
    let message = assert_refused(&site, &[&["lettings_address", "city"]]).await;
    assert!(message.contains("lettings"), "{message}");
    // What is right is not named.
    for right in ["street", "zip_code", "lettings_letting", "auth_user", "profiles_profile"] {
        assert!(!message.contains(right), "{right} in: {message}");
    }
}

async fn a_renamed_table_is_named(django: Django) {
    let site = django.filled().await;
    site.execute(RENAME_GROUP).await;
    let message = assert_refused(&site, &[&["auth_group"]]).await;
    assert!(message.contains("accounts"), "{message}");
    assert!(!message.contains("username"), "{message}");
}

async fn a_column_of_another_type_is_named(django: Django) {
    let site = django.filled().await;
    site.execute(retype_favorite_city(django.on)).await;
    let message = assert_refused(&site, &[&["profiles_profile", "favorite_city", "integer"]]).await;
    assert!(!message.contains("user_id"), "{message}");
}

async fn all_differences_of_all_modules_are_named(django: Django) {
    let site = django.filled().await;
    site.execute(DROP_CITY).await;
    site.execute("ALTER TABLE lettings_letting DROP COLUMN title").await;
    site.execute(RENAME_GROUP).await;
    site.execute(retype_favorite_city(django.on)).await;
    let differences: [&[&str]; 4] = [
        &["lettings_address", "city"],
        &["lettings_letting", "title"],
        &["auth_group"],
        &["profiles_profile", "favorite_city"],
    ];
    assert_refused(&site, &differences).await;
}

async fn rows_that_cannot_be_copied_are_copied_when_that_is_mended(django: Django) {
    let site = django.filled().await;
    site.execute("ALTER TABLE oc_lettings_site_letting RENAME COLUMN title TO name").await;
    let before = site.dump().await;
    let error = site.successor().migrate().await.expect_err("a column is missing");
    let message = with_causes(&error);
    for named in ["site", "0001_unsplit_lettings", "title"] {
        assert!(message.contains(named), "{named} in: {message}");
    }
    // The addresses could be copied, and are not, since the lettings cannot.
    let after = site.dump().await;
    before.assert_kept_in(&after);
    for table in ["lettings_address", "lettings_letting"] {
        assert_eq!(after.table(table).rows, [], "{table}");
    }

    site.execute("ALTER TABLE oc_lettings_site_letting RENAME COLUMN name TO title").await;
    let after = migrate(&site).await;
    for (table, rows) in [("lettings_address", 9), ("lettings_letting", 8), ("profiles_profile", 8)]
    {
        assert_eq!(after.table(table).rows.len(), rows, "{table}");
    }
}
